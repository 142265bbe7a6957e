//! Texts that some patterns match, with as few others matching as can be: where a statement of one
//! side is about a resource and those of the other side are not.
//!
//! There can be exponentially many atoms of patterns such as `arn:aws:ec2:*:*:instance/*`, because
//! `*` also stands for colons. But less in the way is always better, so of two ways to the same place
//! the one with more of the unwanted patterns under way is dropped, and a statement of which one
//! pattern matches whatever comes needs no others (the antichains of M. De Wulf et al.).

use super::{Budget, Exhausted, Language, Machine, Net, Stage};
use std::collections::BTreeMap;

/// Patterns that count together: those of one element of a statement.
#[derive(Debug)]
pub(in super::super) struct Group {
    pub role: Role,
    pub machines: Vec<Machine>,
}

/// What is wanted of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Role {
    /// One of the patterns must match.
    Wanted,
    /// None may match.
    Forbidden,
    /// Better none matches.
    Unwanted,
    /// Better one matches.
    Welcome,
}

/// A text, with the groups of which it would have been better otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Region {
    pub bad: Vec<u32>,
    pub text: String,
}

/// All least ways of being bad, each with a text.
pub(in super::super) fn regions(
    groups: &[Group],
    budget: &mut Budget,
) -> Result<Vec<Region>, Exhausted> {
    let mut walk = Walk {
        groups,
        net: Net::default(),
        group_of: Vec::new(),
        split: 0,
        wanted: (0..groups.len())
            .filter(|n| groups[*n].role == Role::Wanted)
            .map(super::index)
            .collect(),
        nodes: Vec::new(),
        seen: BTreeMap::new(),
        found: Vec::new(),
    };
    let mut first = Vec::new();
    // What is better gone far is below the split, what is better not is above.
    for ahead in [true, false] {
        for (number, group) in groups.iter().enumerate() {
            if matches!(group.role, Role::Wanted | Role::Welcome) == ahead {
                for machine in &group.machines {
                    first.push(walk.net.add(machine, walk.group_of.len()));
                    walk.group_of.push(super::index(number));
                }
            }
        }
        if ahead {
            walk.split = super::index(walk.net.steps.len());
        }
    }
    budget.spend(walk.net.steps.len() + 1)?;
    walk.visit(None, 'x', first, &[]);
    let mut at = 0;
    while at < walk.nodes.len() && !walk.found.iter().any(|region| region.bad.is_empty()) {
        walk.expand(at, budget)?;
        at += 1;
    }
    Ok(walk.found)
}

/// Where the patterns stand after some text.
struct Node {
    before: Option<usize>,
    by: char,
    places: Vec<u32>,
    /// The groups that match whatever comes.
    settled: Vec<u32>,
}

struct Walk<'g> {
    groups: &'g [Group],
    net: Net,
    /// The group of each pattern.
    group_of: Vec<u32>,
    split: u32,
    wanted: Vec<u32>,
    nodes: Vec<Node>,
    /// For each standing of what is wanted, the least standings of what is not.
    seen: BTreeMap<Standing, Vec<Standing>>,
    found: Vec<Region>,
}

/// Places under way, and settled groups.
type Standing = (Vec<u32>, Vec<u32>);

const STAGE: Stage = 0;

impl Walk<'_> {
    fn group(&self, place: u32) -> u32 {
        let owner = self.net.owner(place);
        self.group_of
            .get(owner as usize)
            .copied()
            .unwrap_or(u32::MAX)
    }

    fn role(&self, group: u32) -> Role {
        self.groups
            .get(group as usize)
            .map_or(Role::Unwanted, |group| group.role)
    }

    fn ahead(&self, group: u32) -> bool {
        matches!(self.role(group), Role::Wanted | Role::Welcome)
    }

    fn visit(&mut self, before: Option<usize>, by: char, mut places: Vec<u32>, settled: &[u32]) {
        self.net.tidy(&mut places);
        let mut settled = settled.to_vec();
        for place in &places {
            if self.net.matches_anything(*place) {
                settled.push(self.group(*place));
            }
        }
        settled.sort_unstable();
        settled.dedup();
        if settled
            .iter()
            .any(|group| self.role(*group) == Role::Forbidden)
        {
            return;
        }
        places.retain(|place| settled.binary_search(&self.group(*place)).is_err());
        // What is wanted must be settled or under way.
        let alive = |group: u32| {
            settled.binary_search(&group).is_ok() || places.iter().any(|p| self.group(*p) == group)
        };
        if self.wanted.iter().any(|group| !alive(*group)) {
            return;
        }
        let bad: Vec<u32> = settled
            .iter()
            .copied()
            .filter(|g| self.role(*g) == Role::Unwanted)
            .collect();
        if self.found.iter().any(|region| is_within(&region.bad, &bad)) {
            return;
        }
        let at = places.partition_point(|place| *place < self.split);
        let (good, other) = places.split_at(at);
        let (good_settled, other_settled): (Vec<u32>, Vec<u32>) =
            settled.iter().partition(|group| self.ahead(**group));
        let least = self.seen.entry((good.to_vec(), good_settled)).or_default();
        if least
            .iter()
            .any(|(p, s)| is_within(p, other) && is_within(s, &other_settled))
        {
            return;
        }
        least.retain(|(p, s)| !(is_within(other, p) && is_within(&other_settled, s)));
        least.push((other.to_vec(), other_settled));
        self.nodes.push(Node {
            before,
            by,
            places,
            settled,
        });
    }

    fn expand(&mut self, at: usize, budget: &mut Budget) -> Result<(), Exhausted> {
        let node = &self.nodes[at];
        let (places, settled) = (node.places.clone(), node.settled.clone());
        budget.spend(places.len() + settled.len() + self.groups.len() + 1)?;
        let mut matched: Vec<u32> = settled.clone();
        matched.extend(
            places
                .iter()
                .filter(|p| self.net.at_end(**p))
                .map(|p| self.group(*p)),
        );
        matched.sort_unstable();
        self.accept(at, &matched);
        for (c, _, to) in self.net.moves(&places, Language::Resource, STAGE) {
            budget.spend(2 * to.len() + 2)?;
            self.visit(Some(at), c, to, &settled);
        }
        Ok(())
    }

    /// Takes the text so far as an answer, if it is one.
    fn accept(&mut self, at: usize, matched: &[u32]) {
        let mut bad = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            let number = super::index(number);
            match (group.role, matched.binary_search(&number).is_ok()) {
                (Role::Wanted, false) | (Role::Forbidden, true) => return,
                (Role::Unwanted, true) | (Role::Welcome, false) => bad.push(number),
                _ => {}
            }
        }
        if self.found.iter().any(|region| is_within(&region.bad, &bad)) {
            return;
        }
        self.found.retain(|region| !is_within(&bad, &region.bad));
        let mut letters = Vec::new();
        let mut node = &self.nodes[at];
        while let Some(before) = node.before {
            letters.push(node.by);
            node = &self.nodes[before];
        }
        let text = letters.iter().rev().collect();
        self.found.push(Region { bad, text });
    }
}

/// Whether all of a sorted list is in another one.
fn is_within(small: &[u32], large: &[u32]) -> bool {
    let mut rest = large.iter();
    small.len() <= large.len() && small.iter().all(|n| rest.any(|m| m == n))
}

#[cfg(test)]
mod tests;
