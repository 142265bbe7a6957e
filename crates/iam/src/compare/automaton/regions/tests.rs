use super::*;
use crate::pattern::Pattern;
use crate::truth::Truth;
use proptest::prelude::*;

/// What is bad about a text; nothing when it is no answer at all.
fn bad(groups: &[(Role, Vec<Pattern>)], text: &str) -> Option<Vec<u32>> {
    let mut bad = Vec::new();
    for (n, (role, patterns)) in (0_u32..).zip(groups) {
        let matches = patterns.iter().any(|p| p.matches(text) == Truth::Yes);
        match (role, matches) {
            (Role::Wanted, false) | (Role::Forbidden, true) => return None,
            (Role::Unwanted, true) | (Role::Welcome, false) => bad.push(n),
            _ => {}
        }
    }
    Some(bad)
}

fn search(groups: &[(Role, Vec<Pattern>)], steps: u64) -> Result<Vec<Region>, Exhausted> {
    let groups: Vec<Group> = groups
        .iter()
        .map(|(role, patterns)| Group {
            role: *role,
            machines: patterns.iter().map(Machine::new).collect(),
        })
        .collect();
    regions(&groups, &mut Budget::new(steps))
}

/// All texts over some letters up to a length.
fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..6 {
        let longer = last
            .iter()
            .flat_map(|t| ["a", "b", "x"].map(|c| format!("{t}{c}")));
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all
}

#[test]
fn exponentially_many_atoms_are_no_hindrance() {
    let kind = |n: usize| Pattern::wildcard(&format!("arn:aws:ec2:*:*:kind{n}/*"));
    let mut groups = vec![(Role::Wanted, (0..40).map(kind).collect())];
    groups.extend((0..39).map(|n| (Role::Unwanted, vec![kind(n)])));
    let found = search(&groups, 1_000_000).expect("budget");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].text, "arn:aws:ec2:::kind39/");
    groups.push((Role::Forbidden, vec![kind(39)]));
    let found = search(&groups, 1_000_000).expect("budget");
    assert_eq!(found.len(), 39);
}

proptest! {
    #[test]
    fn the_least_bad_are_found(
        groups in prop::collection::vec((0..4_usize, prop::collection::vec("[ab*?]{0,3}", 1..3)), 1..5)
    ) {
        let roles = [Role::Wanted, Role::Forbidden, Role::Unwanted, Role::Welcome];
        let groups: Vec<(Role, Vec<Pattern>)> = groups
            .into_iter()
            .map(|(role, patterns)| (roles[role], patterns.iter().map(|p| Pattern::wildcard(p)).collect()))
            .collect();
        let found = search(&groups, 1_000_000).expect("budget");
        for region in &found {
            prop_assert_eq!(bad(&groups, &region.text), Some(region.bad.clone()));
        }
        for text in texts() {
            if let Some(bad) = bad(&groups, &text) {
                let covered = found.iter().any(|region| is_within(&region.bad, &bad));
                prop_assert!(covered, "{} with {:?}", text, bad);
            }
        }
    }
}
