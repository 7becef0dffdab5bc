//! The commands that ask the index: from arguments to an answer, with a word on standard error where there is none.

use codira_contracts::{BackendError, DocIssueRequest, IndexReader, UseKind};
use codira_indexer::{
    auditors,
    retrieval::{self, ContextQuery, DocumentationQuery, SimilarQuery},
};

use super::{
    args::{self, AuditFormat, ContextFormat, Global},
    audit, calls,
    cov::Covered,
    ctx::Gathered,
    docs, dot,
    edges::{Direction, EdgeQuery},
    emb,
    failure::{Failure, Status},
    imports::{self, ImportQuery},
    names::{Filter, Name},
    output::{self, Answer},
    refs::{self, Sections},
    repository::Repository,
    sarif, sym, symlist, tree,
};

/// How many places a context has unless somebody says otherwise; most often the budget ends it before.
const CONTEXT_LIMIT: usize = 20;

/// How far calls are followed unless somebody says otherwise.
const DEPTH: usize = 3;

/// `codira sym`
pub(crate) async fn sym(repository: &Repository, args: args::Sym, global: &Global) -> Result<Status, Failure> {
    let args::Sym { name, kind, full, question } = args;
    let reader = repository.reader(!question.no_refresh).await?;
    let (name, filter) = (Name::new(name), Filter { kind, within: question.prefix });
    let answer = sym::ask(&reader, &name, &filter, question.limit, full).await?;
    if answer.is_empty() {
        repository.note(format_args!("no symbol is called `{}`{}", name.as_str(), answer.did_you_mean()));
    }
    output::answer(&answer, global)
}

/// `codira symlist`
pub(crate) async fn symlist(repository: &Repository, args: args::Symlist, global: &Global) -> Result<Status, Failure> {
    let args::Symlist { kind, question } = args;
    let reader = repository.reader(!question.no_refresh).await?;
    let answer = symlist::ask(&reader, Filter { kind, within: question.prefix }, question.limit).await?;
    if answer.is_empty() {
        repository.note("there is no such symbol");
    }
    output::answer(&answer, global)
}

/// `codira calls`
pub(crate) async fn calls(repository: &Repository, args: args::Calls, global: &Global) -> Result<Status, Failure> {
    let args::Calls { named, incoming, resolved, tree, dot, depth, question } = args;
    let reader = repository.reader(!question.no_refresh).await?;
    let (name, filter) = meant(named);
    let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
    let kind = UseKind::Call;
    let query = EdgeQuery { kind, direction, filter, prefix: question.prefix, resolved, limit: question.limit };
    if tree || dot {
        let answer = tree::ask(&reader, &name, &query, depth.unwrap_or(DEPTH)).await?;
        if answer.is_empty() {
            repository.note(format_args!("no symbol is called `{}`", name.as_str()));
        }
        if tree {
            return output::answer(&answer, global);
        }
        output::text(&dot::graph(&answer))?;
        return Ok(if answer.is_empty() { Status::NotFound } else { Status::Found });
    }
    let answer = calls::ask(&reader, &name, &query).await?;
    if answer.is_empty() {
        let nothing = match direction {
            Direction::Outgoing => format!("`{}` calls nothing", name.as_str()),
            Direction::Incoming => format!("nothing calls `{}`", name.as_str()),
        };
        repository.note(why_nothing(&reader, &name, &query.filter, nothing).await?);
    }
    output::answer(&answer, global)
}

/// `codira refs`
pub(crate) async fn refs(repository: &Repository, args: args::Refs, global: &Global) -> Result<Status, Failure> {
    let args::Refs { named, symbols, text, resolved, question } = args;
    let reader = repository.reader(!question.no_refresh).await?;
    let (name, filter) = meant(named);
    let (kind, direction) = (UseKind::Reference, Direction::Incoming);
    let query = EdgeQuery { kind, direction, filter, prefix: question.prefix, resolved, limit: question.limit };
    let sections = match (symbols, text) {
        (true, _) => Sections::Symbols,
        (_, true) => Sections::Text,
        _ => Sections::Both,
    };
    let answer = refs::ask(&reader, &name, &query, sections).await?;
    if answer.is_empty() {
        let nothing = format!("nothing refers to `{}`", name.as_str());
        repository.note(why_nothing(&reader, &name, &query.filter, nothing).await?);
    }
    output::answer(&answer, global)
}

/// `codira audit`
pub(crate) async fn audit(repository: &Repository, args: args::Audit, global: &Global) -> Result<Status, Failure> {
    let args::Audit { rule, severity, format, question } = args;
    let auditors = auditors::first_party();
    if repository.config.auditing(auditors.clone())?.policy().audited.is_empty() {
        return Err(Failure::NothingAudited { config: repository.state().config_file() });
    }
    let reader = repository.reader(!question.no_refresh).await?;
    let request = DocIssueRequest { rule, at_least: severity, language: None, prefix: question.prefix, limit: question.limit };
    let answer = audit::ask(&reader, request).await?;
    if answer.is_empty() {
        repository.note("the documentation has no such issue");
    }
    match format {
        AuditFormat::Text => output::answer(&answer, global),
        AuditFormat::Json => output::answer(&answer, &Global { json: true, ..global.clone() }),
        AuditFormat::Sarif => {
            output::text(&sarif::log(answer.entries(), &auditors))?;
            Ok(if answer.is_empty() { Status::NotFound } else { Status::Found })
        }
    }
}

/// `codira cov`
pub(crate) async fn cov(repository: &Repository, args: args::Cov, global: &Global) -> Result<Status, Failure> {
    repository.reader(!args.no_refresh).await?;
    let answer = Covered::new(repository.coverage().await?);
    if answer.is_empty() {
        repository.note("no source file is missing");
    }
    output::answer(&answer, global)
}

/// `codira docs`
pub(crate) async fn docs(repository: &Repository, args: args::Docs, global: &Global) -> Result<Status, Failure> {
    let args::Docs { query, kind, question } = args;
    let reader = repository.reader(!question.no_refresh).await?;
    let words = query.join(" ");
    let query = DocumentationQuery { words, kind, prefix: question.prefix, limit: question.limit };
    let answer = docs::ask(&reader, query).await?;
    if answer.is_empty() {
        repository.note("no documentation has any of these words");
    }
    output::answer(&answer, global)
}

/// `codira emb`
pub(crate) async fn emb(repository: &Repository, args: args::Emb, global: &Global) -> Result<Status, Failure> {
    let args::Emb { query, kind, question } = args;
    let Some(embedding) = repository.embedding()? else { return Err(Failure::EmbeddingsOff) };
    let reader = repository.reader(!question.no_refresh).await?;
    let limit = question.limit.unwrap_or(emb::LIMIT);
    let query = SimilarQuery { text: query.join(" "), kind, prefix: question.prefix, limit };
    let answer = emb::ask(&reader, &embedding, query).await?;
    if let Some(missing) = emb::what_is_missing(&reader, &embedding).await? {
        repository.note(missing);
    } else if answer.is_empty() {
        repository.note("nothing is similar");
    }
    output::answer(&answer, global)
}

/// `codira ctx`
pub(crate) async fn ctx(repository: &Repository, args: args::Ctx, global: &Global) -> Result<Status, Failure> {
    let args::Ctx { query, budget, explain, format, question } = args;
    let embedding = repository.embedding()?;
    let reader = repository.reader(!question.no_refresh).await?;
    let (question_text, limit) = (query.join(" "), question.limit.unwrap_or(CONTEXT_LIMIT));
    let query = ContextQuery { question: question_text.clone(), prefix: question.prefix, budget, limit };
    let answer = Gathered::new(retrieval::context(&reader, embedding.as_ref(), &query).await?, explain);
    if answer.is_empty() {
        repository.note("nothing is about that, or the budget is too small for a line");
    }
    match format {
        ContextFormat::Text => output::answer(&answer, global),
        ContextFormat::Json => output::answer(&answer, &Global { json: true, ..global.clone() }),
        ContextFormat::Prompt => {
            output::text(&answer.prompt(&question_text))?;
            Ok(if answer.is_empty() { Status::NotFound } else { Status::Found })
        }
    }
}

/// `codira imports`
pub(crate) async fn imports(repository: &Repository, args: args::Imports, global: &Global) -> Result<Status, Failure> {
    let args::Imports { subject, incoming, question } = args;
    let reader = repository.reader(!question.no_refresh).await?;
    let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
    let query = ImportQuery { subject, direction, prefix: question.prefix, limit: question.limit };
    let answer = imports::ask(&reader, &query).await?;
    if answer.is_empty() {
        match direction {
            Direction::Outgoing => {
                repository.note(format_args!("`{}` is no module or file that imports anything", query.subject))
            }
            Direction::Incoming => repository.note(format_args!("nothing imports `{}`", query.subject)),
        }
    }
    output::answer(&answer, global)
}

/// Which symbols are meant.
fn meant(args::Named { name, kind, within }: args::Named) -> (Name, Filter) {
    (Name::new(name), Filter { kind, within })
}

/// Why there is no answer: `nothing`, or nobody knows the name.
async fn why_nothing(reader: &dyn IndexReader, name: &Name, filter: &Filter, nothing: String) -> Result<String, BackendError> {
    let known = !name.find(reader, filter, Some(1)).await?.answers.is_empty();
    Ok(if known { nothing } else { format!("no symbol is called `{}`", name.as_str()) })
}
