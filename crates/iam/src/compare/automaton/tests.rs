use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn walk(patterns: &[&str], language: Language) -> BTreeMap<Vec<u32>, String> {
    let machines: Vec<Machine> = patterns
        .iter()
        .map(|p| Machine::new(&Pattern::wildcard(p)))
        .collect();
    let machines: Vec<&Machine> = machines.iter().collect();
    let found = atoms(&machines, &[], language, &mut Budget::new(1_000_000)).expect("budget");
    found.into_iter().map(|a| (a.members, a.text)).collect()
}

#[test]
fn actions() {
    let found = walk(
        &[
            "s3:getobject",
            "s3:get*",
            "*",
            "ec2:*",
            "s3:*object",
            "none",
            "a?:",
        ],
        Language::Action,
    );
    let sets: Vec<&[u32]> = found.keys().map(Vec::as_slice).collect();
    let expected: [&[u32]; 6] = [&[0, 1, 2, 4], &[1, 2], &[1, 2, 4], &[2], &[2, 3], &[2, 4]];
    assert_eq!(sets, expected);
    assert_eq!(found[&vec![0, 1, 2, 4]], "s3:getobject");
}

#[test]
fn thousands_of_names_are_quick() {
    let names: Vec<String> = (0..4_000)
        .map(|n| format!("service{}:action{n}", n % 40))
        .collect();
    let machines: Vec<Machine> = names
        .iter()
        .map(|p| Machine::new(&Pattern::wildcard(p)))
        .collect();
    let machines: Vec<&Machine> = machines.iter().collect();
    let mut budget = Budget::new(2_000_000);
    let found = atoms(&machines, &[], Language::Action, &mut budget).expect("budget");
    assert_eq!(found.len(), 4_001);
}

#[test]
fn arns_are_compared_by_their_parts() {
    let pattern = Pattern::wildcard("arn:*:s3:::b*");
    let machines = Machine::arn(&pattern);
    let machines: Vec<&Machine> = machines.iter().collect();
    let found = atoms(&machines, &[], Language::Value, &mut Budget::new(10_000)).expect("budget");
    assert_eq!(found.len(), 2);
    for atom in found {
        assert_eq!(
            pattern.matches_arn(&atom.text) == crate::Truth::Yes,
            !atom.members.is_empty()
        );
    }
    assert_eq!(Machine::arn(&Pattern::wildcard("*")).len(), 2);
    assert!(Machine::arn(&Pattern::wildcard("arn:x")).is_empty());
}

#[test]
fn the_work_is_bounded() {
    let long = "*a".repeat(2_000);
    let other = "*b?".repeat(2_000);
    let machines = [long, other].map(|p| Machine::new(&Pattern::wildcard(&p)));
    let machines: Vec<&Machine> = machines.iter().collect();
    let found = atoms(
        &machines,
        &[],
        Language::Resource,
        &mut Budget::new(100_000),
    );
    assert_eq!(found, Err(Exhausted));
}

/// All texts over `a`, `b` and `:` up to a length, and one that holds another letter.
fn texts() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..5 {
        last = last
            .iter()
            .flat_map(|t| ["a", "b", ":", "x", "A"].map(|c| format!("{t}{c}")))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_atoms_are_those_of_all_texts(patterns in prop::collection::vec("[ab:*?]{0,4}", 1..5), folded in any::<bool>()) {
        let patterns: Vec<Pattern> = patterns.iter().map(|p| Pattern::wildcard(p)).collect();
        let machines: Vec<Machine> = patterns.iter().map(|p| if folded { Machine::ignoring_case(p) } else { Machine::new(p) }).collect();
        let references: Vec<&Machine> = machines.iter().collect();
        let found = atoms(&references, &[], Language::Value, &mut Budget::new(1_000_000)).expect("budget");
        let members = |text: &str| -> Vec<u32> {
            let text = if folded { &text.to_ascii_lowercase() } else { text };
            (0_u32..).zip(&patterns).filter(|(_, p)| p.matches(text) == crate::Truth::Yes).map(|(n, _)| n).collect()
        };
        for atom in &found {
            prop_assert_eq!(&members(&atom.text), &atom.members);
        }
        let found: BTreeSet<Vec<u32>> = found.into_iter().map(|a| a.members).collect();
        for text in texts() {
            prop_assert!(found.contains(&members(&text)), "{} has no atom", text);
        }
    }
}
