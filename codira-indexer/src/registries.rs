//! Everything that a program can add to the `codira` command, in one value.

use crate::{BackendRegistry, EngineRegistry, LanguageRegistry};

/// What can be chosen by name: backends, languages with their rules and auditors, embedding
/// engines.
///
/// ```no_run
/// # #[cfg(feature = "cli")]
/// # fn main() -> std::process::ExitCode {
/// use codira_contracts::Language;
/// use codira_indexer::{Registries, cli};
/// use codira_languages::LanguageSupport;
///
/// let mut registries = Registries::first_party();
/// let ini = LanguageSupport::new(Language::new("ini"), env!("CARGO_PKG_NAME"));
/// registries.languages.register(ini).expect("no other language has the name");
/// cli::run(Ok(registries))
/// # }
/// # #[cfg(not(feature = "cli"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct Registries {
    /// What keeps the index: one of them, which `backend.name` names.
    pub backends: BackendRegistry,
    /// What is indexed, by which rules it is resolved, and what audits its documentation.
    pub languages: LanguageRegistry,
    /// What computes vectors: one of them, which `embeddings.engine` names.
    pub engines: EngineRegistry,
}

impl Registries {
    /// What this workspace brings, as far as it was compiled in.
    pub fn first_party() -> Self {
        Self {
            backends: BackendRegistry::first_party(),
            languages: LanguageRegistry::first_party(),
            engines: EngineRegistry::first_party(),
        }
    }
}
