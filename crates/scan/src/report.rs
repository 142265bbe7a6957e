//! Everything that a scan has to say, in one order.

use crate::examine::{Examined, Settings};
use palisade_app::Application;
use palisade_core::{Finding, Location, Problem, ProblemLevel, Severity, Unresolved};
use palisade_policy::{ExceptionMatch, Exceptions};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The result of a scan.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// What breaks the policy; the most severe first. Those that are silenced say so.
    pub findings: Vec<Finding>,
    /// The named environments that were scanned, if any are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Arc<str>>,
    /// What could not be decided.
    pub unresolved: Vec<Unresolved>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Every way into the scanned applications.
    pub entry_points: Vec<EntryPointRow>,
    /// Counts.
    pub stats: Stats,
}

/// Counts of a scan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stats {
    /// Files that were looked at.
    pub files: usize,
    /// Files that are templates.
    pub templates: usize,
    /// Resources that they declare.
    pub resources: usize,
    /// Rules that ran.
    pub rules: usize,
    /// Questions asked of the model.
    pub asked: u64,
    /// Questions without an answer.
    pub unknown: u64,
    /// Reasons for which there was no answer, with how often each.
    pub unknown_reasons: BTreeMap<&'static str, u64>,
    /// What was not looked at, and why.
    pub left_out: Vec<LeftOut>,
}

/// A folder or file that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftOut {
    /// Its path relative to the scanned root.
    pub path: String,
    /// Why it was left out.
    pub reason: String,
}

/// One line of the inventory of entry points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EntryPointRow {
    /// The kind: `rest-route`, `queue` …
    pub kind: &'static str,
    /// How its owner would call it.
    pub label: String,
    /// The logical id of the resource that it is.
    pub resource: Arc<str>,
    /// The ids of the functions behind it.
    pub functions: Vec<Arc<str>>,
    /// How callers are authenticated.
    pub authentication: &'static str,
    /// Whether the rate of calls is limited.
    pub throttled: &'static str,
    /// Whether requests are validated.
    pub validated: &'static str,
    /// Where it can be reached from.
    pub reach: &'static str,
    /// Where it was written.
    pub location: Location,
}

impl EntryPointRow {
    /// The inventory of one application.
    #[must_use]
    pub fn all(app: &Application) -> Vec<Self> {
        app.graph()
            .entry_points
            .iter()
            .map(|entry| Self {
                kind: entry.kind.as_str(),
                label: entry.label.clone(),
                resource: entry.resource.clone(),
                functions: entry.functions.clone(),
                authentication: entry.authentication.as_str(),
                throttled: entry.throttled.as_str(),
                validated: entry.validated.as_str(),
                reach: entry.reach.as_str(),
                location: app.sources.location(entry.at.span),
            })
            .collect()
    }
}

impl Report {
    /// Puts the parts together. A template that another one brings in is judged there only.
    #[must_use]
    pub fn of(parts: Vec<Examined>) -> Self {
        let (mut report, unused) = Self::gather(parts);
        report.problems.extend(unused);
        report.sort();
        report
    }

    /// The parts as they come, and beside them the suppressions that silence nothing.
    pub(crate) fn gather(mut parts: Vec<Examined>) -> (Self, Vec<Problem>) {
        parts.sort_by(|a, b| a.path.cmp(&b.path));
        let inner = inner_templates(&parts);
        let mut report = Self::default();
        let mut unused = Vec::new();
        let (mut files, mut templates) = (BTreeSet::new(), BTreeSet::new());
        for part in parts {
            files.insert(part.path.clone());
            if part.template && inner.contains(&part.path) {
                continue;
            }
            templates.extend(part.template.then(|| part.path.clone()));
            templates.extend(part.nested);
            report.stats.resources += part.resources;
            report.stats.asked += part.stats.asked;
            report.stats.unknown += part.stats.unknown;
            for (kind, count) in part.stats.reasons {
                *report
                    .stats
                    .unknown_reasons
                    .entry(kind.as_str())
                    .or_default() += count;
            }
            report.findings.extend(part.findings);
            report.unresolved.extend(part.unresolved);
            report.problems.extend(part.problems);
            report.entry_points.extend(part.entry_points);
            unused.extend(part.unused);
        }
        report.stats.templates = templates.len();
        files.append(&mut templates);
        report.stats.files = files.len();
        (report, unused)
    }

    fn sort(&mut self) {
        self.findings.sort_by(order);
        self.findings
            .dedup_by(|a, b| a.fingerprint == b.fingerprint && a.location == b.location);
        self.sort_rest();
    }

    /// Orders what is beside the findings.
    pub(crate) fn sort_rest(&mut self) {
        self.unresolved.sort();
        self.unresolved.dedup();
        self.problems.sort();
        self.problems.dedup();
    }

    /// Silences what approved exceptions are for. One that has ended brings its finding back, and
    /// the finding says so.
    pub fn except(&mut self, exceptions: &Exceptions, settings: &Settings<'_>) {
        let mut matched = BTreeSet::new();
        for finding in self.findings.iter_mut().filter(|f| f.suppressed.is_none()) {
            let file = finding.location.file.clone();
            finding.location.file = Arc::from(format!("{}{file}", settings.config_prefix));
            let said = exceptions.matching(finding, settings.today);
            finding.location.file = file;
            match said {
                ExceptionMatch::None => {}
                ExceptionMatch::Active(exception) => {
                    matched.insert(exception.index);
                    finding.suppressed = Some(exception.suppressed());
                }
                ExceptionMatch::Expired(exception) => {
                    matched.insert(exception.index);
                    finding.message = format!("{} ({})", finding.message, exception.ended());
                }
            }
        }
        let longest = settings
            .today
            .plus_days(settings.parameters.exception_max_days);
        self.problems.extend(exceptions.too_long(longest));
        self.problems.extend(
            exceptions.unused(&matched, settings.today, settings.known, |id| {
                settings
                    .rules
                    .iter()
                    .any(|rule| rule.id == id && settings.runs(rule))
            }),
        );
        self.problems.sort();
    }

    /// Keeps what stands in some files only: those that the user named.
    pub fn only(&mut self, named: &dyn Fn(&str) -> bool) {
        self.findings.retain(|f| named(&f.location.file));
        self.unresolved.retain(|u| named(&u.location.file));
        self.problems.retain(|p| named(&p.file));
        self.entry_points.retain(|e| named(&e.location.file));
    }

    /// The findings that are not silenced.
    pub fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.suppressed.is_none())
    }

    /// How many findings of each severity are not silenced.
    #[must_use]
    pub fn by_severity(&self) -> BTreeMap<Severity, usize> {
        let mut counts = BTreeMap::new();
        for finding in self.active() {
            *counts.entry(finding.severity).or_default() += 1;
        }
        counts
    }

    /// Whether some input could not be read.
    #[must_use]
    pub fn incomplete(&self) -> bool {
        self.has_problem(ProblemLevel::Error)
    }

    /// Whether there is a problem of this level.
    #[must_use]
    pub fn has_problem(&self, level: ProblemLevel) -> bool {
        self.problems.iter().any(|p| p.level == level)
    }
}

/// The order of findings; what is equal in it is the same finding.
pub(crate) fn order(a: &Finding, b: &Finding) -> Ordering {
    b.severity
        .cmp(&a.severity)
        .then_with(|| a.location.cmp(&b.location))
        .then_with(|| a.rule.cmp(&b.rule))
        .then_with(|| by_number(&a.resource.address, &b.resource.address))
        .then_with(|| a.fingerprint.cmp(&b.fingerprint))
}

/// The order of addresses: `queue[2]` stands before `queue[10]`.
fn by_number(a: &str, b: &str) -> Ordering {
    let number =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let same = (a.bytes().zip(b.bytes()))
        .take_while(|(a, b)| a == b)
        .count();
    // Back to where the number begins in which they differ.
    let digits = a.as_bytes()[..same].iter().rev();
    let start = same - digits.take_while(|b| b.is_ascii_digit()).count();
    let lengths = (a.get(start..).map(number), b.get(start..).map(number));
    match lengths {
        (Some(a_length @ 1..), Some(b_length @ 1..)) => a_length.cmp(&b_length),
        _ => Ordering::Equal,
    }
    .then_with(|| a.cmp(b))
}

/// The templates that are judged as a part of another one. Of templates that bring each other in,
/// the first by path is the root.
fn inner_templates(parts: &[Examined]) -> BTreeSet<Arc<str>> {
    let mut inner = BTreeSet::new();
    for part in parts {
        if inner.contains(&part.path) {
            continue;
        }
        inner.extend(part.nested.iter().filter(|p| **p != part.path).cloned());
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::by_number;

    #[test]
    fn instances_stand_in_their_order() {
        let sorted = [
            "m[0].q[2]",
            "m[0].q[10]",
            "m[1]",
            "m[1].q[9]",
            "m[11].q[0]",
            "q",
            "q1",
            "q1.b",
            "q12",
            "q[\"a\"]",
            "q[\"é\"]",
        ];
        let mut found = sorted;
        found.reverse();
        found.sort_by(|a, b| by_number(a, b));
        assert_eq!(found, sorted);
    }
}
