//! The sections of the policy, and how a scan leaves each.

use palisade_core::{ClauseId, Finding, Severity};
use palisade_rule::RuleEntry;
use palisade_scan::Report;
use std::collections::{BTreeMap, BTreeSet};

/// Gives the section of a clause: a key to order sections by, and its title. Nothing for a clause
/// that no catalogue knows.
pub type SectionOf<'a> = &'a dyn Fn(&ClauseId) -> Option<(String, String)>;

/// The document of the practices that stand behind the policy. Its clauses say in other words what
/// the policy's say, so reports name them after those.
const PRACTICES: &str = "BPSS";

/// The order of a section, see [`Policy::key`].
type Key = (bool, String, String, String);

/// What reports need to know of the policy.
#[derive(Clone, Copy)]
pub struct Policy<'a> {
    /// The section of a clause.
    pub section_of: SectionOf<'a>,
    /// The clauses that a scan is to enforce; a section of them that no rule serves is a gap.
    pub clauses: &'a [ClauseId],
    /// The rules that ran.
    pub rules: &'a [RuleEntry],
}

impl std::fmt::Debug for Policy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy")
            .field("clauses", &self.clauses.len())
            .field("rules", &self.rules.len())
            .finish_non_exhaustive()
    }
}

/// How a scan leaves a section of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionState {
    /// Its title.
    pub title: String,
    /// The document that it is of.
    pub document: String,
    /// Findings that break one of its clauses, by severity.
    pub findings: BTreeMap<Severity, usize>,
    /// Questions about it that could not be decided.
    pub undecided: usize,
    /// How many rules serve it.
    pub rules: usize,
}

impl SectionState {
    /// The state in one word: `fails`, `gap` or `ok`. Mere information fails nothing.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.findings.keys().any(|s| *s > Severity::Info) {
            "fails"
        } else if self.rules == 0 {
            "gap"
        } else {
            "ok"
        }
    }

    /// Whether it is of the practices, whose findings the policy's own sections tell already.
    #[must_use]
    pub fn is_practice(&self) -> bool {
        self.document == PRACTICES
    }
}

impl<'a> Policy<'a> {
    /// A policy of which nothing is known.
    pub const UNKNOWN: Policy<'static> = Policy {
        section_of: &|_| None,
        clauses: &[],
        rules: &[],
    };

    /// The state of each section, in the policy's order. Clauses that the catalogue does not know
    /// stand together under the name of their document.
    #[must_use]
    pub fn sections(&self, report: &Report) -> Vec<SectionState> {
        let mut sections: BTreeMap<Key, SectionState> = BTreeMap::new();
        for clause in self.clauses {
            self.entry(&mut sections, clause);
        }
        let mut of_rule: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
        for entry in self.rules {
            let clauses = entry.rule.clauses.iter().filter_map(|c| c.parse().ok());
            let keys: BTreeSet<_> = clauses.map(|c: ClauseId| self.key(&c)).collect();
            for key in &keys {
                state(&mut sections, key.clone()).rules += 1;
            }
            of_rule.insert(entry.rule.id, keys);
        }
        for finding in report.active() {
            let keys: BTreeSet<_> = finding.clauses.iter().map(|c| self.key(c)).collect();
            for key in keys {
                let section = state(&mut sections, key);
                *section.findings.entry(finding.severity).or_default() += 1;
            }
        }
        for unresolved in &report.unresolved {
            for key in of_rule.get(&*unresolved.rule).into_iter().flatten() {
                state(&mut sections, key.clone()).undecided += 1;
            }
        }
        sections.into_values().collect()
    }

    /// The clauses of a finding: the policy's own before those of the practices, and of all only
    /// the title of the first one's section.
    #[must_use]
    pub fn clauses_of(&self, finding: &Finding) -> String {
        let mut clauses: Vec<&ClauseId> = finding.clauses.iter().collect();
        clauses.sort_by_key(|clause| clause.document() == PRACTICES);
        let Some(first) = clauses.first() else {
            return String::new();
        };
        let section = (self.section_of)(first);
        let beside = |clause: &&ClauseId| section.is_some() && (self.section_of)(clause) == section;
        let (mut named, mut also): (Vec<&ClauseId>, Vec<_>) =
            clauses.iter().copied().partition(beside);
        let title = match section {
            Some((_, title)) if !title.is_empty() => format!(" {title}"),
            _ => {
                named.append(&mut also);
                String::new()
            }
        };
        let list = |clauses: &[&ClauseId]| {
            let ids: Vec<&str> = clauses.iter().map(|c| c.as_str()).collect();
            ids.join(", ")
        };
        match also.is_empty() {
            true => format!("{}{title}", list(&named)),
            false => format!("{}{title}; also {}", list(&named), list(&also)),
        }
    }

    /// What sections are ordered by: whether the catalogue knows them, its order, title, document.
    fn key(&self, clause: &ClauseId) -> Key {
        let document = clause.document().to_owned();
        match (self.section_of)(clause) {
            Some((order, title)) => (false, order, title, document),
            None => (true, String::new(), document.clone(), document),
        }
    }

    fn entry<'s>(
        &self,
        sections: &'s mut BTreeMap<Key, SectionState>,
        clause: &ClauseId,
    ) -> &'s mut SectionState {
        state(sections, self.key(clause))
    }
}

fn state(sections: &mut BTreeMap<Key, SectionState>, key: Key) -> &mut SectionState {
    let (title, document) = (key.2.clone(), key.3.clone());
    sections.entry(key).or_insert_with(|| SectionState {
        title,
        document,
        findings: BTreeMap::new(),
        undecided: 0,
        rules: 0,
    })
}
