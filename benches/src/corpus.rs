//! Repositories made to measure: the same files every time, of any number.

use codira_contracts::{
    BackendError, ContentHash, FileAnalysis, FileSnapshot, FileState, Import, ImportCondition, ImportKind, Language, LineSpan,
    RepoPath, Site, Symbol, SymbolKind, Tool, UseForm, UseKind, UseRecord, Visibility,
};

/// Functions in each file.
pub const FUNCTIONS: usize = 12;

/// `count` analyzed Python files. Each imports the one before it, and each of its functions calls a neighbour, the
/// like-named function of that import, and a method of a value.
///
/// # Errors
///
/// None: the paths are well formed.
pub fn files(count: usize) -> Result<Vec<FileSnapshot>, BackendError> {
    (0..count).map(|number| file(number, count)).collect()
}

fn file(number: usize, count: usize) -> Result<FileSnapshot, BackendError> {
    let module = |number: usize| format!("package_{:03}.module_{number:05}", number % 100);
    let imported = (number + count - 1) % count;
    let mut analysis = FileAnalysis::new(Language::PYTHON, module(number));
    analysis.symbols.push(Symbol::new("<module>", SymbolKind::Module, format!("module_{number:05}")));
    analysis.imports.push(Import {
        kind: ImportKind::Module,
        module: module(imported),
        name: None,
        alias: Some("before".to_owned()),
        owner: Some("<module>".into()),
        visibility: Visibility::Internal,
        condition: ImportCondition::Always,
        line: 1,
    });
    for (function, line) in (0..FUNCTIONS).zip((3..).step_by(5)) {
        let name = format!("function_{:02}_{:02}", function, number % 50);
        analysis.symbols.push(Symbol {
            parent: Some("<module>".into()),
            qualified_name: format!("{}.{name}", analysis.module),
            span: LineSpan::new(line, line + 3),
            signature: Some(format!("def {name}(value, limit=None)")),
            documentation: Some(format!("Does what {name} is for, as often as asked.")),
            ..Symbol::new(&name, SymbolKind::Function, &name)
        });
        let neighbour = format!("function_{:02}_{:02}", (function + 1) % FUNCTIONS, number % 50);
        let like_named = format!("before.function_{:02}_{:02}", function, imported % 50);
        let uses = [(UseForm::Path, neighbour), (UseForm::Path, like_named), (UseForm::Value, "value.close".to_owned())];
        analysis.uses.extend(uses.into_iter().zip(line + 1..).map(|((form, text), line)| UseRecord {
            kind: UseKind::Call,
            owner: name.as_str().into(),
            form,
            text,
            site: Site::new(line, 5),
        }));
        analysis.source.push_str(&format!("def {name}(value, limit=None):\n    before\n    value.close()\n\n\n"));
    }
    let state = FileState {
        path: RepoPath::new(format!("{}.py", analysis.module.replace('.', "/")))?,
        hash: ContentHash::of(analysis.source.as_bytes()),
        size: analysis.source.len() as u64,
        modified: 1,
        analyzer: Tool::new("python", "1"),
    };
    Ok(FileSnapshot { state, analysis, embeddings: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn every_file_may_be_put_and_is_the_same_every_time() {
        let made = files(30).expect("paths are well formed");
        assert!(made.iter().all(|file| file.validate().is_ok()));
        assert_eq!(made, files(30).expect("paths are well formed"));
    }
}
