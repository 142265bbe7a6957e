use super::*;
use crate::report::EntryPointRow;
use palisade_core::{
    Confidence, Excerpt, Fingerprint, Location, ProblemLevel, ResourceRef, Severity, Suppressed,
    SuppressedBy, Unresolved,
};

fn place(line: u32) -> Location {
    Location {
        file: Arc::from("t.yaml"),
        line,
        column: 1,
        end_line: line,
        end_column: 2,
    }
}

fn resource() -> ResourceRef {
    ResourceRef {
        address: Arc::from("Orders"),
        kind: Arc::from("AWS::SQS::Queue"),
        provider: "aws",
        name: None,
    }
}

fn finding(rule: &str, line: u32) -> Finding {
    Finding {
        rule: Arc::from(rule),
        aliases: Vec::new(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        clauses: Vec::new(),
        message: String::new(),
        help: String::new(),
        resource: resource(),
        location: place(line),
        related: Vec::new(),
        path: Vec::new(),
        witness: None,
        when: Vec::new(),
        environments: Vec::new(),
        fingerprint: Fingerprint::of(&[rule]),
        suppressed: None,
        excerpt: Excerpt {
            first_line: line,
            text: String::new(),
            mark: 0..0,
        },
    }
}

#[test]
fn what_is_said_otherwise_in_an_environment_is_told() {
    let of = |message: &str, conditions: &[&str]| {
        found(vec![Finding {
            message: message.to_owned(),
            when: conditions.iter().map(ToString::to_string).collect(),
            ..finding("r", 3)
        }])
    };
    let told = |dev: Vec<Examined>, prod: Vec<Examined>| {
        let runs = vec![
            (Arc::from("dev"), dev),
            (Arc::from("prod"), prod),
            (Arc::from("test"), of("3 days", &[])),
        ];
        let findings = merge(runs).findings;
        let [one] = findings.as_slice() else {
            panic!("{findings:?}");
        };
        let related: Vec<_> = one.related.iter().map(|r| r.message.clone()).collect();
        (one.message.clone(), related)
    };
    let days = |text: &str| text.to_owned();
    assert_eq!(
        told(of("3 days", &[]), of("14 days", &[])),
        (days("3 days"), vec![days("in prod: 14 days")])
    );
    assert_eq!(
        told(of("14 days", &["IsProd is true"]), of("3 days", &[])),
        (days("3 days"), vec![days("in dev: 14 days")])
    );
}

#[test]
fn a_value_with_a_place_in_each_environment_is_one_finding() {
    let at = |lines: &[u32]| found(lines.iter().map(|line| finding("r", *line)).collect());
    let merged = |dev: &[u32], prod: &[u32]| {
        let runs = vec![(Arc::from("dev"), at(dev)), (Arc::from("prod"), at(prod))];
        let findings = merge(runs).findings.into_iter();
        let shown = findings.map(|f| {
            let places: Vec<_> = f.related.iter().map(|r| r.location.line).collect();
            format!(
                "{} {} {places:?}",
                f.location.line,
                f.environments.join(",")
            )
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(merged(&[1], &[2]), ["1 dev,prod [2]"]);
    assert_eq!(merged(&[1], &[1]), ["1 dev,prod []"]);
    // Which of several it is, nobody can say.
    assert_eq!(merged(&[1, 2], &[3]), ["1 dev []", "2 dev []", "3 prod []"]);
    assert_eq!(
        merged(&[1], &[2, 3]),
        ["1 dev []", "2 prod []", "3 prod []"]
    );
}

#[test]
fn names_of_an_environment_do_not_part_findings() {
    let of = |name: &str, message: &str| Finding {
        fingerprint: Fingerprint::of(&["r", name]),
        message: message.to_owned(),
        ..finding("r", 3)
    };
    let dev = found(vec![
        of("a-dev", "same"),
        of("b-dev", "same"),
        of("c-dev", "of dev"),
    ]);
    let prod = found(vec![
        of("a-prod", "same"),
        of("b-prod", "same"),
        of("c-prod", "of prod"),
    ]);
    let merged = merge(vec![(Arc::from("dev"), dev), (Arc::from("prod"), prod)]);
    let told: Vec<_> = merged
        .findings
        .iter()
        .map(|f| (f.message.as_str(), f.environments.join(",")))
        .collect();
    let count = |message: &str, environments: &str| {
        let same = |told: &&(&str, String)| told.0 == message && told.1 == environments;
        told.iter().filter(same).count()
    };
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(count("same", "dev,prod"), 2, "{told:?}");
    assert_eq!(
        count("of dev", "dev") + count("of prod", "prod"),
        2,
        "{told:?}"
    );
}

fn found(findings: Vec<Finding>) -> Vec<Examined> {
    vec![Examined {
        path: Arc::from("t.yaml"),
        template: true,
        findings,
        resources: 2,
        ..Examined::default()
    }]
}

fn merged(runs: Vec<(&str, Vec<Examined>)>) -> Report {
    let runs = runs.into_iter();
    merge(runs.map(|(name, run)| (Arc::from(name), run)).collect())
}

/// What is found, in the order of the report: rule, line, severity, environments.
fn told(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    findings
        .map(|f| {
            let names = f.environments.join(" ");
            format!("{} {} {} in {names}", f.rule, f.location.line, f.severity)
        })
        .collect()
}

#[test]
fn the_same_finding_is_told_once_with_its_environments() {
    let report = merged(vec![
        ("dev", found(vec![finding("b", 2), finding("a", 1)])),
        ("prod", found(vec![finding("a", 1)])),
        ("test", found(vec![finding("c", 3), finding("a", 1)])),
    ]);
    assert_eq!(
        told(&report),
        [
            "a 1 medium in dev prod test",
            "b 2 medium in dev",
            "c 3 medium in test"
        ]
    );
    let environments: Vec<&str> = report.environments.iter().map(|name| &**name).collect();
    assert_eq!(environments, ["dev", "prod", "test"]);
}

#[test]
fn another_severity_or_silence_is_another_finding() {
    let mut grave = finding("a", 1);
    grave.severity = Severity::High;
    let mut silenced = finding("a", 9);
    silenced.suppressed = Some(Suppressed {
        by: SuppressedBy::Inline,
        reason: "short-lived".to_owned(),
        until: None,
    });
    let report = merged(vec![
        ("dev", found(vec![finding("a", 1)])),
        ("prod", found(vec![grave])),
        ("test", found(vec![silenced])),
    ]);
    assert_eq!(
        told(&report),
        [
            "a 1 high in prod",
            "a 1 medium in dev",
            "a 9 medium in test"
        ]
    );
}

#[test]
fn what_is_silenced_or_conditional_in_one_environment_is_not_so_in_all() {
    let mut silenced = finding("a", 1);
    silenced.suppressed = Some(Suppressed {
        by: SuppressedBy::Inline,
        reason: "dev only".to_owned(),
        until: None,
    });
    let mut conditional = finding("b", 2);
    conditional.when = vec!["IsProd is false".to_owned()];
    let report = merged(vec![
        ("dev", found(vec![silenced, finding("b", 2)])),
        ("prod", found(vec![finding("a", 1), conditional])),
    ]);
    assert_eq!(
        told(&report),
        ["a 1 medium in dev prod", "b 2 medium in dev prod"]
    );
    assert!(report.findings[0].suppressed.is_none());
    assert!(report.findings[1].when.is_empty());
}

#[test]
fn suppressions_are_idle_only_when_they_are_in_every_environment() {
    let warning = |text: &str| Problem::file("t.yaml", ProblemLevel::Warning, text);
    let run = |unused: &[&str]| {
        let mut parts = found(Vec::new());
        parts[0].unused = unused.iter().map(|text| warning(text)).collect();
        parts[0].problems = vec![warning("read with care")];
        parts
    };
    let report = merged(vec![
        ("dev", run(&["one", "both"])),
        ("prod", run(&["both", "other"])),
    ]);
    assert_eq!(
        report.problems,
        [warning("both"), warning("read with care")]
    );
}

#[test]
fn what_is_undecided_and_the_ways_in_are_told_once() {
    let entry = |label: &str| EntryPointRow {
        kind: "http-route",
        label: label.to_owned(),
        resource: Arc::from("Api"),
        functions: Vec::new(),
        authentication: "none",
        throttled: "off",
        validated: "off",
        reach: "internet",
        location: place(1),
    };
    let run = |label: &str| {
        let mut parts = found(Vec::new());
        parts[0].entry_points = vec![entry("GET /"), entry(label)];
        parts[0].unresolved = vec![Unresolved {
            rule: Arc::from("a"),
            resource: resource(),
            reason: "no value".to_owned(),
            location: place(4),
        }];
        parts[0].stats.asked = 5;
        parts
    };
    let report = merged(vec![("dev", run("GET /debug")), ("prod", run("GET /"))]);
    assert_eq!(report.unresolved.len(), 1);
    assert_eq!(report.entry_points, [entry("GET /"), entry("GET /debug")]);
    let stats = &report.stats;
    assert_eq!((stats.files, stats.templates, stats.resources), (1, 1, 2));
    assert_eq!(stats.asked, 10);
}
