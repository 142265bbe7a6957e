//! All actions, cut into finitely many cells: of two actions in one cell no statement matches one and
//! not the other.

use super::automaton::{Language, Machine, atoms};
use super::bits::Bits;
use super::budget::{Budget, Exhausted};
use super::statements::Statements;
use crate::pattern::{Pattern, Text};
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

    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            may: self.may.and(&other.may),
            must: self.must.and(&other.must),
        }
    }
}

/// Actions that no statement tells apart.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub matching: Matching,
    /// One of them.
    pub text: String,
    /// The patterns that match some of them.
    pub patterns: BTreeSet<u32>,
    /// Which resources they take, when not all.
    pub kinds: Option<Arc<Vec<Machine>>>,
    /// All of them, when they are those that exist.
    pub names: Vec<Arc<str>>,
}

/// The patterns of all statements.
pub(super) struct Actions<'a> {
    machines: Vec<Machine>,
    /// For each pattern, whose it is.
    pub users: Vec<Vec<User<'a>>>,
    /// What matches where no pattern does.
    base: Matching,
}

/// A statement that has a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct User<'a> {
    pub entry: usize,
    pub text: &'a Text,
    pub except: bool,
    hole: bool,
}

impl<'a> Actions<'a> {
    pub(super) fn new(statements: &Statements<'a>) -> Self {
        let count = statements.entries.len();
        let mut machines = BTreeMap::new();
        let mut users: Vec<Vec<User<'a>>> = Vec::new();
        let mut base = Matching {
            may: Bits::none(count),
            must: Bits::none(count),
        };
        for (entry, of) in statements.entries.iter().enumerate() {
            let element = &of.statement.actions;
            if element.except {
                base.set(entry, Truth::Yes);
            }
            for text in &element.patterns {
                let pattern = text.widest();
                let machine = *machines.entry(Machine::new(&pattern)).or_insert_with(|| {
                    users.push(Vec::new());
                    users.len() - 1
                });
                users[machine].push(User {
                    entry,
                    text,
                    except: element.except,
                    hole: pattern.has_hole(),
                });
            }
        }
        let mut ordered: Vec<(usize, Machine)> = machines
            .into_iter()
            .map(|(machine, n)| (n, machine))
            .collect();
        ordered.sort_unstable();
        Self {
            machines: ordered.into_iter().map(|(_, machine)| machine).collect(),
            users,
            base,
        }
    }

    /// The cells.
    pub(super) fn cells(
        &self,
        statements: &Statements<'_>,
        budget: &mut Budget,
    ) -> Result<Vec<Cell>, Exhausted> {
        let machines: Vec<&Machine> = self.machines.iter().collect();
        let mut cells: Vec<Cell> = Vec::new();
        let mut numbers: BTreeMap<Matching, usize> = BTreeMap::new();
        // What a pattern with a hole decides, no other one does.
        let count = statements.entries.len();
        let decides = |(machine, users): (usize, &Vec<User<'_>>)| -> Vec<u32> {
            let what = |user: &User<'_>| {
                if user.hole {
                    count + machine
                } else {
                    user.entry
                }
            };
            users
                .iter()
                .filter_map(|user| u32::try_from(what(user)).ok())
                .collect()
        };
        let deciding: Vec<Vec<u32>> = self.users.iter().enumerate().map(decides).collect();
        for atom in atoms(&machines, &deciding, Language::Action, budget)? {
            let matching = self.matching(statements, &atom.members, budget)?;
            let number = *numbers.entry(matching).or_insert_with_key(|matching| {
                cells.push(Cell {
                    matching: matching.clone(),
                    text: atom.text.clone(),
                    patterns: BTreeSet::new(),
                    kinds: None,
                    names: Vec::new(),
                });
                cells.len() - 1
            });
            cells[number].patterns.extend(&atom.members);
        }
        Ok(cells)
    }

    /// The patterns with their numbers.
    pub(super) fn patterns(&self) -> impl Iterator<Item = (u32, &'a Pattern)> {
        let of = |users: &Vec<User<'a>>| users.first().and_then(|user| user.text.plain());
        (0_u32..)
            .zip(self.users.iter().map(of))
            .filter_map(|(n, p)| Some((n, p?)))
    }

    /// How a statement names what is in a cell, or the actions that exist in it.
    pub(super) fn named(&self, entry: usize, cell: &Cell) -> Vec<Arc<str>> {
        if !cell.names.is_empty() {
            return cell.names.clone();
        }
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

    /// What matches where just these patterns do.
    pub(super) fn matching(
        &self,
        statements: &Statements<'_>,
        members: &[u32],
        budget: &mut Budget,
    ) -> Result<Matching, Exhausted> {
        let mut matching = self.base.clone();
        budget.spend(matching.may.words())?;
        // What is known comes last, because it decides.
        for hole in [true, false] {
            for member in members {
                let users = self
                    .users
                    .get(*member as usize)
                    .map_or(&[][..], Vec::as_slice);
                budget.spend(users.len())?;
                for user in users.iter().filter(|user| user.hole == hole) {
                    let truth = if hole {
                        Truth::Maybe
                    } else {
                        Truth::from(!user.except)
                    };
                    matching.set(user.entry, truth);
                }
            }
        }
        for (entry, of) in statements.entries.iter().enumerate() {
            if of.statement.uncertain.is_some() {
                matching.must.remove(entry);
            }
        }
        Ok(matching)
    }
}
