//! The transcripts of the told histories are what the reference gives. Only this test accepts
//! them, and only from the reference.
#![allow(clippy::unwrap_used)]

#[test]
fn transcripts_are_those_of_the_reference() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../src/golden/accepted");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, told) in codira_conformance::__golden().unwrap() {
            insta::assert_snapshot!(name, told);
        }
    });
}
