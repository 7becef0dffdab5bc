//! Sessions: the memory that they are asked to use.

use codira_contracts::{
    DynBackend, IndexBackend, IndexWriteSession, MemoryBudget, SessionRequest,
    WriteScope::{Full, Incremental},
};

use crate::{
    Cx, Outcome,
    clauses::storing::drawn_files,
    observe::{keeps_embeddings, observe, same},
    question::Question,
    toy::request,
};

/// How many files are put: more than a batch of most stores.
const FILES: usize = 300;

pub(crate) fn memory_changes_no_answer(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let (ample, scarce) = (cx.index().await?, cx.index().await?);
        let descriptor = ample.backend.descriptor();
        let (embeddings, everything) = (keeps_embeddings(descriptor), Question::everything());
        let answers =
            async |backend: &DynBackend| observe(&backend.open_reader().await?, descriptor, &everything, embeddings).await;
        let files = drawn_files(FILES, embeddings)?;
        for (scope, step) in [(Full, 1), (Incremental, 2)] {
            for (index, memory) in [(&ample, MemoryBudget::default()), (&scarce, MemoryBudget(0))] {
                let request = SessionRequest { memory, ..request(scope) };
                let mut session = index.backend.begin_index_session(request).await?;
                for file in files.iter().step_by(step) {
                    session.put_file(file.clone()).await?;
                }
                session.commit().await?;
            }
            let (expected, found) = (answers(&ample.backend).await?, answers(&scarce.backend).await?);
            same(format_args!("after a session of {scope:?} scope with no memory, answers differ"), &expected, &found)?;
        }
        Ok(())
    })
}
