//! Resources on which some statements are about a call and others are not.
//!
//! The statements that must match, and those that had better not, become groups of patterns for
//! [`regions`]. What is not known is read generously for the one and strictly for the other, or the
//! reverse: see [`Mode`]. Without values for variables, a text with variables is an open question that
//! comes out as the search likes, but the same for the same text.

use super::automaton::Machine;
use super::automaton::regions::{Group, Region, Role, regions};
use super::budget::{Budget, Exhausted};
use super::search::Mode;
use super::statements::{Statements, TextKey};
use super::values::Fixed;
use crate::pattern::{Pattern, Text};
use crate::policy::Element;
use std::borrow::Cow;

/// A statement that must match, by one of its resources or by any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    pub entry: usize,
    /// Which of its patterns.
    pub pattern: Option<usize>,
}

/// A statement that had better not match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unwanted {
    pub entry: usize,
    /// It has no condition that could keep it from matching.
    pub forbidden: bool,
}

/// A resource, with the unwanted statements that match there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub resource: String,
    pub bad: Vec<usize>,
}

/// How a pattern reads.
enum Reading<'a> {
    /// As this one.
    Pattern(Cow<'a, Pattern>),
    /// It matches nothing, and makes a Not-form match nothing too: a variable has no value.
    Unresolved,
    /// Its variables are open; it matches no more than this.
    Open(Cow<'a, Pattern>),
}

/// Finds places, for one choice of what is known.
#[derive(Clone, Copy)]
pub(super) struct Finder<'s, 'a> {
    pub statements: &'s Statements<'a>,
    pub mode: Mode,
    pub fixed: Option<&'s Fixed>,
    /// Which resources there are, when not all.
    pub within: Option<&'s [Machine]>,
}

impl<'a> Finder<'_, 'a> {
    /// The places where all wanted statements match, with as few unwanted ones as can be.
    pub(super) fn places(
        self,
        wanted: &[Wanted],
        unwanted: &[Unwanted],
        budget: &mut Budget,
    ) -> Result<Vec<Place>, Exhausted> {
        let mut groups = Vec::new();
        // The unwanted statement of each group.
        let mut of_group: Vec<Option<usize>> = Vec::new();
        if let Some(machines) = self.within {
            groups.push(Group {
                role: Role::Wanted,
                machines: machines.to_vec(),
            });
            of_group.push(None);
        }
        for choice in wanted {
            let Some(element) = self.element(choice.entry) else {
                continue;
            };
            let Some(machines) =
                self.machines(element, choice.pattern, self.mode == Mode::Possible)
            else {
                return Ok(Vec::new());
            };
            groups.push(Group {
                role: if element.except {
                    Role::Forbidden
                } else {
                    Role::Wanted
                },
                machines,
            });
            of_group.push(None);
        }
        let mut always = Vec::new();
        for Unwanted { entry, forbidden } in unwanted {
            let element = self.element(*entry);
            let Some(element) = element.filter(|_| !self.follows(wanted, *entry)) else {
                if *forbidden {
                    return Ok(Vec::new());
                }
                always.push(*entry);
                continue;
            };
            let Some(machines) = self.machines(element, None, self.mode == Mode::Sure) else {
                continue;
            };
            groups.push(Group {
                role: match (element.except, forbidden) {
                    (false, true) => Role::Forbidden,
                    (false, false) => Role::Unwanted,
                    (true, true) => Role::Wanted,
                    (true, false) => Role::Welcome,
                },
                machines,
            });
            of_group.push(Some(*entry));
        }
        let place = |Region { bad, text }: Region| Place {
            resource: text,
            bad: (bad
                .iter()
                .filter_map(|n| of_group.get(*n as usize).copied().flatten()))
            .chain(always.iter().copied())
            .collect(),
        };
        Ok(regions(&groups, budget)?.into_iter().map(place).collect())
    }

    fn element(self, entry: usize) -> Option<&'a Element> {
        self.statements.entries[entry].statement.resources.as_ref()
    }

    /// The patterns of an element, of which one must match, or for a Not-form none; nothing when it
    /// can't match. Read generously, it matches all that it may match.
    fn machines(
        self,
        element: &Element,
        only: Option<usize>,
        generous: bool,
    ) -> Option<Vec<Machine>> {
        let mut machines = Vec::new();
        for (n, text) in element.patterns.iter().enumerate() {
            if only.is_some_and(|only| only != n) {
                continue;
            }
            match self.read(text) {
                Reading::Unresolved if element.except => return None,
                Reading::Unresolved => {}
                // Not-forms with open questions may come out as not matching at all.
                Reading::Open(_) if element.except && !generous => return None,
                Reading::Open(widest) if !element.except && generous => {
                    machines.push(Machine::new(&widest));
                }
                Reading::Open(_) => {}
                Reading::Pattern(pattern) => {
                    if !pattern.has_hole() || generous != element.except {
                        machines.push(Machine::new(&pattern));
                    }
                }
            }
        }
        (element.except || !machines.is_empty()).then_some(machines)
    }

    fn read<'t>(self, text: &'t Text) -> Reading<'t> {
        match (text.plain(), self.fixed) {
            (Some(pattern), _) => Reading::Pattern(Cow::Borrowed(pattern)),
            (None, None) => Reading::Open(text.widest()),
            (None, Some(fixed)) => match text.resolve(&fixed.context) {
                Some(pattern) => Reading::Pattern(pattern),
                None => Reading::Unresolved,
            },
        }
    }

    /// Whether a statement matches wherever the wanted ones do, because it asks the same open
    /// question, or the very same things.
    fn follows(self, wanted: &[Wanted], entry: usize) -> bool {
        let Some(element) = self.element(entry) else {
            return true;
        };
        wanted.iter().any(|choice| {
            let Some(own) = self.element(choice.entry) else {
                return false;
            };
            let texts = |element: &'a Element| {
                let mut texts: Vec<TextKey<'a>> =
                    element.patterns.iter().map(TextKey::of).collect();
                texts.sort_unstable();
                texts.dedup();
                texts
            };
            // Of two texts with holes nobody knows that they are the same.
            let known = !texts(own)
                .iter()
                .chain(&texts(element))
                .any(TextKey::has_hole);
            let same = |n: usize| std::ptr::from_ref(self.statements.entries[n].statement);
            if own.except != element.except || !(known || same(entry) == same(choice.entry)) {
                return false;
            }
            match choice.pattern.and_then(|n| own.patterns.get(n)) {
                Some(text) if !own.except => {
                    let is_open = self.fixed.is_none() && text.variables().is_some();
                    is_open
                        && element
                            .patterns
                            .iter()
                            .any(|t| TextKey::of(t) == TextKey::of(text))
                }
                _ => texts(own) == texts(element),
            }
        })
    }

    /// Whether the patterns of a wanted statement have to be tried one by one.
    pub(super) fn one_by_one(self, entry: usize) -> bool {
        self.fixed.is_none()
            && self.element(entry).is_some_and(|element| {
                !element.except && element.patterns.iter().any(|t| t.variables().is_some())
            })
    }

    /// How many patterns an entry has that can be tried one by one.
    pub(super) fn patterns(self, entry: usize) -> usize {
        let element = self.element(entry).filter(|element| !element.except);
        element.map_or(0, |element| element.patterns.len())
    }
}
