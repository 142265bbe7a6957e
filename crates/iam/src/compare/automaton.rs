//! Which sets of patterns can match one and the same text, and a shortest text for each: the
//! *atoms* of the patterns. Every text behaves like one of the atoms' texts, so that a question
//! about all texts becomes one about finitely many.
//!
//! All patterns are walked at once, breadth first, through the places where each of them can stand.
//! Characters that no pattern asks for there are one class. A pattern of which just its literal rest
//! is left beside others that match anything is not walked to its end, so that thousands of literal
//! names cost about as much as their common beginnings.

pub(super) mod regions;

use super::budget::{Budget, Exhausted};
use crate::pattern::{Pattern, Token};
use crate::symbols::is_symbol;
use std::collections::BTreeSet;
use std::rc::Rc;

/// One step of a pattern, as it is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Char(char),
    /// A letter in upper or lower case; here in lower case.
    Letter(char),
    One,
    Run,
    /// Like `One` and `Run`, but not over a colon.
    PartOne,
    PartRun,
}

impl Step {
    fn is_run(self) -> bool {
        matches!(self, Self::Run | Self::PartRun)
    }
}

/// A pattern, ready to be walked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Machine(Box<[Step]>);

impl Machine {
    /// Matches what the pattern matches, with holes as any run.
    pub(super) fn new(pattern: &Pattern) -> Self {
        Self(normal(pattern.tokens(), false).into_boxed_slice())
    }

    /// The same without regard to case.
    pub(super) fn ignoring_case(pattern: &Pattern) -> Self {
        let mut machine = Self::new(pattern);
        for step in &mut machine.0 {
            if let Step::Char(c) = step
                && c.is_ascii_alphabetic()
            {
                *step = Step::Letter(c.to_ascii_lowercase());
            }
        }
        machine
    }

    /// What tells the texts apart that the pattern matches as an ARN, part by part.
    pub(super) fn arn(pattern: &Pattern) -> Vec<Self> {
        let parts = pattern.arn_parts();
        let last = crate::pattern::ARN_PARTS - 1;
        if parts.len() == last + 1 {
            return vec![Self::of_parts(&parts)];
        }
        if !(pattern.has_hole() || pattern.is_everything()) {
            return Vec::new();
        }
        let run: &[Token] = &[Token::Run];
        vec![Self::of_parts(&vec![run; last + 1]), Self::new(pattern)]
    }

    fn of_parts(parts: &[&[Token]]) -> Self {
        let mut steps = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                steps.push(Step::Char(':'));
            }
            steps.extend(normal(part, at + 1 < parts.len()));
        }
        Self(steps.into_boxed_slice())
    }
}

/// The steps of a pattern: of several wildcards in a row, the single ones first and one run.
fn normal(tokens: &[Token], within_part: bool) -> Vec<Step> {
    let (one, run) = if within_part {
        (Step::PartOne, Step::PartRun)
    } else {
        (Step::One, Step::Run)
    };
    let mut steps = Vec::with_capacity(tokens.len());
    let mut pending = false;
    for token in tokens {
        match token {
            Token::One => steps.push(one),
            Token::Run | Token::Hole(_) => pending = true,
            Token::Char(c) => {
                if std::mem::take(&mut pending) {
                    steps.push(run);
                }
                steps.push(Step::Char(*c));
            }
        }
    }
    if pending {
        steps.push(run);
    }
    steps
}

/// Which texts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// `[a-z0-9-]+:[a-z0-9]+`.
    Action,
    /// Printable ASCII, and symbols.
    Resource,
    /// Any text.
    Value,
}

/// How far a text of a language has come.
type Stage = u8;
const IN_SERVICE: Stage = 1;
const AFTER_COLON: Stage = 2;
const IN_NAME: Stage = 3;

/// Characters for where any will do, the nicer ones first.
const OTHERS: &str = "xabcdefghijklmnopqrstuvwyz0123456789-XABCDEFGHIJKLMNOPQRSTUVWYZ_/.,;+=@#~!$%&()'\"<>[]{}^`|\\:?* ";

impl Language {
    fn next(self, stage: Stage, c: char) -> Option<Stage> {
        let plain = c.is_ascii_lowercase() || c.is_ascii_digit();
        match (self, stage, c) {
            (Self::Value, ..) => Some(0),
            (Self::Resource, ..) => (matches!(c, ' '..='~') || is_symbol(c)).then_some(0),
            (Self::Action, 0 | IN_SERVICE, _) if plain || c == '-' => Some(IN_SERVICE),
            (Self::Action, IN_SERVICE, ':') => Some(AFTER_COLON),
            (Self::Action, AFTER_COLON | IN_NAME, _) if plain => Some(IN_NAME),
            (Self::Action, ..) => None,
        }
    }

    fn accepts(self, stage: Stage) -> bool {
        self != Self::Action || stage == IN_NAME
    }

    /// What makes a text whole.
    fn rest(self, stage: Stage) -> &'static str {
        match (self, stage) {
            (Self::Action, 0) => "x:x",
            (Self::Action, IN_SERVICE) => ":x",
            (Self::Action, AFTER_COLON) => "x",
            _ => "",
        }
    }

    /// A character that is none of these, and leads to the same stage as all other such.
    fn other(self, stage: Stage, taken: &[char]) -> Option<char> {
        OTHERS.chars().find(|c| {
            let of_its_own = self == Self::Action && *c == ':';
            !of_its_own && self.next(stage, *c).is_some() && taken.binary_search(c).is_err()
        })
    }
}

/// A set of patterns that match the same text and no other pattern does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    /// Which, by their numbers, in order.
    pub members: Vec<u32>,
    /// The text.
    pub text: String,
}

/// The atoms of some patterns over a language. `deciding` says for each pattern what it decides: when
/// others decide the same whatever comes, it is not followed any more, and is not named as a member.
/// Without, each pattern decides something of its own.
pub(super) fn atoms(
    machines: &[&Machine],
    deciding: &[Vec<u32>],
    language: Language,
    budget: &mut Budget,
) -> Result<Vec<Atom>, Exhausted> {
    let mut walk = Walk {
        net: Net::default(),
        deciding,
        language,
        nodes: Vec::new(),
        seen: BTreeSet::new(),
        members: BTreeSet::new(),
        atoms: Vec::new(),
    };
    let mut first = Vec::new();
    for (owner, machine) in machines.iter().copied().enumerate() {
        first.push(walk.net.add(machine, owner));
    }
    budget.spend(walk.net.steps.len())?;
    walk.visit(0, None, 'x', first);
    let mut at = 0;
    while at < walk.nodes.len() {
        walk.expand(at, budget)?;
        at += 1;
    }
    Ok(walk.atoms)
}

fn index(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// All patterns' steps, each pattern's followed by its end. A *place* is a number in it.
#[derive(Debug, Default)]
struct Net {
    steps: Vec<Option<Step>>,
    /// The pattern of each step.
    owner: Vec<u32>,
}

/// The ways on from some places: by these characters, and by any other one.
type Moves = Vec<(char, Stage, Vec<u32>)>;

impl Net {
    /// Adds a pattern; gives the place where it begins.
    fn add(&mut self, machine: &Machine, owner: usize) -> u32 {
        let first = index(self.steps.len());
        self.steps.extend(machine.0.iter().copied().map(Some));
        self.steps.push(None);
        self.owner.resize(self.steps.len(), index(owner));
        first
    }

    fn owner(&self, place: u32) -> u32 {
        self.owner.get(place as usize).copied().unwrap_or(u32::MAX)
    }

    fn step(&self, place: u32) -> Option<Step> {
        self.steps.get(place as usize).copied().flatten()
    }

    fn at_end(&self, place: u32) -> bool {
        match self.step(place) {
            None => true,
            Some(step) => step.is_run() && self.step(place + 1).is_none(),
        }
    }

    /// Whether a pattern matches from here on whatever comes.
    fn matches_anything(&self, place: u32) -> bool {
        self.step(place) == Some(Step::Run) && self.step(place + 1).is_none()
    }

    /// A pattern that has come to a run matches all that it would match from an earlier place.
    fn drop_overtaken(&self, places: &mut Vec<u32>) {
        let mut kept = places.len();
        let mut overtaken: Option<u32> = None;
        for at in (0..places.len()).rev() {
            let place = places[at];
            let owner = self.owner(place);
            if overtaken == Some(owner) {
                continue;
            }
            if self.step(place) == Some(Step::Run) {
                overtaken = Some(owner);
            }
            kept -= 1;
            places[kept] = place;
        }
        places.drain(..kept);
    }

    /// Puts places into their order.
    fn tidy(&self, places: &mut Vec<u32>) {
        places.sort_unstable();
        places.dedup();
        self.drop_overtaken(places);
    }

    /// The text that is left of a pattern when no wildcards are.
    fn literal_rest(&self, place: u32) -> Option<String> {
        let rest = self.steps.get(place as usize..)?;
        rest.iter()
            .map_while(|step| *step)
            .map(|step| match step {
                Step::Char(c) => Some(c),
                _ => None,
            })
            .collect()
    }

    /// All ways on from some places.
    fn moves(&self, places: &[u32], language: Language, stage: Stage) -> Moves {
        // Moves by one character, moves by any character, and by any but a colon.
        let (mut by_char, mut by_any, mut by_most) = (Vec::new(), Vec::new(), Vec::new());
        for place in places {
            let mut from = *place;
            match self.step(from) {
                Some(Step::Run) => {
                    by_any.push(from);
                    from += 1;
                }
                Some(Step::PartRun) => {
                    by_most.push(from);
                    from += 1;
                }
                _ => {}
            }
            match self.step(from) {
                None | Some(Step::Run | Step::PartRun) => {}
                Some(Step::Char(c)) => by_char.push((c, from + 1)),
                Some(Step::Letter(c)) => {
                    by_char.push((c, from + 1));
                    by_char.push((c.to_ascii_uppercase(), from + 1));
                }
                Some(Step::One) => by_any.push(from + 1),
                Some(Step::PartOne) => by_most.push(from + 1),
            }
        }
        by_char.sort_unstable();
        let mut chars: Vec<char> = by_char.iter().map(|(c, _)| *c).collect();
        if !by_most.is_empty() || language == Language::Action {
            chars.push(':');
            chars.sort_unstable();
        }
        chars.dedup();
        let mut left = by_char.as_slice();
        let mut ways = Vec::with_capacity(chars.len() + 1);
        for c in &chars {
            let count = left.iter().take_while(|(by, _)| by == c).count();
            let (own, rest) = left.split_at(count);
            left = rest;
            let Some(next) = language.next(stage, *c) else {
                continue;
            };
            let mut to: Vec<u32> = own.iter().map(|(_, place)| *place).collect();
            to.extend(&by_any);
            if *c != ':' {
                to.extend(&by_most);
            }
            ways.push((*c, next, to));
        }
        if let Some(c) = language.other(stage, &chars)
            && let Some(next) = language.next(stage, c)
        {
            by_any.extend(by_most);
            ways.push((c, next, by_any));
        }
        ways
    }
}

/// Where all patterns stand after some text.
struct Node {
    before: Option<usize>,
    by: char,
    stage: Stage,
    places: Rc<[u32]>,
}

struct Walk<'d> {
    net: Net,
    deciding: &'d [Vec<u32>],
    language: Language,
    nodes: Vec<Node>,
    seen: BTreeSet<(Stage, Rc<[u32]>)>,
    members: BTreeSet<Vec<u32>>,
    atoms: Vec<Atom>,
}

impl Walk<'_> {
    fn visit(&mut self, stage: Stage, before: Option<usize>, by: char, mut places: Vec<u32>) {
        self.net.tidy(&mut places);
        self.drop_decided(&mut places);
        let places: Rc<[u32]> = places.into();
        if self.seen.insert((stage, places.clone())) {
            self.nodes.push(Node {
                before,
                by,
                stage,
                places,
            });
        }
    }

    /// Drops the patterns that can change nothing any more.
    fn drop_decided(&self, places: &mut Vec<u32>) {
        if self.deciding.is_empty() {
            return;
        }
        let decides = |place: u32| {
            let owner = self.net.owner(place) as usize;
            self.deciding.get(owner).map_or(&[][..], Vec::as_slice)
        };
        let settled = |place: &u32| self.net.matches_anything(*place);
        let decided: BTreeSet<u32> = places
            .iter()
            .filter(|p| settled(p))
            .flat_map(|p| decides(*p))
            .copied()
            .collect();
        if !decided.is_empty() {
            let open = |place: u32| decides(place).iter().any(|what| !decided.contains(what));
            places.retain(|place| settled(place) || open(*place));
        }
    }

    fn text(&self, at: usize) -> String {
        let mut letters = Vec::new();
        let mut node = &self.nodes[at];
        while let Some(before) = node.before {
            letters.push(node.by);
            node = &self.nodes[before];
        }
        letters.iter().rev().collect()
    }

    fn record(&mut self, at: usize, places: impl Iterator<Item = u32>, rest: &str) {
        let mut members: Vec<u32> = places.map(|p| self.net.owner(p)).collect();
        members.sort_unstable();
        members.dedup();
        if !self.members.contains(&members) {
            self.members.insert(members.clone());
            let mut text = self.text(at);
            text.push_str(rest);
            self.atoms.push(Atom { members, text });
        }
    }

    fn expand(&mut self, at: usize, budget: &mut Budget) -> Result<(), Exhausted> {
        let (stage, places) = (self.nodes[at].stage, self.nodes[at].places.clone());
        budget.spend(places.len() + 1)?;
        let language = self.language;
        let of = |place: &&u32| self.net.at_end(**place);
        if language.accepts(stage) {
            let ended: Vec<u32> = places.iter().filter(of).copied().collect();
            self.record(at, ended.into_iter(), "");
        }
        let (settled, open): (Vec<u32>, Vec<u32>) = places
            .iter()
            .partition(|place| self.net.matches_anything(**place));
        match open.as_slice() {
            [] => {
                self.record(at, settled.into_iter(), language.rest(stage));
                return Ok(());
            }
            [place] => {
                if let Some(rest) = self.net.literal_rest(*place) {
                    let end = rest.chars().try_fold(stage, |s, c| language.next(s, c));
                    if end.is_some_and(|end| language.accepts(end)) {
                        let members = settled.iter().chain(&open).copied();
                        let members: Vec<u32> = members.collect();
                        self.record(at, members.into_iter(), &rest);
                    }
                    // Any text but this one; the shortest is this node's own, or begins otherwise.
                    let taken: Vec<char> = rest.chars().take(1).collect();
                    if let Some(c) = language.other(stage, &taken)
                        && let Some(next) = language.next(stage, c)
                    {
                        self.visit(next, Some(at), c, settled.clone());
                    }
                    // A language with a colon of its own may leave no other way.
                    if let Some(next) = language.next(stage, ':')
                        && language == Language::Action
                    {
                        let tail = if taken == [':'] {
                            vec![place + 1]
                        } else {
                            Vec::new()
                        };
                        let places = settled.into_iter().chain(tail).collect();
                        self.visit(next, Some(at), ':', places);
                    }
                    return Ok(());
                }
            }
            _ => {}
        }
        self.step_on(at, stage, &places, budget)
    }

    fn step_on(
        &mut self,
        at: usize,
        stage: Stage,
        places: &[u32],
        budget: &mut Budget,
    ) -> Result<(), Exhausted> {
        for (c, next, to) in self.net.moves(places, self.language, stage) {
            budget.spend(to.len() + 1)?;
            self.visit(next, Some(at), c, to);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
