//! `foreign-ids.tsv` says of every id of another tool that the policy's owners want to see, what
//! becomes of it: a rule carries it (`rule`), there is no such thing in what is read (`none`, with the
//! reason), or it is left out for now, as one that needs more than a row in a table (`out`, with the
//! reason).

use std::collections::{BTreeMap, BTreeSet};

const LEDGER: &str = include_str!("../../foreign-ids.tsv");

/// Id, state and note of every line.
fn ledger() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let mut lines = LEDGER.lines();
    assert_eq!(lines.next(), Some("id\tstate\tnote"));
    let mut found = BTreeMap::new();
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, state, note] = columns.as_slice() else {
            panic!("not three columns: {line}");
        };
        assert!(found.insert(*id, (*state, *note)).is_none(), "{id} twice");
    }
    found
}

fn carried() -> BTreeMap<&'static str, &'static str> {
    palisade_rules::ALL
        .iter()
        .flat_map(|entry| {
            entry
                .rule
                .aliases
                .iter()
                .map(|alias| (*alias, entry.rule.id))
        })
        .filter(|(alias, _)| alias.starts_with("CKV"))
        .collect()
}

#[test]
fn the_ledger_is_in_order() {
    let number = |id: &str| {
        let (family, number) = id.split_once("_AWS_").unwrap();
        (family.to_owned(), number.parse::<u32>().unwrap())
    };
    let ids: Vec<&str> = LEDGER
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert!(ids.is_sorted_by_key(|id| number(id)));
    for (id, (state, note)) in ledger() {
        match state {
            "rule" => assert!(note.is_empty(), "{id}: the rule's page says more"),
            "none" | "out" => assert!(!note.is_empty(), "{id}: no reason"),
            other => panic!("{id}: `{other}` is no state"),
        }
    }
}

/// That each alias has a failing and a passing case is another test's (`examples`).
#[test]
fn rules_carry_what_the_ledger_says() {
    let (ledger, carried) = (ledger(), carried());
    let of = |wanted: &str| -> BTreeSet<&str> {
        let rows = ledger.iter().filter(|(_, (state, _))| *state == wanted);
        rows.map(|(id, _)| *id).collect()
    };
    let lacking: Vec<&str> = of("rule")
        .into_iter()
        .filter(|id| !carried.contains_key(id))
        .collect();
    let unlisted: Vec<String> = carried
        .iter()
        .filter(|(id, _)| !ledger.contains_key(*id))
        .map(|(id, rule)| format!("{id} ({rule})"))
        .collect();
    let (none, out) = (of("none"), of("out"));
    let against: Vec<String> = none
        .union(&out)
        .filter_map(|id| Some(format!("{id} ({})", carried.get(id)?)))
        .collect();
    assert!(
        lacking.is_empty() && unlisted.is_empty() && against.is_empty(),
        "`rule`, but no rule carries it: {lacking:?}\n\
         carried, but not in foreign-ids.tsv: {unlisted:?}\n\
         carried, but not of state `rule`: {against:?}"
    );
}
