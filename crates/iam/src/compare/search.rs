//! Looks for a call that one side allows and the other does not.
//!
//! For each cell of actions, and each caller, it is settled which statements are about the call as far
//! as that goes. One statement of each layer must match and no denial may; on the other side some
//! layer has nothing that matches, or a denial does. The resource is looked for with that
//! ([`Finder`]); what is left then are conditions. That is a search over the values of the keys: what
//! must hold narrows them, what must not is a list of alternatives, the shortest one first.

use super::automaton::Machine;
use super::bits::Bits;
use super::budget::{Budget, Exhausted};
use super::callers::Callers;
use super::cells::{Cell, Matching};
use super::places::{Finder, Unwanted, Wanted};
use super::statements::Statements;
use super::values::{Domain, Fixed, Gap};
use crate::pattern::{Pattern, Text};
use crate::policy::{Effect, Element};
use crate::truth::Truth;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether only what is certain counts, or also what may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A hit is one, whatever the holes are.
    Sure,
    /// No hit means that there is none, whatever the holes are.
    Possible,
}

/// A choice of values: of the keys that are present.
pub(super) type Choice = Vec<(usize, Vec<Arc<str>>)>;

/// A call that was found.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub cell: usize,
    pub caller: usize,
    pub found: Arc<Found>,
}

/// What is found of a call, for all actions and callers with the same statements about them.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The statements that allow, one of each layer.
    pub by: Vec<Wanted>,
    pub resource: String,
    pub choice: Choice,
}

/// Most alternatives that are open at a time: it bounds the depth of the search.
const DEEPEST: usize = 2_000;

/// Everything that a search needs.
pub(super) struct Search<'s, 'a> {
    pub statements: &'s Statements<'a>,
    pub cells: &'s [Cell],
    pub callers: &'s Callers,
    pub fixed: Option<&'s Fixed>,
    domains: Vec<Option<Domain>>,
    /// Why a search that found nothing may have missed something.
    pub gaps: BTreeSet<(usize, Gap)>,
}

/// Which side is to allow, and how certainly.
struct Aim {
    allowing: usize,
    mode: Mode,
    /// The statements of which only certain matches count.
    strict: Bits,
    /// The statements that allow, by side and layer.
    allows: [Vec<Bits>; 2],
    /// The statements that deny, by side.
    denies: [Bits; 2],
    /// The statements without conditions, and those of them for every resource.
    plain: Bits,
    everywhere: Bits,
}

impl Aim {
    fn new(statements: &Statements<'_>, allowing: usize, mode: Mode) -> Self {
        let count = statements.entries.len();
        let bits = |side, layer, effect| {
            let mut bits = Bits::none(count);
            statements
                .of(side, layer, effect)
                .for_each(|n| bits.insert(n));
            bits
        };
        let other = 1 - allowing;
        let sure = bits(allowing, None, Effect::Allow).or(&bits(other, None, Effect::Deny));
        let possible = bits(allowing, None, Effect::Deny).or(&bits(other, None, Effect::Allow));
        let allows = [0, 1].map(|side| {
            let layers = 0..statements.layers(side).len();
            layers
                .map(|layer| bits(side, Some(layer), Effect::Allow))
                .collect()
        });
        let plain = Bits::of(count, |n| {
            statements.conditions[statements.entries[n].condition].is_empty()
        });
        let everywhere = Bits::of(count, |n| {
            let element = statements.entries[n].statement.resources.as_ref();
            let everything = |text: &Text| text.plain().is_some_and(Pattern::is_everything);
            let all = |e: &Element| !e.except && e.patterns.iter().any(everything);
            plain.contains(n) && element.is_none_or(all)
        });
        Self {
            allowing,
            mode,
            strict: if mode == Mode::Sure { sure } else { possible },
            allows,
            denies: [0, 1].map(|side| bits(side, None, Effect::Deny)),
            plain,
            everywhere,
        }
    }

    /// The statements that count as matching.
    fn counted(&self, matching: &Matching) -> Bits {
        let certain = matching.must.and(&self.strict);
        matching.may.without(&self.strict).or(&certain)
    }

    /// Whether these statements leave nothing to find, whatever the conditions say.
    fn hopeless(&self, about: &Bits) -> bool {
        let (own, other) = (self.allowing, 1 - self.allowing);
        let plain = about.and(&self.everywhere);
        self.allows[own].iter().any(|layer| !about.meets(layer))
            || plain.meets(&self.denies[own])
            || (!about.meets(&self.denies[other])
                && !self.allows[other].is_empty()
                && self.allows[other].iter().all(|layer| plain.meets(layer)))
    }
}

impl<'s, 'a> Search<'s, 'a> {
    pub(super) fn new(
        statements: &'s Statements<'a>,
        cells: &'s [Cell],
        callers: &'s Callers,
        fixed: Option<&'s Fixed>,
    ) -> Self {
        Self {
            statements,
            cells,
            callers,
            fixed,
            domains: statements.keys.iter().map(|_| None).collect(),
            gaps: BTreeSet::new(),
        }
    }

    /// The calls that the side allows and the other does not: some of each cell, or just the first
    /// one.
    pub(super) fn hits(
        &mut self,
        allowing: usize,
        mode: Mode,
        first_only: bool,
        budget: &mut Budget,
    ) -> Result<Vec<Hit>, Exhausted> {
        let aim = Aim::new(self.statements, allowing, mode);
        let mut hits = Vec::new();
        let mut known: BTreeMap<_, Vec<Arc<Found>>> = BTreeMap::new();
        for (number, cell) in self.cells.iter().enumerate() {
            for (caller, named) in self.callers.matching.iter().enumerate() {
                let about = aim.counted(&match named {
                    None => cell.matching.clone(),
                    Some(named) => cell.matching.and(named),
                });
                budget.spend(4 * about.words() + 1)?;
                if aim.hopeless(&about) {
                    continue;
                }
                let key = (about, cell.kinds.as_ref());
                if !known.contains_key(&key) {
                    let within = cell.kinds.as_ref().map(|kinds| kinds.as_slice());
                    let found = self.find(&aim, &key.0, within, first_only, budget)?;
                    known.insert(key.clone(), found.into_iter().map(Arc::new).collect());
                }
                let found = known.get(&key).into_iter().flatten().cloned();
                hits.extend(found.map(|found| Hit {
                    cell: number,
                    caller,
                    found,
                }));
                if first_only && !hits.is_empty() {
                    return Ok(hits);
                }
            }
        }
        Ok(hits)
    }

    /// Calls about which just these statements are, as far as actions and callers go.
    fn find(
        &mut self,
        aim: &Aim,
        about: &Bits,
        within: Option<&'s [Machine]>,
        first_only: bool,
        budget: &mut Budget,
    ) -> Result<Vec<Found>, Exhausted> {
        let (own, other) = (aim.allowing, 1 - aim.allowing);
        let of = |bits: &Bits| about.and(bits);
        let mut ways: Vec<Way> = (aim.allows[other].iter())
            .map(|layer| Way {
                denial: None,
                unwanted: of(layer).or(&of(&aim.denies[own])),
            })
            .collect();
        // A side without layers allows nothing.
        if ways.is_empty() {
            ways.push(Way {
                denial: None,
                unwanted: of(&aim.denies[own]),
            });
        }
        ways.extend(of(&aim.denies[other]).iter().map(|denial| Way {
            denial: Some(denial),
            unwanted: of(&aim.denies[own]),
        }));
        let layers: Vec<Vec<usize>> = aim.allows[own]
            .iter()
            .map(|layer| of(layer).iter().collect())
            .collect();
        let finder = Finder {
            statements: self.statements,
            mode: aim.mode,
            fixed: self.fixed,
            within,
        };
        let mut found = Vec::new();
        let Some((first, rest)) = layers.split_first() else {
            return Ok(found);
        };
        for entry in first {
            let mut wanted = vec![Wanted {
                entry: *entry,
                pattern: None,
            }];
            let whole = self.allowed(finder, aim, &mut wanted, rest, &ways, budget)?;
            let Some(whole) = whole else {
                continue;
            };
            if first_only {
                return Ok(vec![whole]);
            }
            let patterns = finder.patterns(*entry);
            if patterns < 2 {
                found.push(whole);
                continue;
            }
            for pattern in 0..patterns {
                let mut wanted = vec![Wanted {
                    entry: *entry,
                    pattern: Some(pattern),
                }];
                found.extend(self.allowed(finder, aim, &mut wanted, rest, &ways, budget)?);
            }
        }
        Ok(found)
    }

    /// Goes on with one statement of each further layer, and then through the ways in which the
    /// other side fails.
    fn allowed(
        &mut self,
        finder: Finder<'s, 'a>,
        aim: &Aim,
        wanted: &mut Vec<Wanted>,
        layers: &[Vec<usize>],
        ways: &[Way],
        budget: &mut Budget,
    ) -> Result<Option<Found>, Exhausted> {
        // A text with open variables has to be named, so that it can be recognised elsewhere.
        if let Some(last) = wanted.last().copied()
            && last.pattern.is_none()
            && finder.one_by_one(last.entry)
        {
            for pattern in 0..finder.patterns(last.entry) {
                wanted.pop();
                wanted.push(Wanted {
                    pattern: Some(pattern),
                    ..last
                });
                let found = self.allowed(finder, aim, wanted, layers, ways, budget)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            return Ok(None);
        }
        if let Some((layer, rest)) = layers.split_first() {
            for entry in layer {
                let depth = wanted.len();
                wanted.push(Wanted {
                    entry: *entry,
                    pattern: None,
                });
                let found = self.allowed(finder, aim, wanted, rest, ways, budget)?;
                if found.is_some() {
                    return Ok(found);
                }
                wanted.truncate(depth);
            }
            return Ok(None);
        }
        for way in ways {
            let by = wanted.clone();
            let found = self.refused(finder, aim, by, way, budget)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn refused(
        &mut self,
        finder: Finder<'s, 'a>,
        aim: &Aim,
        by: Vec<Wanted>,
        way: &Way,
        budget: &mut Budget,
    ) -> Result<Option<Found>, Exhausted> {
        let mut wanted = vec![by.clone()];
        if let Some(denial) = way.denial {
            let patterns = match finder.one_by_one(denial) {
                true => (0..finder.patterns(denial)).map(Some).collect(),
                false => vec![None],
            };
            wanted = (patterns.into_iter())
                .map(|pattern| {
                    let mut wanted = by.clone();
                    wanted.push(Wanted {
                        entry: denial,
                        pattern,
                    });
                    wanted
                })
                .collect();
        }
        let unwanted: Vec<Unwanted> = (way.unwanted.iter())
            .map(|entry| Unwanted {
                entry,
                forbidden: aim.plain.contains(entry),
            })
            .collect();
        for wanted in wanted {
            let condition = |entry: usize| self.statements.entries[entry].condition;
            let must: Vec<usize> = wanted.iter().map(|w| condition(w.entry)).collect();
            for place in finder.places(&wanted, &unwanted, budget)? {
                let never = self.weakest(&place.bad);
                if let Some(choice) = self.solve(aim.mode, &must, never, budget)? {
                    return Ok(Some(Found {
                        by,
                        resource: place.resource,
                        choice,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// Values with which all of some conditions hold and none of the others.
    fn solve(
        &mut self,
        mode: Mode,
        must: &[usize],
        never: Vec<usize>,
        budget: &mut Budget,
    ) -> Result<Option<Choice>, Exhausted> {
        let mut state = State {
            search: self,
            mode,
            keys: BTreeMap::new(),
            trail: Vec::new(),
            budget,
        };
        for condition in must {
            if !state.assert_all(*condition)? {
                return Ok(None);
            }
        }
        let found = state.unmatched(never, 0)?;
        Ok(found.then(|| state.choice()))
    }

    /// The different conditions of some statements, without those that hold only where another one
    /// does.
    fn weakest(&self, entries: &[usize]) -> Vec<usize> {
        let conditions: BTreeSet<usize> = entries
            .iter()
            .map(|n| self.statements.entries[*n].condition)
            .collect();
        let tests = |n: usize| &self.statements.conditions[n];
        let includes = |larger: &[usize], smaller: &[usize]| {
            smaller
                .iter()
                .all(|test| larger.binary_search(test).is_ok())
        };
        let mut kept: Vec<usize> = conditions.into_iter().collect();
        kept.sort_by_key(|n| tests(*n).len());
        if kept.first().is_some_and(|n| tests(*n).is_empty()) {
            kept.truncate(1);
        }
        // Beyond that it would cost more than it saves.
        if kept.len() <= 64 {
            let mut weakest: Vec<usize> = Vec::new();
            for n in kept {
                if !weakest
                    .iter()
                    .any(|weaker| includes(tests(n), tests(*weaker)))
                {
                    weakest.push(n);
                }
            }
            kept = weakest;
        }
        kept
    }

    fn domain(
        &mut self,
        key: usize,
        mode: Mode,
        budget: &mut Budget,
    ) -> Result<&Domain, Exhausted> {
        if self.domains[key].is_none() {
            let of = &self.statements.keys[key];
            self.domains[key] = Some(Domain::new(self.statements, of, mode, self.fixed, budget)?);
        }
        // INVARIANT: it was just put there.
        #[expect(clippy::expect_used, reason = "an invariant")]
        Ok(self.domains[key].as_ref().expect("a domain"))
    }
}

/// A way in which a side can fail to allow: by a denial, or because in a layer nothing matches.
struct Way {
    /// This denial matches.
    denial: Option<usize>,
    /// These statements do not.
    unwanted: Bits,
}

/// What is left of a key's values.
#[derive(Clone, Debug)]
struct Left {
    absent: bool,
    /// The values that it may have.
    values: Bits,
    /// When it is present, one of each of these is among its values.
    some: Vec<Bits>,
}

impl Left {
    fn possible(&self) -> bool {
        self.absent
            || (!self.values.is_empty() && self.some.iter().all(|some| some.meets(&self.values)))
    }
}

/// Whether something was narrowed, was so already, or can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Narrowed {
    Already,
    Yes,
    Impossible,
}

/// A search in progress.
struct State<'r, 's, 'a> {
    search: &'r mut Search<'s, 'a>,
    mode: Mode,
    keys: BTreeMap<usize, Left>,
    /// What was before, so that it can be taken back.
    trail: Vec<(usize, Option<Left>)>,
    budget: &'r mut Budget,
}

impl State<'_, '_, '_> {
    /// None of these conditions may hold: of each, some test must fail.
    fn unmatched(&mut self, mut conditions: Vec<usize>, depth: usize) -> Result<bool, Exhausted> {
        loop {
            let mut shortest: Option<(usize, Vec<usize>)> = None;
            let mut open = Vec::with_capacity(conditions.len());
            let mut forced = false;
            for condition in &conditions {
                let mut ways = Vec::new();
                let mut settled = false;
                for at in 0..self.search.statements.conditions[*condition].len() {
                    let test = self.search.statements.conditions[*condition][at];
                    match self.try_test(test, false)? {
                        Narrowed::Already => {
                            settled = true;
                            break;
                        }
                        Narrowed::Yes => ways.push(test),
                        Narrowed::Impossible => {}
                    }
                }
                if settled {
                    continue;
                }
                match ways.as_slice() {
                    [] => return Ok(false),
                    [only] => {
                        self.narrow(*only, false)?;
                        forced = true;
                    }
                    _ => {
                        open.push(*condition);
                        if shortest
                            .as_ref()
                            .is_none_or(|(_, best)| ways.len() < best.len())
                        {
                            shortest = Some((*condition, ways));
                        }
                    }
                }
            }
            let Some((condition, ways)) = shortest else {
                return Ok(true);
            };
            conditions = open;
            if forced {
                continue;
            }
            if depth >= DEEPEST {
                return Err(Exhausted);
            }
            conditions.retain(|other| *other != condition);
            for test in ways {
                let mark = self.trail.len();
                self.narrow(test, false)?;
                if self.unmatched(conditions.clone(), depth + 1)? {
                    return Ok(true);
                }
                self.take_back(mark);
            }
            return Ok(false);
        }
    }

    fn assert_all(&mut self, condition: usize) -> Result<bool, Exhausted> {
        for at in 0..self.search.statements.conditions[condition].len() {
            let test = self.search.statements.conditions[condition][at];
            if self.narrow(test, true)? == Narrowed::Impossible {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What asking for a test's outcome would do.
    fn try_test(&mut self, test: usize, holds: bool) -> Result<Narrowed, Exhausted> {
        Ok(self.after(test, holds)?.0)
    }

    /// Asks for a test's outcome.
    fn narrow(&mut self, test: usize, holds: bool) -> Result<Narrowed, Exhausted> {
        let (narrowed, left) = self.after(test, holds)?;
        if narrowed == Narrowed::Yes {
            let key = self.search.statements.key_of[test];
            let before = self.keys.insert(key, left);
            self.trail.push((key, before));
        }
        Ok(narrowed)
    }

    fn take_back(&mut self, mark: usize) {
        while self.trail.len() > mark {
            match self.trail.pop() {
                Some((key, Some(before))) => {
                    self.keys.insert(key, before);
                }
                Some((key, None)) => {
                    self.keys.remove(&key);
                }
                None => {}
            }
        }
    }

    /// What is left of a test's key when the test comes out so.
    fn after(&mut self, test: usize, holds: bool) -> Result<(Narrowed, Left), Exhausted> {
        let statements = self.search.statements;
        let key = statements.key_of[test];
        let many = statements.keys[key].many;
        let at = statements.keys[key]
            .tests
            .binary_search(&test)
            .unwrap_or_default();
        let domain = self.search.domain(key, self.mode, self.budget)?;
        let before = self.keys.get(&key).cloned().unwrap_or_else(|| Left {
            absent: domain.absent,
            values: Bits::all(domain.values.len()),
            some: Vec::new(),
        });
        let outcomes = &domain.tests[at];
        let count = domain.values.len();
        self.budget.spend(2 + outcomes.yes.words())?;
        let fitting = match (self.mode, holds) {
            (Mode::Sure, true) => outcomes.yes.clone(),
            (Mode::Sure, false) => outcomes.no.clone(),
            (Mode::Possible, true) => Bits::of(count, |n| !outcomes.no.contains(n)),
            (Mode::Possible, false) => Bits::of(count, |n| !outcomes.yes.contains(n)),
        };
        let absent_fits = match (self.mode, holds) {
            (Mode::Sure, true) => outcomes.absent == Truth::Yes,
            (Mode::Sure, false) => outcomes.absent == Truth::No,
            (Mode::Possible, true) => outcomes.absent != Truth::No,
            (Mode::Possible, false) => outcomes.absent != Truth::Yes,
        };
        // With several values, either all of them have to fit, or one.
        let one_is_enough = many && outcomes.each != holds;
        let mut left = before.clone();
        left.absent &= absent_fits;
        let already = if one_is_enough {
            let already = before.some.iter().any(|some| some.is_within(&fitting))
                || before.values.is_within(&fitting);
            if !already {
                left.some.push(fitting);
            }
            already
        } else {
            left.values = before.values.and(&fitting);
            left.values == before.values
        };
        let narrowed = if !left.possible() {
            if let Some(gap) = domain.gap {
                self.search.gaps.insert((key, gap));
            }
            Narrowed::Impossible
        } else if already && left.absent == before.absent {
            Narrowed::Already
        } else {
            Narrowed::Yes
        };
        Ok((narrowed, left))
    }

    /// Values for what is left: as few as can be.
    fn choice(&self) -> Choice {
        let mut choice = Vec::new();
        for (key, left) in &self.keys {
            let Some(domain) = self.search.domains[*key].as_ref().filter(|_| !left.absent) else {
                continue;
            };
            let mut picked: BTreeSet<usize> = BTreeSet::new();
            for some in &left.some {
                if !picked.iter().any(|n| some.contains(*n)) {
                    picked.extend(some.first_in(&left.values));
                }
            }
            if picked.is_empty() {
                picked.extend(left.values.iter().next());
            }
            choice.push((
                *key,
                picked
                    .into_iter()
                    .map(|n| domain.values[n].clone())
                    .collect(),
            ));
        }
        choice
    }
}
