//! All calls, cut into finitely many by what the statements say of them: *cells* of actions, and
//! *places* (a resource and a caller). Of two actions in one cell no statement matches one and not
//! the other.

use super::automaton::{Language, Machine, atoms};
use super::bits::Bits;
use super::budget::{Budget, Exhausted};
use super::callers;
use super::statements::{Statements, TextKey};
use super::values::Fixed;
use crate::pattern::Text;
use crate::policy::Element;
use crate::request::Caller;
use crate::truth::Truth;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which statements match something: certainly, or maybe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Matching {
    pub may: Bits,
    pub must: Bits,
}

impl Matching {
    fn set(&mut self, entry: usize, truth: Truth) {
        match truth {
            Truth::No => {
                self.may.remove(entry);
                self.must.remove(entry);
            }
            Truth::Maybe => {
                self.may.insert(entry);
                self.must.remove(entry);
            }
            Truth::Yes => {
                self.may.insert(entry);
                self.must.insert(entry);
            }
        }
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            may: self.may.and(&other.may),
            must: self.must.and(&other.must),
        }
    }
}

/// Actions, or resources, that no statement tells apart.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub matching: Matching,
    /// One of them.
    pub text: String,
    /// The patterns that match some of them.
    pub patterns: BTreeSet<u32>,
}

/// Resources and callers that no statement tells apart.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub matching: Matching,
    /// One of the resources, in the list of resources' cells.
    pub resource: usize,
    /// One of the callers.
    pub caller: usize,
}

/// The patterns of all statements for one part of a call.
pub(super) struct Dimension<'a> {
    machines: Vec<Machine>,
    /// For each pattern, whose it is.
    pub users: Vec<Vec<User<'a>>>,
    /// What matches where no pattern does.
    base: Matching,
    /// What can't match: a variable in a Not-form has no value.
    never: Vec<usize>,
    /// Not-forms with variables, each with its open question.
    open: Vec<(u32, usize)>,
}

/// A statement that has a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct User<'a> {
    pub entry: usize,
    pub text: &'a Text,
    pub except: bool,
    how: How,
}

/// How far a pattern is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Known,
    Hole,
    /// It has variables: an open question with a number, which comes out the same for the same text.
    Open(u32),
}

/// The numbers of open questions, by what is asked.
type Questions<'a> = BTreeMap<(bool, Vec<TextKey<'a>>), u32>;

/// Most open questions that are tried in all ways at one resource.
const MOST_OPEN: usize = 8;

impl<'a> Dimension<'a> {
    fn new(
        statements: &Statements<'a>,
        element: impl Fn(usize) -> Option<&'a Element>,
        fixed: Option<&Fixed>,
    ) -> Self {
        let count = statements.entries.len();
        let mut dimension = Self {
            machines: Vec::new(),
            users: Vec::new(),
            base: Matching {
                may: Bits::none(count),
                must: Bits::none(count),
            },
            never: Vec::new(),
            open: Vec::new(),
        };
        let mut machines = BTreeMap::new();
        let mut questions = Questions::new();
        for entry in 0..count {
            let Some(element) = element(entry) else {
                dimension.base.set(entry, Truth::Yes);
                continue;
            };
            let with_variables = element.patterns.iter().any(|t| t.variables().is_some());
            if element.except && with_variables && fixed.is_none() {
                let mut texts: Vec<TextKey<'a>> =
                    element.patterns.iter().map(TextKey::of).collect();
                texts.sort_unstable();
                let question = ask(&mut questions, (true, texts));
                dimension.open.push((question, entry));
            } else if element.except {
                dimension.base.set(entry, Truth::Yes);
            }
            for text in &element.patterns {
                let (pattern, how) = match (text.plain(), fixed) {
                    (Some(pattern), _) if pattern.has_hole() => (text.widest(), How::Hole),
                    (Some(_), _) => (text.widest(), How::Known),
                    (None, Some(fixed)) => match text.resolve(&fixed.context) {
                        Some(pattern) => (pattern, How::Known),
                        None if element.except => {
                            dimension.never.push(entry);
                            continue;
                        }
                        None => continue,
                    },
                    (None, None) if element.except => continue,
                    (None, None) => {
                        let question = ask(&mut questions, (false, vec![TextKey::of(text)]));
                        (text.widest(), How::Open(question))
                    }
                };
                let user = User {
                    entry,
                    text,
                    except: element.except,
                    how,
                };
                let machine = *machines.entry(Machine::new(&pattern)).or_insert_with(|| {
                    dimension.users.push(Vec::new());
                    dimension.users.len() - 1
                });
                dimension.users[machine].push(user);
            }
        }
        let mut ordered: Vec<(usize, Machine)> = machines
            .into_iter()
            .map(|(machine, n)| (n, machine))
            .collect();
        ordered.sort_unstable();
        dimension.machines = ordered.into_iter().map(|(_, machine)| machine).collect();
        dimension
    }

    /// The dimension of actions.
    pub(super) fn actions(statements: &Statements<'a>) -> Self {
        let element = |n: usize| Some(&statements.entries[n].statement.actions);
        Self::new(statements, element, None)
    }

    /// The dimension of resources. Without `fixed`, patterns with variables are open questions.
    pub(super) fn resources(statements: &Statements<'a>, fixed: Option<&Fixed>) -> Self {
        let element = |n: usize| statements.entries[n].statement.resources.as_ref();
        Self::new(statements, element, fixed)
    }

    /// The cells of a language.
    pub(super) fn cells(
        &self,
        statements: &Statements<'_>,
        language: Language,
        budget: &mut Budget,
    ) -> Result<Vec<Cell>, Exhausted> {
        let machines: Vec<&Machine> = self.machines.iter().collect();
        let mut cells: Vec<Cell> = Vec::new();
        let mut numbers: BTreeMap<Matching, usize> = BTreeMap::new();
        for atom in atoms(&machines, language, None, budget)? {
            for mut matching in self.matching(&atom.members, budget)? {
                for entry in matching.must.clone().iter() {
                    if statements.entries[entry].statement.uncertain.is_some() {
                        matching.must.remove(entry);
                    }
                }
                let number = *numbers.entry(matching).or_insert_with_key(|matching| {
                    cells.push(Cell {
                        matching: matching.clone(),
                        text: atom.text.clone(),
                        patterns: BTreeSet::new(),
                    });
                    cells.len() - 1
                });
                cells[number].patterns.extend(&atom.members);
            }
        }
        Ok(cells)
    }

    /// How a statement names what is in a cell.
    pub(super) fn named(&self, entry: usize, cell: &Cell) -> Vec<Arc<str>> {
        let users = cell
            .patterns
            .iter()
            .filter_map(|n| self.users.get(*n as usize))
            .flatten();
        let own = users.filter(|user| user.entry == entry && !user.except);
        let mut names: Vec<Arc<str>> = own.map(|user| user.text.written.clone()).collect();
        if names.is_empty() {
            // A Not-form names what it leaves out.
            names.push(Arc::from(cell.text.as_str()));
        }
        names
    }

    /// What matches where just these patterns do; several answers where questions are open.
    fn matching(&self, members: &[u32], budget: &mut Budget) -> Result<Vec<Matching>, Exhausted> {
        let mut matching = self.base.clone();
        let mut open: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut excepted = Vec::new();
        budget.spend(matching.may.words())?;
        // What is known comes last, because it decides.
        let known = |user: &User<'_>| user.how == How::Known;
        for decided in [false, true] {
            for member in members {
                let users = self
                    .users
                    .get(*member as usize)
                    .map_or(&[][..], Vec::as_slice);
                for user in users.iter().filter(|user| known(user) == decided) {
                    match (user.how, user.except) {
                        (How::Known, false) => matching.set(user.entry, Truth::Yes),
                        (How::Known, true) => {
                            matching.set(user.entry, Truth::No);
                            excepted.push(user.entry);
                        }
                        (How::Hole, _) => matching.set(user.entry, Truth::Maybe),
                        (How::Open(question), _) => {
                            open.entry(question).or_default().push(user.entry);
                        }
                    }
                }
            }
        }
        for (question, entry) in &self.open {
            if excepted.contains(entry) {
                matching.set(*entry, Truth::No);
            } else {
                open.entry(*question).or_default().push(*entry);
            }
        }
        for entries in open.values_mut() {
            entries.retain(|entry| !matching.must.contains(*entry));
        }
        for entry in &self.never {
            matching.set(*entry, Truth::No);
        }
        open.retain(|_, entries| !entries.is_empty());
        if open.len() > MOST_OPEN {
            for entry in open.values().flatten() {
                matching.set(*entry, Truth::Maybe);
            }
            return Ok(vec![matching]);
        }
        let mut ways = vec![matching];
        for entries in open.values() {
            for at in 0..ways.len() {
                budget.spend(entries.len() + ways[at].may.words())?;
                let mut fits = ways[at].clone();
                entries
                    .iter()
                    .for_each(|entry| fits.set(*entry, Truth::Yes));
                ways.push(fits);
            }
        }
        Ok(ways)
    }
}

fn ask<'a>(questions: &mut Questions<'a>, asked: (bool, Vec<TextKey<'a>>)) -> u32 {
    let next = u32::try_from(questions.len()).unwrap_or(u32::MAX);
    *questions.entry(asked).or_insert(next)
}

/// All resources and callers, cut into places.
pub(super) struct Places<'a> {
    pub dimension: Dimension<'a>,
    pub resources: Vec<Cell>,
    pub callers: Vec<Caller>,
    pub places: Vec<Place>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        statements: &Statements<'_>,
        dimension: Dimension<'a>,
        budget: &mut Budget,
    ) -> Result<Self, Exhausted> {
        let resources = dimension.cells(statements, Language::Resource, budget)?;
        let callers = callers::all(statements);
        let mut places = Vec::new();
        let Some((callers, matching)) = callers else {
            for (n, resource) in resources.iter().enumerate() {
                places.push(Place {
                    matching: resource.matching.clone(),
                    resource: n,
                    caller: 0,
                });
            }
            return Ok(Self {
                dimension,
                resources,
                callers: vec![callers::somebody()],
                places,
            });
        };
        let mut seen = BTreeSet::new();
        for (n, resource) in resources.iter().enumerate() {
            for (caller, named) in matching.iter().enumerate() {
                budget.spend(named.may.words())?;
                let both = resource.matching.and(named);
                if seen.insert(both.clone()) {
                    places.push(Place {
                        matching: both,
                        resource: n,
                        caller,
                    });
                }
            }
        }
        Ok(Self {
            dimension,
            resources,
            callers,
            places,
        })
    }
}
