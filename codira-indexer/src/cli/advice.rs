//! Advice names the command that was run: `codira`, or another program that contains our command.

use std::{env, path::Path};

/// The advice, with the name of this program instead of `codira`.
pub(crate) fn of_this_program(advice: &str) -> String {
    let program = env::args_os().next();
    let name = program.as_deref().and_then(|program| Path::new(program).file_stem());
    of_program(advice, &name.unwrap_or("codira".as_ref()).to_string_lossy())
}

fn of_program(advice: &str, name: &str) -> String {
    advice.replace("`codira ", &format!("`{name} "))
}

#[cfg(test)]
mod tests {
    use super::of_program;

    #[test]
    fn commands_are_those_of_the_program() {
        let advice = "index the repository first: `codira index`; a newer index needs a newer codira";
        let expected = "index the repository first: `my-codira index`; a newer index needs a newer codira";
        assert_eq!(of_program(advice, "my-codira"), expected);
        assert_eq!(of_program(advice, "codira"), advice);
    }
}
