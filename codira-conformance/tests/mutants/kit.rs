//! What the kit itself promises: it survives backends that hang or panic, shows short histories,
//! and remembers failing ones.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use codira_conformance::{Cx, Fixture, Settings, Verdict, clauses};
use codira_contracts::IndexReader;

use crate::{
    Sound,
    backend::Faulty,
    fault::{Answer, Fault},
    judge::{EVERY, verdict},
    storing::RemovesNothing,
};

#[test]
fn the_shortest_history_is_shown() {
    let Verdict::Broken(violation) = verdict::<RemovesNothing>(EVERY, Settings::default()) else { panic!("it is broken") };
    let text = violation.to_string();
    let sessions = text.lines().filter(|line| line.starts_with("session ") && !line.contains(':')).count();
    let edits = text.lines().filter(|line| line.starts_with("  put") || line.starts_with("  remove")).count();
    assert!(sessions <= 2 && edits == 2, "{text}");
}

/// A backend that does not open before it is let go.
#[derive(Clone, Default)]
struct Hanging {
    dir: Arc<OnceLock<PathBuf>>,
    let_go: Arc<(Mutex<bool>, Condvar)>,
}

#[async_trait]
impl Fixture for Hanging {
    type Backend = Faulty;

    async fn open(&self, dir: &Path) -> Answer<Faulty> {
        self.dir.set(dir.to_owned()).unwrap();
        let (let_go, changed) = &*self.let_go;
        drop(changed.wait_while(let_go.lock().unwrap(), |let_go| !*let_go).unwrap());
        Ok(Faulty::new(Arc::new(Sound), dir))
    }
}

#[test]
fn a_backend_that_hangs_is_given_up() {
    let hanging = Hanging::default();
    let clause = clauses().into_iter().find(|it| it.id == "sessions::committing_releases_the_writer_lock").unwrap();
    let settings = Settings { patience: Duration::from_millis(100), ..Settings::default() };
    let verdict = Cx::new(hanging.clone(), settings).judge(&clause);
    assert!(matches!(&verdict, Verdict::Broken(violation) if violation.to_string().contains("hangs")), "{verdict:?}");
    // The thread that was given up goes on and cleans up after itself.
    let (let_go, changed) = &*hanging.let_go;
    *let_go.lock().unwrap() = true;
    changed.notify_all();
    while hanging.dir.get().is_none_or(|dir| dir.exists()) {
        std::thread::yield_now();
    }
}

#[derive(Default)]
struct Panics;

#[async_trait]
impl Fault for Panics {
    async fn called(&self) {
        panic!("a planted panic");
    }

    async fn answering(&self, _opened: &Arc<dyn IndexReader>) -> Answer<Arc<dyn IndexReader>> {
        panic!("a planted panic");
    }
}

#[test]
fn a_backend_that_panics_breaks_the_clause() {
    let verdict = verdict::<Panics>("sessions::removing_an_unknown_path_succeeds", Settings::default());
    assert!(matches!(&verdict, Verdict::Broken(violation) if violation.to_string().contains("planted")), "{verdict:?}");
}

#[test]
fn histories_that_fail_are_remembered_and_met_first() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { shrink: false, regressions: Some(dir.path().to_owned()), ..Settings::default() };
    assert!(matches!(verdict::<RemovesNothing>(EVERY, settings.clone()), Verdict::Broken(_)));
    let file = dir.path().join("every_history_matches_the_reference.txt");
    let remembered = std::fs::read_to_string(&file).unwrap();
    assert_eq!(remembered.lines().filter(|line| line.starts_with("cc ")).count(), 1, "{remembered}");
    // The seed is met again, and not written twice.
    assert!(matches!(verdict::<RemovesNothing>(EVERY, settings), Verdict::Broken(_)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), remembered);
}
