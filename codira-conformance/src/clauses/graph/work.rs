//! How much is derived: what the kit's own rules are asked, which no backend can keep to itself.

use codira_contracts::{
    Derivation, FileSnapshot, IndexBackend, IndexWriteSession, RepoPath, Retention, RunInventory, SessionRequest,
    WriteScope::{self, Full, Incremental},
};

use super::web::{everything, function, renamed};
use crate::{
    Cx, Outcome, Violation,
    histories::Edit,
    samples::{call, defining, import, path},
    toy::{Counter, OPEN, TOY, Work, counted_rules},
    verdict::ensure,
};

/// So many files of each language stand by.
const BYSTANDERS: usize = 20;

/// How the names of files begin that no change concerns.
const ASIDE: &str = "by";

/// Files that refer to each other, and to nothing that changes. They lie beside what changes, and
/// are like it.
fn bystanders() -> impl Iterator<Item = FileSnapshot> {
    (0..BYSTANDERS).flat_map(|number| {
        let (own, other) = (format!("alone{number}"), format!("alone{}", (number + 1) % BYSTANDERS));
        let mut module = defining(&format!("pkg/{ASIDE}{number}.toy"), &["run", &own]);
        let next = format!("pkg.{ASIDE}{}", (number + 1) % BYSTANDERS);
        (module.analysis.language, module.analysis.module) = (TOY, format!("pkg.{ASIDE}{number}"));
        module.analysis.imports = vec![import(&next, &other), renamed(import(&next, "run"), "next"), everything(&next)];
        module.analysis.uses = [&*other, "next", "run", "nothing", "json.dumps"].map(|text| call("run", text)).to_vec();
        let mut names = defining(&format!("pkg/{ASIDE}{number}.c"), &[&own]);
        names.analysis.language = OPEN;
        names.analysis.uses = [&*other, "nowhere"].map(|text| call(&own, text)).to_vec();
        [module, names]
    })
}

fn core() -> FileSnapshot {
    let mut file = defining("pkg/core.toy", &["run"]);
    file.analysis.module = "pkg.core".to_owned();
    file
}

fn user() -> FileSnapshot {
    let mut file = defining("pkg/user.toy", &["helper"]);
    file.analysis.module = "pkg.user".to_owned();
    file.analysis.imports = vec![import("pkg.core", "run"), import("pkg.late", "lost")];
    file.analysis.uses = ["run", "lost"].map(|text| call("helper", text)).to_vec();
    file
}

fn lib() -> FileSnapshot {
    let mut file = defining("pkg/lib.c", &["shared"]);
    file.analysis.language = OPEN;
    file
}

fn open_user() -> FileSnapshot {
    let mut file = defining("pkg/use.c", &["using"]);
    file.analysis.language = OPEN;
    file.analysis.uses = vec![call("using", "shared")];
    file
}

/// Sessions that change what few files refer to.
fn steps() -> Vec<(&'static str, Vec<Edit>)> {
    let put = |mut file: FileSnapshot, change: fn(&mut FileSnapshot)| {
        change(&mut file);
        Edit::Put(Box::new(file))
    };
    let keep = |_: &mut FileSnapshot| {};
    let late = || {
        let mut file = defining("pkg/late.toy", &["lost"]);
        file.analysis.module = "pkg.late".to_owned();
        file
    };
    vec![
        ("nothing was changed", vec![]),
        ("issues were purged and an inventory was written", {
            vec![Edit::Maintain(Retention::default()), Edit::WriteInventory(RunInventory::default())]
        }),
        ("a file was put again", vec![put(core(), keep)]),
        ("a line moved", vec![put(core(), |file| file.analysis.symbols[0].span.last += 1)]),
        ("a function got another id", vec![put(core(), |file| file.analysis.symbols[0].id = "ran".into())]),
        ("a function came", vec![put(core(), |file| file.analysis.symbols.push(function("more")))]),
        ("a use came", vec![put(user(), |file| file.analysis.uses.push(call("helper", "nobody")))]),
        ("a file was removed", vec![Edit::Remove(path("pkg/core.toy"))]),
        ("a file came back", vec![put(core(), keep)]),
        ("a module came that was sought", vec![put(late(), keep)]),
        ("a file became one of another language", vec![put(core(), |file| file.analysis.language = OPEN)]),
        ("a file became one of its former language", vec![put(core(), keep)]),
        ("a name of all files went", vec![Edit::Remove(path("pkg/lib.c"))]),
        ("a name of all files came", vec![put(lib(), keep)]),
        (
            "files changed in two steps",
            vec![
                put(core(), |file| file.analysis.symbols[0].name = "ran".to_owned()),
                Edit::RebuildDerived,
                put(lib(), |file| file.analysis.symbols[0].id = "another".into()),
            ],
        ),
    ]
}

pub(crate) fn deriving_grows_with_the_change(cx: &Cx) -> Outcome {
    let (rules, counter) = counted_rules();
    let begin = |scope: WriteScope| SessionRequest::new(scope, rules.clone());
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(begin(Full)).await?;
        for file in [core(), user(), lib(), open_user()].into_iter().chain(bystanders()) {
            session.put_file(file).await?;
        }
        counter.take();
        let mut done = Work::default();
        derive(&mut session, &counter, &mut done, "many files were put").await?;
        session.commit().await?;
        // A backend that derives nothing before the commit may derive everything in it.
        let is_incremental = !done.resolved.is_empty();
        for (says, edits) in steps() {
            let during = |violation: Violation| violation.during(says);
            let mut session = index.backend.begin_index_session(begin(Incremental)).await?;
            let mut done = Work::default();
            counter.take();
            for edit in edits {
                if let Edit::RebuildDerived = edit {
                    derive(&mut session, &counter, &mut done, says).await?;
                } else {
                    take(&mut session, edit).await.map_err(during)?;
                }
            }
            derive(&mut session, &counter, &mut done, says).await?;
            session.commit().await?;
            add(&mut done, counter.take());
            if !is_incremental {
                continue;
            }
            let aside = |path: &&RepoPath| path.file_name().starts_with(ASIDE);
            let idly: Vec<String> = done.resolved.union(&done.offers).filter(aside).map(ToString::to_string).collect();
            ensure!(idly.is_empty(), "after {says}, the rules were asked about files that it does not concern: {idly:?}");
        }
        Ok(())
    })
}

/// Derives, and fails unless the backend says of it what the rules do.
async fn derive<S: IndexWriteSession>(session: &mut S, counter: &Counter, done: &mut Work, says: &str) -> Outcome {
    add(done, counter.take());
    let derivation = session.rebuild_derived().await?;
    let work = counter.take();
    agrees(says, derivation, &work)?;
    add(done, work);
    Ok(())
}

fn agrees(says: &str, Derivation { resolved_files }: Derivation, work: &Work) -> Outcome {
    let counted = work.resolved.len() as u64;
    ensure!(
        resolved_files == counted,
        "after {says}, deriving says that it resolved {resolved_files} files, and the rules were asked to resolve {counted}"
    );
    Ok(())
}

fn add(work: &mut Work, Work { offers, resolved }: Work) {
    work.offers.extend(offers);
    work.resolved.extend(resolved);
}

async fn take<S: IndexWriteSession>(session: &mut S, edit: Edit) -> Outcome {
    match edit {
        Edit::Put(file) => session.put_file(*file).await?,
        Edit::Remove(path) => session.remove_file(&path).await?,
        Edit::Maintain(retention) => drop(session.maintain(&retention).await?),
        Edit::WriteInventory(inventory) => session.write_inventory(inventory).await?,
        _ => unreachable!("the steps take no other call"),
    }
    Ok(())
}
