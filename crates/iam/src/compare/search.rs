//! Looks for a call that one side allows and the other does not.
//!
//! In each pair of a cell and a place it is settled which statements are about the call; what is left
//! are conditions. One statement of each layer must match, no denial may, and on the other side some
//! layer has nothing that matches, or a denial does. That is a search over the values of the keys:
//! what must hold narrows them, what must not is a list of alternatives, the shortest one first.

use super::bits::Bits;
use super::budget::{Budget, Exhausted};
use super::cells::{Cell, Matching, Places};
use super::statements::Statements;
use super::values::{Domain, Fixed, Gap};
use crate::policy::Effect;
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
    pub place: usize,
    pub choice: Arc<Choice>,
    /// The statements that are about it as far as actions, resources and callers go.
    pub about: Bits,
}

/// Most alternatives that are open at a time: it bounds the depth of the search.
const DEEPEST: usize = 2_000;

/// Everything that a search needs.
pub(super) struct Search<'s, 'a> {
    pub statements: &'s Statements<'a>,
    pub cells: &'s [Cell],
    pub places: &'s Places<'a>,
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
    /// The statements without conditions.
    plain: Bits,
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
        Self {
            allowing,
            mode,
            strict: if mode == Mode::Sure { sure } else { possible },
            allows,
            denies: [0, 1].map(|side| bits(side, None, Effect::Deny)),
            plain: Bits::of(count, |n| {
                statements.conditions[statements.entries[n].condition].is_empty()
            }),
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
        let plain = about.and(&self.plain);
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
        places: &'s Places<'a>,
        fixed: Option<&'s Fixed>,
    ) -> Self {
        Self {
            statements,
            cells,
            places,
            fixed,
            domains: statements.keys.iter().map(|_| None).collect(),
            gaps: BTreeSet::new(),
        }
    }

    /// The calls that the side allows and the other does not: one of each cell and place, or just
    /// the first one.
    pub(super) fn hits(
        &mut self,
        allowing: usize,
        mode: Mode,
        first_only: bool,
        budget: &mut Budget,
    ) -> Result<Vec<Hit>, Exhausted> {
        let aim = Aim::new(self.statements, allowing, mode);
        let mut hits = Vec::new();
        let places: Vec<Bits> = self
            .places
            .places
            .iter()
            .map(|place| aim.counted(&place.matching))
            .collect();
        budget.spend(places.len())?;
        // The places that each allowing statement is about.
        let mut places_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for layer in &aim.allows[allowing] {
            for (n, place) in places.iter().enumerate() {
                for entry in place.and(layer).iter() {
                    places_of.entry(entry).or_default().push(n);
                }
            }
        }
        let mut known: BTreeMap<Bits, Option<Arc<Choice>>> = BTreeMap::new();
        let mut visited = vec![usize::MAX; places.len()];
        for (cell, Cell { matching, .. }) in self.cells.iter().enumerate() {
            let about = aim.counted(matching);
            budget.spend(about.words() + 1)?;
            let of_entry = |entry: usize| places_of.get(&entry).map_or(&[][..], Vec::as_slice);
            let size = |layer: &&Bits| -> usize {
                about
                    .and(layer)
                    .iter()
                    .map(|entry| of_entry(entry).len())
                    .sum()
            };
            // A side without layers allows nothing.
            let Some(fewest) = aim.allows[allowing].iter().min_by_key(size) else {
                return Ok(hits);
            };
            for entry in about.and(fewest).iter() {
                for place in of_entry(entry) {
                    if std::mem::replace(&mut visited[*place], cell) == cell {
                        continue;
                    }
                    budget.spend(about.words())?;
                    let about = about.and(&places[*place]);
                    if aim.hopeless(&about) {
                        continue;
                    }
                    let choice = match known.get(&about) {
                        Some(choice) => choice.clone(),
                        None => {
                            let choice = self.solve(&aim, &about, budget)?.map(Arc::new);
                            known.insert(about.clone(), choice.clone());
                            choice
                        }
                    };
                    if let Some(choice) = choice {
                        hits.push(Hit {
                            cell,
                            place: *place,
                            choice,
                            about,
                        });
                        if first_only {
                            return Ok(hits);
                        }
                    }
                }
            }
        }
        Ok(hits)
    }

    fn solve(
        &mut self,
        aim: &Aim,
        about: &Bits,
        budget: &mut Budget,
    ) -> Result<Option<Choice>, Exhausted> {
        let (own, other) = (aim.allowing, 1 - aim.allowing);
        let conditions = |bits: &Bits| self.weakest(&about.and(bits));
        let mut must: Vec<Vec<usize>> = aim.allows[own].iter().map(conditions).collect();
        must.sort_by_key(Vec::len);
        let never = conditions(&aim.denies[own]);
        let layers: Vec<Vec<usize>> = aim.allows[other].iter().map(conditions).collect();
        let mut ways: Vec<Way> = layers.into_iter().map(Way::NothingAllows).collect();
        ways.extend(conditions(&aim.denies[other]).into_iter().map(Way::Denies));
        // A side without layers allows nothing.
        if aim.allows[other].is_empty() {
            ways.push(Way::NothingAllows(Vec::new()));
        }
        ways.sort_by_key(|way| match way {
            Way::NothingAllows(conditions) => conditions.len(),
            Way::Denies(_) => 1,
        });
        let mut state = State {
            search: self,
            mode: aim.mode,
            keys: BTreeMap::new(),
            trail: Vec::new(),
            budget,
        };
        let found = state.allowed(&must, &never, &ways)?;
        Ok(found.then(|| state.choice()))
    }

    /// The different conditions of some statements, without those that hold only where another one
    /// does.
    fn weakest(&self, entries: &Bits) -> Vec<usize> {
        let conditions: BTreeSet<usize> = entries
            .iter()
            .map(|n| self.statements.entries[n].condition)
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

    fn domain(&mut self, key: usize, budget: &mut Budget) -> Result<&Domain, Exhausted> {
        if self.domains[key].is_none() {
            let of = &self.statements.keys[key];
            self.domains[key] = Some(Domain::new(self.statements, of, self.fixed, budget)?);
        }
        // INVARIANT: it was just put there.
        #[expect(clippy::expect_used, reason = "an invariant")]
        Ok(self.domains[key].as_ref().expect("a domain"))
    }
}

/// How a side can fail to allow: by the conditions of the statements concerned.
enum Way {
    /// None of these statements of a layer matches.
    NothingAllows(Vec<usize>),
    /// This denial matches.
    Denies(usize),
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
    /// One statement of each layer must match; then the rest.
    fn allowed(
        &mut self,
        layers: &[Vec<usize>],
        never: &[usize],
        ways: &[Way],
    ) -> Result<bool, Exhausted> {
        let Some((layer, rest)) = layers.split_first() else {
            return self.refused(never, ways);
        };
        for condition in layer {
            let mark = self.trail.len();
            if self.assert_all(*condition)? && self.allowed(rest, never, ways)? {
                return Ok(true);
            }
            self.take_back(mark);
        }
        Ok(false)
    }

    /// The other side must fail in one of the ways.
    fn refused(&mut self, never: &[usize], ways: &[Way]) -> Result<bool, Exhausted> {
        for way in ways {
            let mark = self.trail.len();
            let mut unmatched = never.to_vec();
            let possible = match way {
                Way::NothingAllows(conditions) => {
                    unmatched.extend(conditions);
                    true
                }
                Way::Denies(condition) => self.assert_all(*condition)?,
            };
            if possible && self.unmatched(unmatched, 0)? {
                return Ok(true);
            }
            self.take_back(mark);
        }
        Ok(false)
    }

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
        let domain = self.search.domain(key, self.budget)?;
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
