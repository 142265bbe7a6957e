//! Whatever stands in templates and names of files, no format panics, loses its form, moves a
//! cursor or gives a command.

use crate::clean::hides;
use crate::testing::{report, with_policy};
use crate::text::{self, Style};
use crate::{github, html, junit, markdown, render_json, sarif};
use palisade_core::{Excerpt, Location};
use palisade_scan::Report;
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// What attackers would write.
const NASTY: &[&str] = &[
    "\n::error::owned",
    "::add-mask::x",
    "##[set-env name=x]",
    "%0A::warning::x",
    "\x1b[2J\x1b]8;;https://evil.example\x07",
    "\u{9b}31m",
    "\r\n",
    "</code></pre><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\" onmouseover=\"x",
    "]]>",
    "| a | b |",
    "`code`",
    "``` \n",
    "[x](javascript:alert(1))",
    "](x)",
    "@everyone",
    "#1",
    "https://evil.example",
    "www.evil.example",
    "\u{202e}live",
    "\u{200b}",
    "\0",
    "\u{feff}",
    "\u{e0041}",
    "\u{ffff}",
    "\t",
    " ",
    "../..",
    "日本語👩‍👩‍👧",
    "{0}",
    "'\"<>&",
];

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => proptest::sample::select(NASTY).prop_map(str::to_owned),
        2 => any::<String>(),
        2 => "[a-zA-Z:. ]{0,20}",
    ];
    proptest::collection::vec(word, 0..4).prop_map(|words| words.concat())
}

fn numbers() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 1u32..100, 1 => Just(0), 1 => any::<u32>()]
}

/// The report made by hand, with its texts and numbers replaced in turn.
fn hostile(texts: &[String], numbers: &[u32]) -> Report {
    let mut texts = texts.iter().cycle();
    let mut numbers = numbers.iter().copied().cycle();
    let mut text = || texts.next().unwrap().clone();
    let mut number = || numbers.next().unwrap();
    let mut report = report();
    for finding in &mut report.findings {
        finding.message = text();
        finding.help = text();
        finding.aliases = vec![Arc::from(text())];
        finding.when = vec![text()];
        finding.resource.address = Arc::from(text());
        finding.resource.kind = Arc::from(text());
        finding.resource.name = Some(Arc::from(text()));
        finding.location = place(&text(), &mut number);
        finding.excerpt = excerpt(&text(), &mut number);
        if let Some(suppressed) = &mut finding.suppressed {
            suppressed.reason = text();
        }
        for related in finding.related.iter_mut().chain(&mut finding.path) {
            related.message = text();
            related.location = place(&text(), &mut number);
            related.excerpt = excerpt(&text(), &mut number);
        }
    }
    for unresolved in &mut report.unresolved {
        unresolved.reason = text();
        unresolved.location = place(&text(), &mut number);
        unresolved.resource.address = Arc::from(text());
    }
    for problem in &mut report.problems {
        problem.file = Arc::from(text());
        problem.message = text();
    }
    for entry in &mut report.entry_points {
        entry.label = text();
        entry.functions = vec![Arc::from(text())];
        entry.location = place(&text(), &mut number);
    }
    for left_out in &mut report.stats.left_out {
        left_out.path = text();
        left_out.reason = text();
    }
    report
}

fn place(file: &str, number: &mut impl FnMut() -> u32) -> Location {
    Location {
        file: Arc::from(file),
        line: number(),
        column: number(),
        end_line: number(),
        end_column: number(),
    }
}

fn excerpt(text: &str, number: &mut impl FnMut() -> u32) -> Excerpt {
    let start = number() as usize;
    Excerpt {
        first_line: number(),
        text: text.to_owned(),
        mark: start..start.saturating_add(number() as usize),
    }
}

/// No control character but line breaks, and no command for the log of a CI system.
fn harmless(text: &str) {
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{text:?}"
    );
    assert!(!text.contains("##["), "{text}");
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
    }
}

fn check(report: &Report) {
    for verbose in [false, true] {
        let style = Style {
            verbose,
            ..Style::default()
        };
        let plain = with_policy(|policy| text::render(report, &style, policy));
        harmless(&plain);
        let hidden = plain.chars().find(|c| *c != '\n' && hides(*c));
        assert_eq!(hidden, None, "{plain:?}");
        let style = Style {
            verbose,
            color: true,
            width: 3,
            ..Style::default()
        };
        with_policy(|policy| text::render(report, &style, policy));
    }

    let json = render_json(report);
    harmless(&json);
    assert_eq!(
        serde_json::from_str::<Value>(&json).unwrap(),
        crate::json(report)
    );

    let sarif = with_policy(|policy| sarif::render(report, "", policy));
    harmless(&sarif);
    serde_json::from_str::<Value>(&sarif).unwrap();

    let junit = junit::render(report, "");
    harmless(&junit);
    quick_junit::Report::deserialize_from_str(&junit).unwrap();

    let github = github::render(report, "");
    let mut lines: Vec<&str> = github.lines().collect();
    harmless(lines.pop().unwrap());
    for line in lines {
        let known = ["::error file=", "::warning file=", "::notice file="];
        assert!(known.iter().any(|k| line.starts_with(k)), "{line:?}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }

    let markdown = with_policy(|policy| markdown::render(report, "", policy));
    harmless(&markdown);
    let tag = |text: &str| text.contains("<script") || text.contains("<img");
    // Within code, tags are text.
    let code = markdown.lines().filter(|l| !l.contains('`'));
    assert!(!code.into_iter().any(tag), "{markdown}");

    let html = with_policy(|policy| html::render(report, "", policy));
    harmless(&html);
    assert!(!tag(&html), "{html}");
}

#[test]
fn nasty_texts_are_neutralised() {
    for start in 0..NASTY.len() {
        let (tail, head) = NASTY.split_at(start);
        let texts: Vec<String> = head.iter().chain(tail).map(|t| (*t).to_owned()).collect();
        check(&hostile(&texts, &[1, 2, 5, 3]));
    }
}

#[test]
fn no_format_shows_a_secret() {
    const SECRET: &str = "correct-horse-battery";
    let mut one = Report::default();
    let mut finding = report().findings.remove(0);
    finding.rule = Arc::from("literal-secret");
    let text = format!("      KEY: {SECRET}");
    let mark = 11..text.len();
    finding.excerpt = Excerpt {
        first_line: 31,
        text,
        mark,
    };
    for related in finding.related.iter_mut().chain(&mut finding.path) {
        related.excerpt = finding.excerpt.clone();
    }
    one.findings.push(finding);
    one.stats.templates = 1;
    let outputs = with_policy(|policy| {
        [
            text::render(&one, &Style::default(), policy),
            render_json(&one),
            sarif::render(&one, "", policy),
            junit::render(&one, ""),
            github::render(&one, ""),
            markdown::render(&one, "", policy),
            html::render(&one, "", policy),
        ]
    });
    assert!(outputs[0].contains("KEY: co****"), "{}", outputs[0]);
    for output in outputs {
        assert!(!output.contains("horse"), "{output}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn any_text_is_neutralised(
        texts in proptest::collection::vec(words(), 1..40),
        numbers in proptest::collection::vec(numbers(), 1..20),
    ) {
        check(&hostile(&texts, &numbers));
    }
}
