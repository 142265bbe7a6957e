//! One tree, scanned for each of several environments, in one report: a finding is told once, with
//! the environments in which it holds.

use crate::examine::Examined;
use crate::report::{Report, Stats, order};
use palisade_core::{Finding, Problem, Related};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Puts the parts of each environment together. Findings are the same when rule, fingerprint,
/// place and severity are; names and values that an environment decides do not part them.
#[must_use]
pub fn merge(runs: Vec<(Arc<str>, Vec<Examined>)>) -> Report {
    let mut merged = Report::default();
    let mut idle: Option<BTreeSet<Problem>> = None;
    for (environment, parts) in runs {
        let (mut report, unused) = Report::gather(parts);
        for finding in &mut report.findings {
            finding.environments = vec![environment.clone()];
        }
        recognise(&merged.findings, &mut report.findings);
        move_together(&merged.findings, &mut report.findings, &environment);
        merged.environments.push(environment);
        merged.findings.append(&mut report.findings);
        merged.unresolved.append(&mut report.unresolved);
        merged.problems.append(&mut report.problems);
        let known: BTreeSet<_> = merged.entry_points.iter().cloned().collect();
        let new = report.entry_points.into_iter();
        merged
            .entry_points
            .extend(new.filter(|entry| !known.contains(entry)));
        count(&mut merged.stats, report.stats);
        // A suppression that silences something in one environment is needed.
        let unused: BTreeSet<_> = unused.into_iter().collect();
        idle = Some(match idle {
            Some(before) => &before & &unused,
            None => unused,
        });
    }
    merged.problems.extend(idle.into_iter().flatten());
    merged.findings.sort_by(order);
    merged.findings.dedup_by(|later, kept| {
        let same = order(kept, later).is_eq();
        if same {
            join(kept, later);
        }
        same
    });
    merged.sort_rest();
    merged
}

/// Gives findings that say the same of the same place the fingerprints that they have in another
/// environment: names that the environment decides are a part of some fingerprints.
fn recognise(known: &[Finding], findings: &mut [Finding]) {
    let alike = |finding: &Finding| {
        (
            finding.rule.clone(),
            finding.location.clone(),
            finding.severity,
            finding.resource.clone(),
            finding.message.clone(),
        )
    };
    let own: BTreeSet<_> = findings.iter().map(|f| f.fingerprint.clone()).collect();
    let mut left: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for finding in known {
        seen.insert(finding.fingerprint.clone());
        if !own.contains(&finding.fingerprint) {
            let prints = left.entry(alike(finding)).or_default();
            prints.insert(finding.fingerprint.clone());
        }
    }
    for finding in findings {
        if !seen.contains(&finding.fingerprint)
            && let Some(print) = left.get_mut(&alike(finding)).and_then(BTreeSet::pop_first)
        {
            finding.fingerprint = print;
        }
    }
}

/// A value that each environment has in a file of its own makes one finding, with both places.
fn move_together(known: &[Finding], findings: &mut [Finding], environment: &str) {
    let alike = |finding: &Finding| {
        (
            finding.rule.clone(),
            finding.fingerprint.clone(),
            finding.severity,
            finding.resource.clone(),
            finding.message.clone(),
        )
    };
    let mut there: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in known {
        there.entry(alike(finding)).or_default().push(finding);
    }
    let mut here: BTreeMap<_, usize> = BTreeMap::new();
    for finding in findings.iter() {
        *here.entry(alike(finding)).or_default() += 1;
    }
    for finding in findings {
        let key = alike(finding);
        let (Some([known, rest @ ..]), Some(1)) =
            (there.get(&key).map(Vec::as_slice), here.get(&key))
        else {
            continue;
        };
        let place = &known.location;
        // A comment silences its own line only; what was moved before stands at one place, too.
        if finding.suppressed.is_some()
            || known.suppressed.is_some()
            || *place == finding.location
            || rest.iter().any(|other| other.location != *place)
        {
            continue;
        }
        let location = std::mem::replace(&mut finding.location, place.clone());
        let excerpt = std::mem::replace(&mut finding.excerpt, known.excerpt.clone());
        finding.related.push(Related {
            message: format!("in {environment}, the value stands here"),
            resource: None,
            location,
            excerpt,
        });
    }
}

/// One finding of two. Of them, the one that says more is told: what silences it in one
/// environment does not silence it in the other, and a condition of one is none of the other.
fn join(kept: &mut Finding, later: &mut Finding) {
    let mut environments = std::mem::take(&mut kept.environments);
    let before = environments.len();
    let mut others = later.environments.join(", ");
    for name in later.environments.drain(..) {
        if !environments.contains(&name) {
            environments.push(name);
        }
    }
    let hedged = |finding: &Finding| (finding.suppressed.is_some(), finding.when.len());
    if hedged(later) < hedged(kept) {
        others = environments[..before].join(", ");
        std::mem::swap(kept, later);
    }
    if later.message != kept.message {
        kept.related.push(Related {
            message: format!("in {others}: {}", later.message),
            resource: None,
            location: later.location.clone(),
            excerpt: later.excerpt.clone(),
        });
    }
    for place in later.related.drain(..) {
        let same =
            |known: &Related| known.message == place.message && known.location == place.location;
        if !kept.related.iter().any(same) {
            kept.related.push(place);
        }
    }
    kept.environments = environments;
}

/// The tree is the same each time, but every question was asked again.
fn count(all: &mut Stats, one: Stats) {
    all.files = all.files.max(one.files);
    all.templates = all.templates.max(one.templates);
    all.resources = all.resources.max(one.resources);
    all.asked += one.asked;
    all.unknown += one.unknown;
    for (reason, n) in one.unknown_reasons {
        *all.unknown_reasons.entry(reason).or_default() += n;
    }
}

#[cfg(test)]
mod tests;
