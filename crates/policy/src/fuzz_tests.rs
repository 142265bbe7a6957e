//! No text makes a reader panic, and what a reader accepts or refuses does not depend on the run.

use crate::testing::{finding, known, location};
use crate::{Catalogue, Config, Context, Exceptions, Glob, Overlay, Suppressions, Target};
use palisade_core::{Sources, Span};
use palisade_syntax::{Comment, parse};
use proptest::prelude::*;
use std::sync::Arc;

/// Texts that come near to what the readers expect, with every key and many wrong values.
fn toml() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "profile",
        "fail-on",
        "exclude",
        "select",
        "ignore",
        "rules",
        "paths",
        "parameters",
        "accounts",
        "sam",
        "exception",
        "rule",
        "clause",
        "resource",
        "reason",
        "approver",
        "requester",
        "expires",
        "change",
        "status",
        "by",
        "points",
        "attestation",
        "version",
        "trusted",
        "path",
        "severity",
        "id",
        "tls-floor",
        "\"SCSP-1.1\"",
        "role-shared",
        "ä",
        "\"\"",
    ]);
    let value = prop::sample::select(vec![
        "\"all\"",
        "\"low\"",
        "[]",
        "[\"\"]",
        "[1, \"x\"]",
        "{}",
        "{ severity = 1 }",
        "0",
        "-1",
        "99999999999999999999",
        "0xffffffffff",
        "1.5",
        "nan",
        "true",
        "2027-01-01",
        "10:00:00",
        "\"2027-01-01\"",
        "\"SCSP-3.1\"",
        "\"role-shared\"",
        "\"ä\\u0000\"",
        "[[{}]]",
        "\"\"\"x\ny\"\"\"",
        "[{ path = \"a\", rules = { role-shared = \"off\" } }]",
        "{ a.b = 1 }",
        "\u{feff}",
        "{",
    ]);
    let line = (key, value, 0..6_u8).prop_map(|(key, value, shape)| match shape {
        0 => format!("[{key}]"),
        1 => format!("[[{key}]]"),
        2 => format!("{key}.{key} = {value}"),
        _ => format!("{key} = {value}"),
    });
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

fn comment() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "palisade:",
        " ignore",
        "[",
        "]",
        "role-shared",
        ",",
        " reason",
        " until=",
        "2027-01-01",
        "checkov:skip=",
        "CKV_AWS_27",
        ":",
        "\n",
        "ä",
        "*/",
        "#",
        " ",
    ]);
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

fn read_all(text: &str) {
    let known = known();
    let catalogue = Catalogue::builtin();
    let results = || {
        (
            Config::parse("f", text, &known),
            Overlay::parse("f", text, catalogue),
            Exceptions::parse("f", text, &known, catalogue),
        )
    };
    let (config, overlay, exceptions) = results();
    for errors in [
        config.as_ref().err(),
        overlay.as_ref().err(),
        exceptions.as_ref().err(),
    ] {
        assert!(errors.is_none_or(|errors| !errors.is_empty()));
    }
    if let Ok(overlay) = &overlay {
        assert!(overlay.apply(catalogue).clauses().count() >= 158);
    }
    assert_eq!((config, overlay, exceptions), results());
}

fn read_comments(text: &str, comments: &[(usize, usize)]) {
    let mut sources = Sources::default();
    let file = sources.add("t.yaml", text);
    let known = known();
    let context = Context {
        sources: &sources,
        known: &known,
        today: "2026-11-22".parse().unwrap(),
    };
    let comments: Vec<Comment> = comments
        .iter()
        .map(|(start, end)| Comment {
            span: Span::new(file, *start, *end),
            text: Arc::from(text.get(*start..*end).unwrap_or(text)),
        })
        .collect();
    let (mut suppressions, _) = Suppressions::from_comments(&context, &comments);
    if let Ok(document) = parse(file, text) {
        let (more, _) = Suppressions::from_metadata(&context, &document.root, "Q");
        suppressions.extend(more);
    }
    let finding = finding("role-shared", &["CKV_AWS_27"], "Q", "t.yaml", 1);
    let lines = location("t.yaml", 1, 9);
    suppressions.apply(&Target::finding(&finding, Some(&lines)));
    suppressions.unused(&known, |_| true);
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        read_all(&text);
    }

    #[test]
    fn any_near_toml_is_read(text in toml()) {
        read_all(&text);
    }

    #[test]
    fn any_comment_is_read(
        text in comment(),
        places in prop::collection::vec((0..60_usize, 0..60_usize), 0..4),
    ) {
        read_comments(&text, &places);
        read_comments(&text, &[(0, text.len())]);
    }

    #[test]
    fn any_metadata_is_read(text in "(Palisade|checkov|\\{|\\[|\\]|\\}|: |ignore|skip|rule|id|reason|\n|  |- |x)*") {
        read_comments(&text, &[]);
    }

    #[test]
    fn globs_agree_with_a_plain_definition(pattern in "[ab*?/]{0,9}", text in "[ab/]{0,9}") {
        prop_assume!(!pattern.starts_with("./"));
        let pattern_chars: Vec<char> = pattern.chars().collect();
        let text_chars: Vec<char> = text.chars().collect();
        prop_assert_eq!(Glob::new(&pattern).matches(&text), plain(&pattern_chars, &text_chars));
    }
}

/// What a pattern means, by trying everything.
fn plain(pattern: &[char], text: &[char]) -> bool {
    matches_from(pattern, 0, text)
}

fn matches_from(pattern: &[char], at: usize, text: &[char]) -> bool {
    let starts_segment = at == 0 || pattern[at - 1] == '/';
    match &pattern[at..] {
        [] => text.is_empty(),
        ['*', '*', '/', ..] if starts_segment => {
            let after_folder = (1..=text.len()).filter(|n| text[n - 1] == '/');
            std::iter::once(0)
                .chain(after_folder)
                .any(|n| matches_from(pattern, at + 3, &text[n..]))
        }
        ['*', '*', rest @ ..] => {
            let stars = 2 + rest.iter().take_while(|c| **c == '*').count();
            (0..=text.len()).any(|n| matches_from(pattern, at + stars, &text[n..]))
        }
        ['*', ..] => {
            let segment = text.iter().take_while(|c| **c != '/').count();
            (0..=segment).any(|n| matches_from(pattern, at + 1, &text[n..]))
        }
        ['?', ..] => {
            matches!(text, [c, more @ ..] if *c != '/' && matches_from(pattern, at + 1, more))
        }
        [p, ..] => matches!(text, [c, more @ ..] if p == c && matches_from(pattern, at + 1, more)),
    }
}

#[test]
fn hostile_files_buy_no_work() {
    let known = known();
    let mut text = String::from("[rules]\n");
    for n in 0..20_000 {
        text.push_str(&format!("queue-unencrypte{n} = \"off\"\n"));
    }
    let errors = Config::parse("f", &text, &known).unwrap_err();
    assert_eq!(errors.len(), 200);
    let text = "# palisade: ignore[queue-unencryptd] x\n".repeat(20_000);
    let mut sources = Sources::default();
    let file = sources.add("t.yaml", text.as_str());
    let comments = parse(file, &text).unwrap().comments;
    let context = Context {
        sources: &sources,
        known: &known,
        today: "2026-11-22".parse().unwrap(),
    };
    let (_, problems) = Suppressions::from_comments(&context, &comments);
    assert_eq!(problems.len(), 20_000);
    let hints = problems
        .iter()
        .filter(|p| p.message.contains("did you mean"));
    assert_eq!(hints.count(), 100);
}
