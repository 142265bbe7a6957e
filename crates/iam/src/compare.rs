//! Whether every request that one set of policies allows is allowed by another one, exactly, and with
//! a request that proves it when it is not.
//!
//! # What is compared
//!
//! A [`Side`] is made of layers, and allows a request when in every layer some statement allows it and
//! in none a statement denies it: identity policies, a boundary, each level of an organisation. A
//! document alone is one layer.
//!
//! # Which requests there are
//!
//! In the universe of the catalogue: actions that exist, on resources whose text has the form of one of
//! the kinds that the action takes, or `*` for actions that take none. In the open [`Universe`]: any action `[a-z0-9-]+:[a-z0-9]+`, without regard to case; as resource
//! any printable ASCII text, compared as a whole; each condition key absent or present, with at least
//! one value, and several where some test has a set operator. The values of a key are of the kind that
//! the tests read: numbers (dense), dates (to the microsecond), `true` and `false`, addresses of IPv4
//! and IPv6; where a test reads text, any text.
//!
//! # How it is exact
//!
//! Actions, resources, callers and values are cut into finitely many cells within which no statement
//! tells one from another, each with one real member. `true` comes from a search through all
//! combinations that found none; `false` comes with a request, which the evaluator has decided again.
//! What is not known is read in two ways: a search that finds nothing in the generous reading proves
//! `true`, one that finds something in the strict reading proves `false`, and everything else is
//! unknown, with the reason.

mod automaton;
mod bits;
mod budget;
mod callers;
mod cells;
mod existing;
mod places;
mod search;
mod statements;
mod trials;
mod values;
mod verbatim;
mod witness;

use crate::catalogue::Catalogue;
use crate::evaluate::Policies;
use crate::policy::{Policy, Statement};
use crate::request::Request;
use budget::{Budget, Exhausted};
use callers::Callers;
use cells::{Actions, Cell};
use search::{Hit, Mode, Search};
use statements::Statements;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use values::Gap;

/// Policies that all have to allow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// The layers; without any, nothing is allowed.
    pub layers: Vec<Layer>,
}

/// Policies of which one has to allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What it is called: `identity`, `boundary`, `scp 1`.
    pub name: Arc<str>,
    /// Its policies.
    pub policies: Vec<Arc<Policy>>,
}

/// Which requests there are.
#[derive(Clone, Copy, Debug, Default)]
pub enum Universe {
    /// Any action and any resource.
    #[default]
    Open,
    /// Actions that exist, on resources of the kinds that they take.
    Catalogue(&'static Catalogue),
}

/// How to compare.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which requests there are.
    pub universe: Universe,
    /// How many steps it may take; then the answer is unknown.
    pub budget: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            universe: Universe::Open,
            budget: 30_000_000,
        }
    }
}

/// How two sides stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They allow the same.
    Equal,
    /// The first allows less.
    Narrower,
    /// The first allows more.
    Wider,
    /// Each allows something that the other does not.
    Incomparable,
    /// Not known.
    Unknown,
}

/// A statement of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementRef {
    /// Which layer.
    pub layer: usize,
    /// Which of its policies.
    pub policy: usize,
    /// Which statement of the policy.
    pub statement: usize,
}

/// A request that one side allows and the other does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The request.
    pub request: Request,
    /// The statements of the one side that allow it: those of every layer.
    pub allowed_by: Vec<StatementRef>,
    /// The statements of the other side that deny it.
    pub denied_by: Vec<StatementRef>,
    /// The layers of the other side in which nothing allows it.
    pub not_allowed_in: Vec<usize>,
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It depends on a text that is not known; the name of the hole.
    Hole(char),
    /// It depends on what a policy variable stands for; the text that it stands in.
    Variable(Arc<str>),
    /// The key is compared as different kinds of value.
    MixedKinds(Arc<str>),
    /// There are too many ways in which the variables of this key's tests can come out.
    ManyVariables(Arc<str>),
    /// All of the work that is allowed was done.
    Budget,
    /// The evaluator does not agree with a request that was found; this is a bug.
    Internal(Arc<str>),
}

/// Access that one side gives and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewAccess {
    /// The resources, as the statement that allows it names them.
    pub resource: Arc<str>,
    /// The actions, as the statement names them; an action of which only a part is new is among them.
    pub actions: Vec<Arc<str>>,
}

/// Whether a side is within another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Containment {
    /// Every request that the one allows is allowed by the other; nothing when that is not known.
    pub holds: Option<bool>,
    /// A request that shows that it does not hold.
    pub witness: Option<Witness>,
    /// Why it is not known.
    pub unknown: Vec<Reason>,
    /// What the one allows and the other does not.
    pub new: Vec<NewAccess>,
    /// How many steps it took.
    pub work: u64,
}

/// How two sides compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Whether all that the first allows is allowed by the second.
    pub a_in_b: Containment,
    /// Whether all that the second allows is allowed by the first.
    pub b_in_a: Containment,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hole(_) => f.write_str("it depends on a text that is not known"),
            Self::Variable(text) => {
                write!(f, "it depends on what the variables in `{text}` stand for")
            }
            Self::MixedKinds(key) => {
                write!(f, "`{key}` is compared as different kinds of value")
            }
            Self::ManyVariables(key) => {
                write!(f, "`{key}` is compared with too many texts with variables")
            }
            Self::Budget => f.write_str("it takes more work than is allowed"),
            Self::Internal(request) => {
                write!(
                    f,
                    "the evaluator does not agree about {request}; this is a bug"
                )
            }
        }
    }
}

impl Comparison {
    /// How the first stands to the second.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.a_in_b.holds, self.b_in_a.holds) {
            (Some(true), Some(true)) => Verdict::Equal,
            (Some(true), Some(false)) => Verdict::Narrower,
            (Some(false), Some(true)) => Verdict::Wider,
            (Some(false), Some(false)) => Verdict::Incomparable,
            _ => Verdict::Unknown,
        }
    }
}

impl Side {
    /// A document alone.
    #[must_use]
    pub fn of(policy: Arc<Policy>) -> Self {
        Self {
            layers: vec![Layer {
                name: Arc::from("policy"),
                policies: vec![policy],
            }],
        }
    }

    /// The policies around a caller. Nothing when there are policies that do not simply have to
    /// allow as well: those of resources.
    #[must_use]
    pub fn of_policies(policies: &Policies) -> Option<Self> {
        let block = policies.public_access_block;
        if policies.resource.is_some() || !policies.rcp.is_empty() || block != Default::default() {
            return None;
        }
        let layer = |name: &str, policies: &[Arc<Policy>]| Layer {
            name: Arc::from(name),
            policies: policies.to_vec(),
        };
        let mut layers = vec![layer("identity", &policies.identity)];
        let boundary = policies.boundary.as_deref().unwrap_or_default();
        let others = [
            ("boundary", boundary),
            ("session", policies.session.as_slice()),
            ("endpoint", &policies.endpoint),
        ];
        let given = others.iter().filter(|(_, policies)| !policies.is_empty());
        layers.extend(given.map(|(name, policies)| layer(name, policies)));
        let levels = policies.scp.iter().enumerate();
        layers.extend(levels.map(|(n, level)| layer(&format!("scp {n}"), level)));
        Some(Self { layers })
    }

    /// The statement that a reference means.
    #[must_use]
    pub fn statement(&self, at: StatementRef) -> Option<&Statement> {
        let policy = self.layers.get(at.layer)?.policies.get(at.policy)?;
        policy.statements.get(at.statement)
    }

    /// All statements, with their layer, policy and number.
    fn statements(&self) -> impl Iterator<Item = (StatementRef, &Statement)> {
        self.layers.iter().enumerate().flat_map(|(layer, of)| {
            of.policies
                .iter()
                .enumerate()
                .flat_map(move |(policy, of)| {
                    let at = move |statement| StatementRef {
                        layer,
                        policy,
                        statement,
                    };
                    of.statements
                        .iter()
                        .enumerate()
                        .map(move |(n, of)| (at(n), of))
                })
        })
    }
}

/// Compares two sides in both directions.
#[must_use]
pub fn compare(a: &Side, b: &Side, options: Options) -> Comparison {
    let mut comparing = Comparing::new([a, b], options);
    let a_in_b = comparing.within(0, false);
    let b_in_a = comparing.within(1, false);
    Comparison { a_in_b, b_in_a }
}

/// Whether all that one side allows is allowed by the other one: the same as [`compare`] in one
/// direction, and without [`Containment::new`].
#[must_use]
pub fn subset(a: &Side, b: &Side, options: Options) -> Containment {
    Comparing::new([a, b], options).within(0, true)
}

struct Comparing<'a> {
    statements: Statements<'a>,
    options: Options,
    /// The cells of actions, when they were needed.
    cells: Option<Arc<Cut<'a>>>,
}

/// The actions and the callers.
struct Cut<'a> {
    actions: Actions<'a>,
    cells: Vec<Cell>,
    callers: Callers,
}

impl<'a> Comparing<'a> {
    fn new(sides: [&'a Side; 2], options: Options) -> Self {
        Self {
            statements: Statements::new(sides),
            options,
            cells: None,
        }
    }

    /// Whether a side (0 or 1) is within the other one.
    fn within(&mut self, side: usize, first_only: bool) -> Containment {
        let mut budget = Budget::new(self.options.budget);
        let mut answer = Containment {
            holds: None,
            witness: None,
            unknown: Vec::new(),
            new: Vec::new(),
            work: 0,
        };
        if verbatim::within(&self.statements, side) {
            answer.holds = Some(true);
        } else {
            let done = self.search(side, first_only, &mut budget, &mut answer);
            if done.is_err() && answer.holds.is_none() {
                answer.unknown.push(Reason::Budget);
            }
        }
        answer.work = budget.spent();
        answer
    }

    fn search(
        &mut self,
        side: usize,
        first_only: bool,
        budget: &mut Budget,
        answer: &mut Containment,
    ) -> Result<(), Exhausted> {
        let cut = self.cut(budget)?;
        let variables = trials::variables(&self.statements);
        let holes = witness::has_holes(&self.statements);
        if holes || !variables.is_empty() {
            // Whether there is anything to find at all.
            let mut search = Search::new(&self.statements, &cut.cells, &cut.callers, None);
            let possible = search.hits(side, Mode::Possible, true, budget)?;
            match possible.first() {
                None if search.gaps.is_empty() => {
                    answer.holds = Some(true);
                    return Ok(());
                }
                Some(hit) => answer.unknown = witness::doubts(&search, hit),
                None => {}
            }
            answer.unknown.extend(self.reasons(&search.gaps));
        }
        // What is allowed whatever is not known, and whatever variables stand for.
        let mut search = Search::new(&self.statements, &cut.cells, &cut.callers, None);
        let hits = search.hits(side, Mode::Sure, first_only, budget)?;
        let found = self.report(side, &cut, &search, &hits, answer);
        if !(found || holes) && variables.is_empty() {
            answer.unknown.extend(self.reasons(&search.gaps));
            if answer.unknown.is_empty() {
                answer.holds = Some(true);
            }
        }
        if variables.is_empty() || (found && first_only) {
            return Ok(());
        }
        for fixed in trials::all(&self.statements, &variables, budget)? {
            let mut search = Search::new(&self.statements, &cut.cells, &cut.callers, Some(&fixed));
            let hits = search.hits(side, Mode::Sure, first_only, budget)?;
            // When there is a witness already, one trial shows what else is new.
            if self.report(side, &cut, &search, &hits, answer) || found {
                return Ok(());
            }
        }
        if answer.unknown.is_empty() {
            let text = trials::texts(&self.statements).next();
            let reason = text.map(|text| Reason::Variable(text.written.clone()));
            answer.unknown.extend(reason);
        }
        Ok(())
    }

    fn cut(&mut self, budget: &mut Budget) -> Result<Arc<Cut<'a>>, Exhausted> {
        if let Some(cut) = &self.cells {
            return Ok(cut.clone());
        }
        let actions = Actions::new(&self.statements);
        let cells = match self.options.universe {
            Universe::Open => actions.cells(&self.statements, budget)?,
            Universe::Catalogue(catalogue) => {
                existing::cells(catalogue, &actions, &self.statements, budget)?
            }
        };
        let callers = Callers::new(&self.statements);
        let cut = Arc::new(Cut {
            actions,
            cells,
            callers,
        });
        self.cells = Some(cut.clone());
        Ok(cut)
    }

    fn reasons(&self, gaps: &BTreeSet<(usize, Gap)>) -> Vec<Reason> {
        let reason = |(key, gap): &(usize, Gap)| {
            let key = self.statements.keys[*key].written.clone();
            match gap {
                Gap::Mixed => Reason::MixedKinds(key),
                Gap::Variables => Reason::ManyVariables(key),
            }
        };
        gaps.iter().map(reason).collect()
    }

    /// Turns hits into the answer; tells whether there is one.
    fn report(
        &self,
        side: usize,
        cut: &Cut<'_>,
        search: &Search<'_, '_>,
        hits: &[Hit],
        answer: &mut Containment,
    ) -> bool {
        let Some(best) = witness::best(search, hits) else {
            return false;
        };
        match witness::of(search, side, best, self.options.universe) {
            Ok(witness) => {
                answer.holds = Some(false);
                answer.witness.get_or_insert(witness);
                answer.unknown.clear();
                let new = self.new_access(cut, hits);
                let mut all: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
                for access in std::mem::take(&mut answer.new).into_iter().chain(new) {
                    all.entry(access.resource)
                        .or_default()
                        .extend(access.actions);
                }
                answer.new = (all.into_iter())
                    .map(|(resource, actions)| NewAccess {
                        resource,
                        actions: actions.into_iter().collect(),
                    })
                    .collect();
            }
            Err(request) if answer.witness.is_none() => {
                answer.unknown.push(Reason::Internal(request));
            }
            Err(_) => {}
        }
        answer.holds.is_some()
    }

    /// What is new, as the statements that allow it name it.
    fn new_access(&self, cut: &Cut<'_>, hits: &[Hit]) -> Vec<NewAccess> {
        let named = |hit: &Hit| {
            let by = hit.found.by.first()?;
            let element = self.statements.entries[by.entry]
                .statement
                .resources
                .as_ref();
            let pattern = element
                .filter(|element| !element.except)
                .and_then(|element| element.patterns.get(by.pattern.unwrap_or_default()));
            // A Not-form names what it leaves out.
            let resource = match pattern {
                Some(text) => text.written.clone(),
                None => Arc::from(hit.found.resource.as_str()),
            };
            let actions = cut.actions.named(by.entry, &cut.cells[hit.cell]);
            Some(NewAccess { resource, actions })
        };
        hits.iter().filter_map(named).collect()
    }
}

#[cfg(test)]
mod tests;
