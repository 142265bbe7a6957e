//! Suppressions beside the code: comments and metadata that silence single findings.
//!
//! Ours name rules and give a reason, or they are mistakes. Those that were written for another tool
//! are honoured for exactly the ids that they name. One that silences nothing is reported, so that
//! none outlives what it was written for. Reading the words is `comment`'s and `metadata`'s
//! business; here stands what they mean.

mod comment;
mod metadata;

use crate::known::{KnownRules, RuleRef};
use palisade_core::{
    Date, Finding, Location, Problem, ProblemLevel, Sources, Span, Suppressed, SuppressedBy,
    Unresolved,
};
use palisade_syntax::{Comment, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whom a suppression was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuppressionKind {
    /// For Palisade.
    Palisade,
    /// For another tool, honoured for its ids.
    Foreign,
}

/// Which findings a suppression can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those on a line.
    Line(u32),
    /// Those on the resource whose lines contain this one.
    Around(u32),
    /// Those on the resource of this address.
    Resource(Arc<str>),
}

/// One suppression that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Whom it was written for.
    pub kind: SuppressionKind,
    /// What it names.
    pub rules: Vec<RuleRef>,
    /// The reason given.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Which findings it can reach, in its own file.
    pub scope: Scope,
    /// Where it is written.
    pub span: Span,
    place: Location,
    /// Which of `rules` silenced something.
    used: Vec<bool>,
}

/// What suppressions are read with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The texts that spans refer to.
    pub sources: &'a Sources,
    /// The rules that can be named.
    pub known: &'a KnownRules,
    /// Today: later than `until` means that a suppression has ended.
    pub today: Date,
}

/// What a suppression is held against: a finding, or a question that could not be decided.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    rule: &'a str,
    aliases: &'a [Arc<str>],
    address: &'a Arc<str>,
    location: &'a Location,
    resource: Option<&'a Location>,
}

impl<'a> Target<'a> {
    /// A finding, with the lines that its resource is written on (all of them).
    #[must_use]
    pub fn finding(finding: &'a Finding, resource: Option<&'a Location>) -> Self {
        Self {
            rule: &finding.rule,
            aliases: &finding.aliases,
            address: &finding.resource.address,
            location: &finding.location,
            resource,
        }
    }

    /// What a rule could not decide, with all foreign ids that the rule can give: a suppression
    /// that stands there is not without use.
    #[must_use]
    pub fn unresolved(
        unresolved: &'a Unresolved,
        carried: &'a [Arc<str>],
        resource: Option<&'a Location>,
    ) -> Self {
        Self {
            rule: &unresolved.rule,
            aliases: carried,
            address: &unresolved.resource.address,
            location: &unresolved.location,
            resource,
        }
    }
}

/// The suppressions of one or several files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressions {
    list: Vec<Suppression>,
    /// Positions in `list` by file and line, of those that reach a line.
    on_line: BTreeMap<(Arc<str>, u32), Vec<usize>>,
    /// The same of those that reach the resource around a line.
    around: BTreeMap<(Arc<str>, u32), Vec<usize>>,
    /// By file and address, of those that reach a resource.
    on_resource: BTreeMap<(Arc<str>, Arc<str>), Vec<usize>>,
}

impl Suppressions {
    /// The suppressions in the comments of one text, which are in the order of their places.
    #[must_use]
    pub fn from_comments(context: &Context<'_>, comments: &[Comment]) -> (Self, Vec<Problem>) {
        let mut collector = Collector::new(context);
        comment::read(&mut collector, comments);
        collector.finish()
    }

    /// The suppressions in the `Metadata` of a resource.
    #[must_use]
    pub fn from_metadata(
        context: &Context<'_>,
        metadata: &Node,
        address: &str,
    ) -> (Self, Vec<Problem>) {
        let mut collector = Collector::new(context);
        metadata::read(&mut collector, metadata, address);
        collector.finish()
    }

    /// Takes in the suppressions of another file or resource.
    pub fn extend(&mut self, other: Self) {
        for suppression in other.list {
            self.push(suppression);
        }
    }

    fn push(&mut self, suppression: Suppression) {
        let file = suppression.place.file.clone();
        let positions = match &suppression.scope {
            Scope::Line(line) => self.on_line.entry((file, *line)).or_default(),
            Scope::Around(line) => self.around.entry((file, *line)).or_default(),
            Scope::Resource(address) => {
                let key = (file, address.clone());
                self.on_resource.entry(key).or_default()
            }
        };
        positions.push(self.list.len());
        self.list.push(suppression);
    }

    /// Positions of those that reach the target, whatever they name.
    fn reaching(&self, target: &Target<'_>) -> Vec<usize> {
        let at = target.location;
        let mut positions = Vec::new();
        positions.extend(self.on_line.get(&(at.file.clone(), at.line)));
        let resource = target.resource.unwrap_or(at);
        let key = (resource.file.clone(), target.address.clone());
        positions.extend(self.on_resource.get(&key));
        if let Some(lines) = target.resource.filter(|lines| lines.line <= lines.end_line) {
            let key = |line| (lines.file.clone(), line);
            let range = key(lines.line)..=key(lines.end_line);
            positions.extend(self.around.range(range).map(|(_, positions)| positions));
        }
        positions.into_iter().flatten().copied().collect()
    }

    /// All of them in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &Suppression> {
        self.list.iter()
    }

    /// What silences the target, if anything does. Every suppression that reaches it counts as
    /// used; one of ours is named before one for another tool.
    pub fn apply(&mut self, target: &Target<'_>) -> Option<Suppressed> {
        let mut found: Option<(SuppressionKind, Suppressed)> = None;
        for position in self.reaching(target) {
            let Some(suppression) = self.list.get_mut(position) else {
                continue;
            };
            if !suppression.use_for(target) {
                continue;
            }
            if found
                .as_ref()
                .is_none_or(|(kind, _)| suppression.kind < *kind)
            {
                found = Some((suppression.kind, suppression.suppressed()));
            }
        }
        found.map(|(_, suppressed)| suppressed)
    }

    /// A warning for each rule that one of our suppressions names, that ran, and that it silenced
    /// nothing of. Comments for other tools are theirs to judge.
    pub fn unused(&self, known: &KnownRules, ran: impl Fn(&str) -> bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        for suppression in &self.list {
            if suppression.kind == SuppressionKind::Foreign {
                continue;
            }
            for (rule, used) in suppression.rules.iter().zip(&suppression.used) {
                if !used && rule.ran(known, &ran) {
                    let message = format!(
                        "the suppression of `{}` silences nothing; remove it",
                        rule.as_str()
                    );
                    let level = ProblemLevel::Warning;
                    problems.push(problem(&suppression.place, level, message));
                }
            }
        }
        problems
    }
}

impl Suppression {
    fn use_for(&mut self, target: &Target<'_>) -> bool {
        let mut names = false;
        for (rule, used) in self.rules.iter().zip(&mut self.used) {
            if rule.names(target.rule, target.aliases) {
                *used = true;
                names = true;
            }
        }
        names
    }

    fn suppressed(&self) -> Suppressed {
        Suppressed {
            by: match self.kind {
                SuppressionKind::Palisade => SuppressedBy::Inline,
                SuppressionKind::Foreign => SuppressedBy::ForeignComment,
            },
            reason: self.reason.clone(),
            until: self.until,
        }
    }
}

fn problem(place: &Location, level: ProblemLevel, message: String) -> Problem {
    Problem {
        file: place.file.clone(),
        line: Some(place.line),
        column: Some(place.column),
        level,
        message,
    }
}

/// A suppression as it was written, not yet judged.
struct Written {
    kind: SuppressionKind,
    ids: Vec<String>,
    reason: String,
    until: Option<String>,
    scope: Scope,
    span: Span,
}

/// Judges what was written: what is wrong becomes a problem, the rest applies.
struct Collector<'a> {
    context: &'a Context<'a>,
    suppressions: Suppressions,
    problems: Vec<Problem>,
}

impl<'a> Collector<'a> {
    /// Scanned files are not to be trusted: past this many problems none gets a suggestion, which
    /// is what costs.
    const MOST_HINTS: usize = 100;

    fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            suppressions: Suppressions::default(),
            problems: Vec::new(),
        }
    }

    fn finish(self) -> (Suppressions, Vec<Problem>) {
        (self.suppressions, self.problems)
    }

    fn wrong(&mut self, span: Span, message: impl Into<String>) {
        self.say(span, ProblemLevel::Configuration, message);
    }

    fn say(&mut self, span: Span, level: ProblemLevel, message: impl Into<String>) {
        let place = self.context.sources.location(span);
        self.problems.push(problem(&place, level, message.into()));
    }

    fn add(&mut self, written: Written) {
        let rules = self.rules(&written);
        if rules.is_empty() {
            return;
        }
        let names: Vec<&str> = rules.iter().map(RuleRef::as_str).collect();
        let names = names.join(", ");
        let ours = written.kind == SuppressionKind::Palisade;
        if written.reason.is_empty() {
            if ours {
                let message = format!(
                    "the suppression of `{names}` gives no reason and does not apply; \
                     write why after the bracket, or as `reason`"
                );
                self.wrong(written.span, message);
                return;
            }
            let message = format!("the suppression of `{names}` gives no reason");
            self.say(written.span, ProblemLevel::Warning, message);
        }
        let until = match written.until.map(|text| text.parse::<Date>()).transpose() {
            Ok(until) => until,
            Err(error) => {
                let message = format!("{error}; the suppression of `{names}` does not apply");
                self.wrong(written.span, message);
                return;
            }
        };
        if let Some(until) = until.filter(|until| *until < self.context.today) {
            let message = format!("the suppression of `{names}` ended on {until}");
            self.say(written.span, ProblemLevel::Warning, message);
            return;
        }
        self.suppressions.push(Suppression {
            kind: written.kind,
            used: vec![false; rules.len()],
            rules,
            reason: written.reason,
            until,
            scope: written.scope,
            span: written.span,
            place: self.context.sources.location(written.span),
        });
    }

    /// Foreign ids need not be known: the other tool may know more than we do.
    fn rules(&mut self, written: &Written) -> Vec<RuleRef> {
        let mut rules = Vec::new();
        for id in &written.ids {
            match (written.kind, self.context.known.find(id)) {
                (SuppressionKind::Foreign, _) => rules.push(RuleRef::Foreign(Arc::from(&**id))),
                (SuppressionKind::Palisade, Some(rule)) => rules.push(rule),
                (SuppressionKind::Palisade, None) if self.problems.len() < Self::MOST_HINTS => {
                    if let Err(error) = self.context.known.resolve(id) {
                        self.wrong(written.span, error.to_string());
                    }
                }
                (SuppressionKind::Palisade, None) => {
                    self.wrong(written.span, format!("unknown rule `{id}`"));
                }
            }
        }
        rules.sort();
        rules.dedup();
        rules
    }
}

#[cfg(test)]
mod tests;
