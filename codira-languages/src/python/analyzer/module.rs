//! What Python calls a file as a module.

use codira_contracts::RepoPath;

/// A file as a module.
pub(super) struct Module {
    /// The dotted name: `flask.app`; of a package, that of its directory.
    pub(super) name: String,
    /// Whether the file is the `__init__` of a package: what it imports is there for others.
    pub(super) is_package: bool,
}

impl Module {
    /// Reads the name off the path.
    ///
    /// A directory whose name is no identifier cannot be part of a dotted name, so the name begins
    /// below the last such directory. A first directory `src` or `lib` is where packages are kept,
    /// and no package.
    pub(super) fn at(path: &RepoPath) -> Self {
        let file_name = path.file_name();
        let stem = match path.extension() {
            Some(extension) => &file_name[..file_name.len() - extension.len() - 1],
            None => file_name,
        };
        let mut parts: Vec<&str> = path.parent().into_iter().flat_map(|parent| parent.split('/')).collect();
        let below = parts.iter().rposition(|part| !is_identifier(part)).map_or(0, |at| at + 1);
        parts.drain(..below);
        let is_package = stem == "__init__";
        if !is_package || parts.is_empty() {
            parts.push(stem);
        }
        if parts.len() > 1 && matches!(parts[0], "src" | "lib") {
            parts.remove(0);
        }
        Self { name: parts.join("."), is_package }
    }

    /// The last part of the name.
    pub(super) fn last_part(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|char: char| char == '_' || char.is_alphabetic())
        && name.chars().all(|char| char == '_' || char.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_paths() {
        let name = |path: &str| Module::at(&RepoPath::new(path).expect("a good path")).name;
        assert_eq!(name("src/flask/app.py"), "flask.app");
        assert_eq!(name("src/flask/__init__.py"), "flask");
        assert_eq!(name("src/__init__.py"), "src");
        assert_eq!(name("__init__.py"), "__init__");
        assert_eq!(name("lib/tool.pyi"), "tool");
        assert_eq!(name("Django-5.2/django/db/models/base.py"), "django.db.models.base");
        assert_eq!(name("bin/run"), "bin.run");
        assert_eq!(name("setup.py"), "setup");
    }
}
