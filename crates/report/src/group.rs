//! One cause is told once: which findings belong together, and which of them are shown in full.
//!
//! Every finding is in exactly one place of the result.

use crate::line::only_in;
use palisade_core::{Finding, Location, Severity};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Findings with one cause: the same rule says the same of several resources at one place (a line
/// of `Globals`, say). The first is told, of the others only the resource.
#[derive(Clone, Debug)]
pub(crate) struct Cluster<'a> {
    pub(crate) first: &'a Finding,
    pub(crate) others: Vec<&'a Finding>,
    /// In which environments, where they differ.
    pub(crate) only_in: Option<String>,
}

/// What is shown in full, and what is listed with it.
#[derive(Clone, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) shown: Cluster<'a>,
    /// Further causes for the same rule in the same file.
    pub(crate) also: Vec<Cluster<'a>>,
    /// The same rule in further files.
    pub(crate) elsewhere: Vec<Cluster<'a>>,
}

/// So many findings of one rule in one file are shown in full, and so many files of one rule.
const IN_FULL: usize = 3;

impl<'a> Cluster<'a> {
    /// All findings of the cluster.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'a Finding> + '_ {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// The message without the name of the resource, to see whether two findings say the same.
pub(crate) fn masked(finding: &Finding) -> String {
    let address = &*finding.resource.address;
    if address.is_empty() {
        finding.message.clone()
    } else {
        finding.message.replace(address, "\u{0}")
    }
}

/// The most severe findings first, those of one rule together. With `all`, each cause is shown in
/// full.
pub(crate) fn blocks<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    environments: &[Arc<str>],
    all: bool,
) -> Vec<Block<'a>> {
    let mut result = Vec::new();
    for clusters in by_rule(findings, environments) {
        let mut files: Vec<Vec<Cluster<'a>>> = Vec::new();
        for cluster in clusters {
            let file = &cluster.first.location.file;
            match files.iter_mut().find(|f| f[0].first.location.file == *file) {
                Some(clusters) => clusters.push(cluster),
                None => files.push(vec![cluster]),
            }
        }
        let mut elsewhere = Vec::new();
        let start = result.len();
        for (i, mut clusters) in files.into_iter().enumerate() {
            if all || (i < IN_FULL && clusters.len() <= IN_FULL && !repeats(&clusters)) {
                result.extend(clusters.into_iter().map(|shown| Block {
                    shown,
                    also: Vec::new(),
                    elsewhere: Vec::new(),
                }));
            } else if i < IN_FULL {
                let also = clusters.split_off(1);
                result.extend(clusters.into_iter().map(|shown| Block {
                    shown,
                    also: also.clone(),
                    elsewhere: Vec::new(),
                }));
            } else {
                elsewhere.extend(clusters);
            }
        }
        if let Some(last) = result[start..].last_mut() {
            last.elsewhere = elsewhere;
        }
    }
    result
}

/// Whether the clusters are not grave and all say the same: one of them in full is enough then.
fn repeats(clusters: &[Cluster<'_>]) -> bool {
    let Some((first, rest)) = clusters.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return false;
    };
    let said = masked(first.first);
    first.first.severity <= Severity::Low && rest.iter().all(|c| masked(c.first) == said)
}

/// The clusters of each severity and rule, in the order of the findings.
fn by_rule<'a>(
    findings: impl IntoIterator<Item = &'a Finding>,
    environments: &[Arc<str>],
) -> Vec<Vec<Cluster<'a>>> {
    type Cause<'a> = (&'a Location, String, &'a [String], &'a [Arc<str>]);
    let mut order: Vec<(Severity, &str)> = Vec::new();
    let mut rules: BTreeMap<(Severity, &str), Vec<Cluster<'a>>> = BTreeMap::new();
    let mut causes: BTreeMap<(Severity, &str, Cause<'a>), usize> = BTreeMap::new();
    for finding in findings {
        let key = (finding.severity, &*finding.rule);
        let clusters = rules.entry(key).or_insert_with(|| {
            order.push(key);
            Vec::new()
        });
        let cause = (
            &finding.location,
            masked(finding),
            &*finding.when,
            &*finding.environments,
        );
        match causes.get(&(key.0, key.1, cause.clone())) {
            Some(at) => clusters[*at].others.push(finding),
            None => {
                causes.insert((key.0, key.1, cause), clusters.len());
                clusters.push(Cluster {
                    first: finding,
                    others: Vec::new(),
                    only_in: only_in(finding, environments),
                });
            }
        }
    }
    order.sort_by_key(|key| Reverse(key.0));
    order.iter().filter_map(|key| rules.remove(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;
    use palisade_core::Severity::{High, Low};

    fn counts(findings: &[Finding]) -> Vec<(usize, usize, usize)> {
        blocks(findings, &[], false)
            .iter()
            .map(|b| (b.shown.others.len(), b.also.len(), b.elsewhere.len()))
            .collect()
    }

    #[test]
    fn one_place_is_one_cause() {
        let one = finding("r", High, "a.yaml", 3, "Orders");
        let two = finding("r", High, "a.yaml", 3, "Billing");
        assert_eq!(counts(&[one, two]), [(1, 0, 0)]);
    }

    #[test]
    fn other_environments_are_another_cause() {
        let everywhere = ["dev", "prod"].map(Arc::from);
        let mut one = finding("r", High, "a.yaml", 3, "Orders");
        one.environments = everywhere.to_vec();
        let mut two = finding("r", High, "a.yaml", 3, "Billing");
        two.environments = everywhere[1..].to_vec();
        let findings = [one, two];
        let told: Vec<_> = blocks(&findings, &everywhere, false)
            .into_iter()
            .map(|block| block.shown.only_in)
            .collect();
        assert_eq!(told, [None, Some("only in prod".to_owned())]);
    }

    #[test]
    fn many_of_a_rule_in_a_file_are_listed() {
        let many: Vec<_> = (1..=4)
            .map(|i| finding("r", High, "a.yaml", i, "Orders"))
            .collect();
        assert_eq!(counts(&many[..3]), [(0, 0, 0); 3]);
        assert_eq!(counts(&many), [(0, 3, 0)]);
        assert_eq!(blocks(&many, &[], true).len(), 4);
    }

    #[test]
    fn hygiene_that_repeats_is_told_once() {
        let two = [
            finding("r", Low, "a.yaml", 3, "Orders"),
            finding("r", Low, "a.yaml", 9, "Billing"),
        ];
        assert_eq!(counts(&two), [(0, 1, 0)]);
    }

    #[test]
    fn many_files_of_a_rule_are_listed() {
        let many: Vec<_> = (1..=6)
            .map(|i| finding("r", High, &format!("{i}.yaml"), 1, "Orders"))
            .collect();
        assert_eq!(counts(&many), [(0, 0, 0), (0, 0, 0), (0, 0, 3)]);
    }

    #[test]
    fn rules_stay_together_and_the_severe_come_first() {
        let findings = [
            finding("b", Low, "a.yaml", 1, "One"),
            finding("a", High, "a.yaml", 9, "Two"),
            finding("c", High, "a.yaml", 10, "Three"),
            finding("a", High, "b.yaml", 1, "Four"),
        ];
        let order: Vec<_> = blocks(&findings, &[], false)
            .iter()
            .map(|b| b.shown.first.resource.address.to_string())
            .collect();
        assert_eq!(order, ["Two", "Four", "Three", "One"]);
    }
}
