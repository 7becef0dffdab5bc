//! Rules: backends that know better than the session, or keep what other rules said.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use codira_contracts::{
    resolve::{Facts, LanguageRules, Offer, Offered, Progress, RuleSet},
    *,
};

use crate::{
    commits::Commits,
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    a_session_brings_rules_in_vain: IgnoresTheRules, "every session resolves by the rules of the first",
        "rules::the_inventory_names_the_rules";
    old_edges_stay: KeepsOldEdges, "files that are not put keep the edges of other rules",
        "rules::other_rules_derive_anew";
    a_version_of_rules_is_no_change: KeepsEdgesOfVersions, "files that are not put keep the edges of another version of their rules",
        "rules::other_rules_derive_anew";
    a_name_of_rules_is_no_change: KeepsEdgesOfNames, "files that are not put keep the edges of rules of their version with another name",
        "rules::other_rules_derive_anew";
    the_inventory_names_no_rules: NamesNoRules, "the inventory says nothing of rules",
        "rules::the_inventory_names_the_rules";
    a_full_session_passes_over_lone_rules: PassesOver, "a full session passes over the rules of a single language",
        "rules::edges_follow_the_rules_of_the_session";
    rules_that_were_given_up_are_named: NamesThoseGivenUp, "the inventory names the rules of a session that was given up",
        "rules::a_session_without_commit_changes_no_rules";
    facts_of_a_key_end_at_a_hundred: ShowsHundred, "of what files offer under a key, rules are shown the first hundred facts",
        "rules::rules_are_shown_every_fact_in_order";
    a_language_without_rules_has_no_edges: ResolvesByRulesAlone, "in a language without rules, nothing is resolved",
        "rules::a_language_without_rules_stays_in_its_file";
}

#[derive(Default)]
struct IgnoresTheRules(Mutex<Option<RuleSet>>);

#[async_trait]
impl Fault for IgnoresTheRules {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let rules = self.0.lock().unwrap().get_or_insert(request.rules.clone()).clone();
        base.begin_index_session(SessionRequest { rules, ..request }).await
    }
}

/// The rules of a language among those of a session, which are shown few facts.
struct Short {
    rules: RuleSet,
    tool: Tool,
    languages: [Language; 1],
}

/// Facts, of which no more than a hundred are shown under a key.
struct Hundred<'a>(&'a dyn Facts);

impl Facts for Hundred<'_> {
    fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        self.0.get(scope, name).map(|facts| &facts[..facts.len().min(100)])
    }
}

impl LanguageRules for Short {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        self.rules.offers(path, analysis)
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        self.rules.resolve(path, analysis, &Hundred(facts))
    }
}

#[derive(Default)]
struct ShowsHundred;

#[async_trait]
impl Fault for ShowsHundred {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let rules = request.rules.inventory().into_iter().map(|RulesInventory { language, tool }| -> Arc<dyn LanguageRules> {
            Arc::new(Short { rules: request.rules.clone(), tool, languages: [language] })
        });
        base.begin_index_session(SessionRequest { rules: RuleSet::new(rules)?, ..request }).await
    }
}

/// Keeps the edges of the commit before where no file was put and its rules are others, if that is
/// overlooked.
macro_rules! keeps_edges {
    ($fault:ident: |$before:ident, $now:ident| $overlooked:expr) => {
        #[derive(Default)]
        struct $fault(Commits);

        #[async_trait]
        impl Fault for $fault {
            async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
                self.0.commit(base, session).await
            }

            async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
                let $now = reader.inventory().await?;
                if let Some(reader_before) = self.0.of($now.generation - 1) {
                    let $before = reader_before.inventory().await?;
                    let states = reader_before.file_states(&PathPrefix::root()).await?;
                    if $before.rules != $now.rules && $overlooked && states == reader.file_states(&PathPrefix::root()).await? {
                        return reader_before.edges(request).await;
                    }
                }
                reader.edges(request).await
            }
        }
    };
}

keeps_edges!(KeepsOldEdges: |before, now| true);
keeps_edges!(KeepsEdgesOfVersions: |before, now| {
    let named = |row: &RulesInventory| (row.language.clone(), row.tool.name.clone());
    before.rules.iter().map(named).eq(now.rules.iter().map(named))
});
keeps_edges!(KeepsEdgesOfNames: |before, now| {
    let numbered = |row: &RulesInventory| (row.language.clone(), row.tool.version.clone());
    before.rules.iter().map(numbered).eq(now.rules.iter().map(numbered))
});

#[derive(Default)]
struct PassesOver(Mutex<Option<RuleSet>>);

#[async_trait]
impl Fault for PassesOver {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let is_lone = request.scope == WriteScope::Full && request.rules.inventory().len() == 1;
        *self.0.lock().unwrap() = is_lone.then(|| request.rules.clone());
        let rules = if is_lone { RuleSet::default() } else { request.rules };
        base.begin_index_session(SessionRequest { rules, ..request }).await
    }

    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        if let Some(passed_over) = &*self.0.lock().unwrap() {
            inventory.rules = passed_over.inventory();
        }
        Ok(inventory)
    }
}

/// The rules of the session that is open, and those of one that was given up.
#[derive(Default)]
struct NamesThoseGivenUp {
    open: Mutex<Option<RuleSet>>,
    given_up: Mutex<Option<RuleSet>>,
}

#[async_trait]
impl Fault for NamesThoseGivenUp {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        // Whatever is open now was not committed.
        if let Some(given_up) = self.open.lock().unwrap().replace(request.rules) {
            *self.given_up.lock().unwrap() = Some(given_up);
        }
        Ok(session)
    }

    async fn commit(&self, _: &DynBackend, session: DynSession) -> Answer<Commit> {
        (*self.open.lock().unwrap(), *self.given_up.lock().unwrap()) = (None, None);
        session.commit().await
    }

    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        if let Some(given_up) = &*self.given_up.lock().unwrap() {
            inventory.rules = given_up.inventory();
        }
        Ok(inventory)
    }
}

#[derive(Default)]
struct NamesNoRules;

#[async_trait]
impl Fault for NamesNoRules {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        Ok(RuntimeInventory { rules: Vec::new(), ..reader.inventory().await? })
    }
}

#[derive(Default)]
struct ResolvesByRulesAlone;

#[async_trait]
impl Fault for ResolvesByRulesAlone {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        for edge in &mut edges {
            if edge.owner.key.path.extension() == Some("plain")
                && let EdgeTarget::Resolved(symbol) = &edge.target
            {
                edge.target = EdgeTarget::Unresolved { text: symbol.name.clone() };
            }
        }
        Ok(edges)
    }
}
