//! What the auditors look for. Rules that mean the same in several languages are one.

use crate::AuditRule;
use codira_contracts::Severity;

pub(crate) const MALFORMED_SECTION: AuditRule = AuditRule {
    id: "malformed-section",
    severity: Severity::Warning,
    description: "Sections and fields have the form that their convention gives them, so that tools can read them.",
};
pub(crate) const MISSING_BRIEF: AuditRule = AuditRule {
    id: "missing-brief",
    severity: Severity::Warning,
    description: "A documentation comment begins by saying what the thing is.",
};
pub(crate) const MISSING_DOCUMENTATION: AuditRule =
    AuditRule { id: "missing-documentation", severity: Severity::Warning, description: "What others can use is documented." };
pub(crate) const MISSING_ERRORS: AuditRule = AuditRule {
    id: "missing-errors",
    severity: Severity::Warning,
    description: "A documented function that returns a `Result` tells under `# Errors` when it fails.",
};
pub(crate) const MISSING_MEMBER_DOCUMENTATION: AuditRule = AuditRule {
    id: "missing-member-documentation",
    severity: Severity::Info,
    description: "A public field or a variant of a public enumeration says what it is.",
};
pub(crate) const MISSING_MODULE_DOCUMENTATION: AuditRule =
    AuditRule { id: "missing-module-documentation", severity: Severity::Info, description: "A module says what it is for." };
pub(crate) const MISSING_PANICS: AuditRule = AuditRule {
    id: "missing-panics",
    severity: Severity::Warning,
    description: "A documented function that asserts or panics tells under `# Panics` when it does.",
};
pub(crate) const MISSING_RAISES: AuditRule = AuditRule {
    id: "missing-raises",
    severity: Severity::Info,
    description: "Documentation in the form of a convention tells what is raised.",
};
pub(crate) const MISSING_RETURNS: AuditRule = AuditRule {
    id: "missing-returns",
    severity: Severity::Warning,
    description: "Documentation in the form of a convention tells what is returned.",
};
pub(crate) const MISSING_SAFETY: AuditRule = AuditRule {
    id: "missing-safety",
    severity: Severity::Warning,
    description: "A documented unsafe function or trait tells under `# Safety` what its user has to hold.",
};
pub(crate) const MISSING_YIELDS: AuditRule = AuditRule {
    id: "missing-yields",
    severity: Severity::Warning,
    description: "Documentation in the form of a convention tells what is yielded.",
};
pub(crate) const UNDOCUMENTED_PARAMETER: AuditRule = AuditRule {
    id: "undocumented-parameter",
    severity: Severity::Warning,
    description: "Documentation in the form of a convention tells of every parameter.",
};
pub(crate) const UNKNOWN_PARAMETER: AuditRule = AuditRule {
    id: "unknown-parameter",
    severity: Severity::Error,
    description: "Documentation tells of no parameter that is not there.",
};
