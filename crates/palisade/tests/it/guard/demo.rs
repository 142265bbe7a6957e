//! `guard demo` shows what it says: with the real gateway, issuer, function and ledger.

use super::guard;

#[test]
fn the_demonstration_shows_each_kind_of_call_and_its_record() {
    let folder = crate::Folder::new("guard-demo");
    let run = guard(&folder, &["demo", "--once"]);
    assert_eq!(run.code(), 0, "{}{}", run.out(), run.err());
    let out = run.out();
    let answers: Vec<&str> = out
        .lines()
        .filter_map(|line| line.strip_prefix("-> ")?.split(' ').next())
        .collect();
    assert_eq!(answers, ["200", "401", "403", "400", "403", "429"], "{out}");
    let (_, records) = out.split_once("On record").unwrap();
    for code in [
        "permitted",
        "answered",
        "no-credential",
        "forbidden",
        "invalid",
        "limited",
        "by: no order over a thousand",
    ] {
        assert!(records.contains(code), "{code} is not in {records}");
    }
    let of = |kind: &str, code: &str| {
        // Below the heading.
        let lines = records.lines().skip(1);
        lines
            .filter(|line| line.contains(kind) && line.contains(code))
            .count()
    };
    assert_eq!(of("outcome", "answered"), of("decision", "permitted"));
    assert_eq!(
        of("decision", ""),
        5 + of("decision", "permitted"),
        "{records}"
    );
}
