use super::*;
use crate::testing::{finding, in_environments, report, with_policy};
use palisade_core::Severity;

fn rendered(report: &Report, style: &Style<'_>) -> String {
    with_policy(|policy| render(report, style, policy))
}

#[test]
fn plain() {
    insta::assert_snapshot!(rendered(&report(), &Style::default()));
}

#[test]
fn environments() {
    insta::assert_snapshot!(rendered(&in_environments(), &Style::default()));
}

#[test]
fn verbose() {
    let style = Style {
        verbose: true,
        root_prefix: "apps/",
        width: 100,
        elapsed: Some(Duration::from_millis(42)),
        ..Style::default()
    };
    insta::assert_snapshot!(rendered(&report(), &style));
}

#[test]
fn colors_change_nothing_but_colors() {
    let style = Style {
        color: true,
        ..Style::default()
    };
    let colored = rendered(&report(), &style);
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, tail)| tail);
    }
    plain.push_str(rest);
    assert_eq!(plain, rendered(&report(), &Style::default()));
}

#[test]
fn nothing_found() {
    let mut clear = report();
    clear.findings.clear();
    clear.problems.clear();
    clear.unresolved.clear();
    insta::assert_snapshot!(rendered(&clear, &Style::default()));
}

#[test]
fn nothing_to_scan() {
    insta::assert_snapshot!(rendered(&Report::default(), &Style::default()));
}

#[test]
fn many_files() {
    let mut many = Report::default();
    many.stats.templates = 6;
    for i in 1..=6 {
        for line in [5, 9, 13, 17] {
            let file = format!("service-{i}/template.yaml");
            let address = format!("Queue{line}");
            many.findings.push(finding(
                "unencrypted-queue",
                Severity::Medium,
                &file,
                line,
                &address,
            ));
        }
    }
    many.findings[5].message = "another `Queue9`".to_owned();
    many.findings[9].when = vec!["IsProd is false".to_owned()];
    insta::assert_snapshot!(rendered(&many, &Style::default()));
}

#[test]
fn a_part_of_a_long_line_keeps_its_column() {
    let mut one = Report::default();
    let mut long = finding("r", Severity::Low, "a.json", 1, "Orders");
    long.location.column = 4000;
    long.location.end_column = 4007;
    one.findings.push(long);
    let text = rendered(&one, &Style::default());
    assert!(text.contains("--> a.json:1:4000"), "{text}");
}

#[test]
fn lines_fit_eighty_columns() {
    for line in rendered(&report(), &Style::default()).lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
