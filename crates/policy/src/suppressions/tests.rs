use super::*;
use crate::testing::{finding, known, location};
use palisade_syntax::parse;

struct Read {
    suppressions: Suppressions,
    problems: Vec<String>,
}

/// Reads the comments of a YAML text, and the metadata of its resource `Q`.
fn read(text: &str) -> Read {
    let mut sources = Sources::default();
    let file = sources.add("t.yaml", text);
    let document = parse(file, text).unwrap();
    let known = known();
    let context = Context {
        sources: &sources,
        known: &known,
        today: "2026-11-22".parse().unwrap(),
    };
    let (mut suppressions, mut problems) =
        Suppressions::from_comments(&context, &document.comments);
    if let Some(metadata) = document.root.at(&["Q", "Metadata"]) {
        let (more, wrong) = Suppressions::from_metadata(&context, metadata, "Q");
        suppressions.extend(more);
        problems.extend(wrong);
    }
    Read {
        suppressions,
        problems: problems.iter().map(show).collect(),
    }
}

fn show(problem: &Problem) -> String {
    format!(
        "{}:{}: {:?}: {}",
        problem.line.unwrap(),
        problem.column.unwrap(),
        problem.level,
        problem.message
    )
}

/// What silences a finding of a rule on resource `Q` (lines 2 to 9) at a line.
fn silenced(read: &mut Read, rule: &str, aliases: &[&str], line: u32) -> Option<String> {
    let finding = finding(rule, aliases, "Q", "t.yaml", line);
    let lines = location("t.yaml", 2, 9);
    let by = read
        .suppressions
        .apply(&Target::finding(&finding, Some(&lines)))?;
    Some(match by.until {
        Some(until) => format!("{:?}: {} ({until})", by.by, by.reason),
        None => format!("{:?}: {}", by.by, by.reason),
    })
}

#[test]
fn comments_silence_the_line_that_they_speak_about() {
    let q = "queue-unencrypted";
    for (text, line, expected) in [
        (
            "A: 1\nB: 2 # palisade: ignore[queue-unencrypted] no data",
            2,
            Some("Inline: no data"),
        ),
        (
            "A: 1\nB: 2 # palisade: ignore[queue-unencrypted] no data",
            1,
            None,
        ),
        (
            "# palisade: ignore[queue-unencrypted] no data\nB: 2",
            2,
            Some("Inline: no data"),
        ),
        (
            "# palisade:ignore[queue-unencrypted] no data\n# more words\n\nB: 2",
            4,
            Some("Inline: no data"),
        ),
        (
            "# palisade: ignore[queue-unencrypted] no data\nB: 2 # other\nC: 3",
            3,
            None,
        ),
        (
            "# palisade: ignore[role-shared, queue-unencrypted]: no data\nB: 2",
            2,
            Some("Inline: no data"),
        ),
        (
            "# palisade: ignore[queue-unencrypted] until=2026-11-22 no data\nB: 2",
            2,
            Some("Inline: no data (2026-11-22)"),
        ),
        (
            "# palisade: ignore[queue-unencrypted] no data (until=2027-01-01)\nB: 2",
            2,
            Some("Inline: no data (2027-01-01)"),
        ),
        (
            "# palisade: ignore[queue-unencrypted] no data, until=2027-01-01.\nB: 2",
            2,
            Some("Inline: no data, (2027-01-01)"),
        ),
        (
            "# palisade: ignore[SQS.1] no data\nB: 2",
            2,
            Some("Inline: no data"),
        ),
        ("# palisade: ignore[role-shared] no data\nB: 2", 2, None),
        (
            "# see palisade: ignore[queue-unencrypted] x\nB: 2",
            2,
            Some("Inline: x"),
        ),
        ("# see palisade: what it does\nB: 2", 2, None),
        (
            "B: 2\n# palisade: ignore[queue-unencrypted] at the end",
            2,
            Some("Inline: at the end"),
        ),
        ("B: 2\nC: 3\n# checkov:skip=SQS.1", 2, None),
        (
            "A: 1\nQ:\n  # checkov:skip=CKV_AWS_27:no data\n  B: 2",
            4,
            Some("ForeignComment: no data"),
        ),
        (
            "A: 1\nQ: #checkov:skip=CKV_AWS_1, CKV_AWS_27 : no data\n  B: 2",
            3,
            Some("ForeignComment: no data"),
        ),
        (
            "A: 1\nQ:\n  # checkov:skip=CKV_AWS_27\n  B: 2",
            4,
            Some("ForeignComment: "),
        ),
        (
            "# checkov:skip=CKV_AWS_27:above the resource\nQ:\n  B: 2",
            3,
            None,
        ),
        (
            "A: 1\nQ:\n  # checkov:skip=CKV_AWS_28:other\n  B: 2",
            4,
            None,
        ),
        (
            "A: 1\nQ:\n  # checkov:skip=CKV_AWS_27:theirs\n  # palisade: ignore[queue-unencrypted] ours\n  B: 2",
            5,
            Some("Inline: ours"),
        ),
    ] {
        let aliases: &[&str] = &["CKV_AWS_27", "SQS.1"];
        let got = silenced(&mut read(text), q, aliases, line);
        assert_eq!(got.as_deref(), expected, "{text}");
    }
}

#[test]
fn foreign_ids_reach_only_findings_that_carry_them() {
    let mut read = read("A: 1\nQ:\n  # checkov:skip=CKV_AWS_27:no data\n  B: 2");
    assert!(silenced(&mut read, "queue-unencrypted", &["SQS.1"], 4).is_none());
    assert!(silenced(&mut read, "queue-unencrypted", &[], 4).is_none());
    let other = finding("queue-unencrypted", &["CKV_AWS_27"], "R", "t.yaml", 4);
    let elsewhere = location("t.yaml", 10, 12);
    let target = Target::finding(&other, Some(&elsewhere));
    assert!(read.suppressions.apply(&target).is_none());
    // The finding may lie in another file than the resource.
    let code = finding("queue-unencrypted", &["CKV_AWS_27"], "Q", "app.py", 1);
    let lines = location("t.yaml", 2, 4);
    let target = Target::finding(&code, Some(&lines));
    assert!(read.suppressions.apply(&target).is_some());
}

#[test]
fn metadata_silences_the_resource() {
    let text = "Q:\n  Metadata:\n    Palisade:\n      ignore:\n        - rule: [role-shared, SQS.1]\n          reason: agreed\n          until: 2027-01-01\n    checkov:\n      skip:\n        - id: CKV_AWS_119\n          comment: theirs";
    let mut read = read(text);
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    for (rule, aliases, expected) in [
        ("role-shared", &[][..], Some("Inline: agreed (2027-01-01)")),
        (
            "queue-unencrypted",
            &["SQS.1"],
            Some("Inline: agreed (2027-01-01)"),
        ),
        ("queue-unencrypted", &["CKV_AWS_27"], None),
        (
            "table-unencrypted",
            &["CKV_AWS_119"],
            Some("ForeignComment: theirs"),
        ),
    ] {
        let got = silenced(&mut read, rule, aliases, 100);
        assert_eq!(got.as_deref(), expected, "{rule}");
    }
    let other = finding("role-shared", &[], "R", "t.yaml", 5);
    assert!(
        read.suppressions
            .apply(&Target::finding(&other, None))
            .is_none()
    );
    let twin = finding("role-shared", &[], "Q", "other.yaml", 5);
    assert!(
        read.suppressions
            .apply(&Target::finding(&twin, None))
            .is_none()
    );
}

#[test]
fn mistakes_are_told_and_do_not_apply() {
    for (text, expected) in [
        (
            "# palisade: ignore[role-shared]\nA: 1",
            "1:1: Configuration: the suppression of `role-shared` gives no reason and does not apply; write why after the bracket, or as `reason`",
        ),
        (
            "# palisade: ignore[role-shared] until=2027-01-01\nA: 1",
            "1:1: Configuration: the suppression of `role-shared` gives no reason and does not apply; write why after the bracket, or as `reason`",
        ),
        (
            "# palisade: ignore[role-shard] x\nA: 1",
            "1:1: Configuration: unknown rule `role-shard`; did you mean `role-shared`?",
        ),
        (
            "# palisade: ignore[role-shared] x until=2026-11-21\nA: 1",
            "1:1: Warning: the suppression of `role-shared` ended on 2026-11-21",
        ),
        (
            "# palisade: ignore[role-shared] x until=soon\nA: 1",
            "1:1: Configuration: `soon` is not a date; write it as YYYY-MM-DD; the suppression of `role-shared` does not apply",
        ),
        (
            "# palisade: ignore role-shared x\nA: 1",
            "1:1: Configuration: `palisade: ignore` needs the rules in brackets: `palisade: ignore[rule-id] reason`",
        ),
        (
            "# palisade: ignore[] x\nA: 1",
            "1:1: Configuration: `palisade: ignore[]` names no rule",
        ),
        (
            "# palisade: ignore[a\nA: 1",
            "1:1: Configuration: `palisade: ignore[` is not closed with `]`",
        ),
        (
            "# palisade: ingore[role-shared] x\nA: 1",
            "1:1: Configuration: unknown directive `palisade: ingore`; write `palisade: ignore[rule-id] reason`",
        ),
        (
            "Q:\n  Metadata:\n    Palisade:\n      ignore:\n        - {rule: role-shared, reson: x}",
            "5:31: Configuration: unknown key `reson`; did you mean `reason`?",
        ),
        (
            "Q:\n  Metadata:\n    Palisade: {ignore: [{reason: x}]}",
            "3:25: Configuration: an entry of `ignore` needs a `rule`",
        ),
    ] {
        let mut read = read(text);
        assert_eq!(read.problems[0], expected, "{text}");
        for line in 1..=6 {
            assert!(
                silenced(&mut read, "role-shared", &[], line).is_none(),
                "{text}"
            );
        }
    }
    let foreign = read("A: 1 # checkov:skip=CKV_AWS_27");
    assert_eq!(
        foreign.problems,
        ["1:6: Warning: the suppression of `CKV_AWS_27` gives no reason"]
    );
}

#[test]
fn what_silences_nothing_is_told_when_its_rule_ran() {
    let text =
        "A: 1 # palisade: ignore[role-shared,SQS.1,nonsense] x\n# checkov:skip=CKV_AWS_119:y\nB: 2";
    let mut read = read(text);
    let unused = |read: &Read, ran: &[&str]| -> Vec<String> {
        let problems = read
            .suppressions
            .unused(&known(), |rule| ran.contains(&rule));
        problems.iter().map(show).collect()
    };
    let role = "1:6: Warning: the suppression of `role-shared` silences nothing; remove it";
    let queue = "1:6: Warning: the suppression of `SQS.1` silences nothing; remove it";
    assert_eq!(
        unused(&read, &["role-shared", "queue-unencrypted"]),
        [role, queue]
    );
    assert_eq!(unused(&read, &["queue-unencrypted"]), [queue]);
    assert!(silenced(&mut read, "role-shared", &[], 1).is_some());
    assert_eq!(
        unused(&read, &["role-shared", "queue-unencrypted"]),
        [queue]
    );
    let unresolved = Unresolved {
        rule: Arc::from("queue-unencrypted"),
        resource: finding("", &[], "Q", "", 1).resource,
        reason: String::new(),
        location: location("t.yaml", 1, 1),
    };
    let carried = [Arc::from("SQS.1")];
    let target = Target::unresolved(&unresolved, &carried, None);
    assert!(read.suppressions.apply(&target).is_some());
    assert!(unused(&read, &["role-shared", "queue-unencrypted"]).is_empty());
}
