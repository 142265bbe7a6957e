//! Source lines are shown, secrets are not: a report is kept, sent and pasted.
//!
//! Two nets. For a finding about a secret, what is marked is hidden to the end of its line. In
//! every line, literal values of names that sound like secrets are hidden, and values of known
//! shapes. It must rather hide too much: the place and the message still tell where to look.

use crate::Policy;
use crate::line::marked_line;
use palisade_core::{Excerpt, Finding};
use std::ops::Range;

/// Weaknesses whose findings point at a secret: hard-coded passwords, keys and credentials, and
/// secrets that are stored or passed where others read them.
const SECRET_WEAKNESSES: [u16; 6] = [256, 259, 321, 522, 526, 798];

/// What names of secrets contain, in lower case and without `-` and `_`.
const NAMES: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
];

/// How well-known tokens begin.
const SHAPES: [&str; 14] = [
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk_live_",
    "rk_live_",
    "sk-",
    "xoxb-",
    "xoxp-",
    "AIza",
    "eyJ",
];

/// So many bytes of a secret stay, to recognise it by.
const KEPT: usize = 2;

/// What stands for the rest.
const HIDDEN: &str = "****";

/// A source line without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) mark: Range<usize>,
    pub(crate) number: u32,
}

/// Whether a finding of this rule points at a secret.
pub(crate) fn about_secret(finding: &Finding, policy: &Policy<'_>) -> bool {
    let rule = policy.rules.iter().find(|e| e.rule.id == &*finding.rule);
    rule.and_then(|e| e.rule.cwe)
        .is_some_and(|cwe| SECRET_WEAKNESSES.contains(&cwe))
}

/// The marked line of an excerpt; nothing when there is no text.
pub(crate) fn line(excerpt: &Excerpt, secret: bool) -> Option<Line> {
    let (text, mark, number) = marked_line(excerpt)?;
    let mut hidden = literals(text);
    if secret {
        hidden.push(marked(text, &mark));
    }
    hidden.sort_by_key(|range| (range.start, range.end));
    let (text, mark) = hide(text, &hidden, mark);
    Some(Line { text, mark, number })
}

/// From the mark to the end of the line; when a key is marked, what follows it.
fn marked(text: &str, mark: &Range<usize>) -> Range<usize> {
    let after = text[mark.end..].trim_start_matches(['"', '\'']);
    let key = text[mark.clone()].trim_end().ends_with(':') || after.trim_start().starts_with(':');
    let start = match key {
        true => text.len() - after.trim_start().trim_start_matches(':').len(),
        false => mark.start,
    };
    start + blank(&text[start..])..text.len()
}

/// Values behind names of secrets, and values of known shapes.
fn literals(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find([':', '=']).map(|i| from + i) {
        from = at + 1;
        let name: String = text[..at]
            .trim_end_matches(['"', '\'', ' '])
            .chars()
            .rev()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .filter(|c| c.is_alphanumeric())
            .collect();
        let name: String = name.chars().rev().collect::<String>().to_lowercase();
        if NAMES.iter().any(|n| name.contains(n)) {
            found.extend(literal(text, from));
        }
    }
    for shape in SHAPES {
        for (at, _) in text.match_indices(shape) {
            let before = text[..at].chars().next_back();
            let token = text[at..]
                .find(|c: char| !is_token(c))
                .unwrap_or(text.len() - at);
            if token >= 16 && !before.is_some_and(is_token) {
                found.push(at..at + token);
            }
        }
    }
    found
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '=')
}

/// The literal value that starts here: not a reference, a number, a word of YAML or nothing.
fn literal(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + blank(&text[from..]);
    let rest = &text[start..];
    let quote = text[from..start].chars().next_back();
    let end = match quote.filter(|q| matches!(q, '"' | '\'')) {
        Some(quote) => rest.find(quote),
        None => rest.find([' ', ',', '}', ']', '#']),
    };
    let value = rest[..end.unwrap_or(rest.len())].trim_end();
    let reference = value.starts_with(['!', '$', '{', '[', '&', '*', '|', '>', ':', '='])
        || value.starts_with("arn:")
        || value.starts_with("AWS::");
    let word = matches!(value, "true" | "false" | "null" | "String" | "AWS_IAM");
    let number = value.bytes().all(|b| b.is_ascii_digit()) && value.len() < 6;
    (!reference && !word && !number && value.len() > 3).then(|| start..start + value.len())
}

/// The spaces and quotes at the start of a text, in bytes.
fn blank(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '"', '\'']).len()
}

/// Replaces the ranges, which are sorted by their starts, and carries the mark over.
fn hide(text: &str, hidden: &[Range<usize>], mark: Range<usize>) -> (String, Range<usize>) {
    let mut out = String::with_capacity(text.len());
    let (mut start, mut end) = (None, None);
    let mut ranges = hidden.iter().peekable();
    let mut at = 0;
    while at < text.len() {
        let mut next = at;
        while let Some(range) = ranges.next_if(|r| r.start <= at) {
            next = next.max(range.end);
        }
        let width = text[at..].chars().next().map_or(1, char::len_utf8);
        let piece = match next > at {
            true => {
                let kept: String = text[at..next].chars().take(KEPT).collect();
                format!("{kept}{HIDDEN}")
            }
            false => text[at..at + width].to_owned(),
        };
        let next = next.max(at + width);
        if mark.start < next {
            start.get_or_insert(out.len());
        }
        if mark.end <= at {
            end.get_or_insert(out.len());
        }
        out.push_str(&piece);
        at = next;
    }
    let start = start.unwrap_or(out.len());
    let end = end.unwrap_or(out.len()).max(start);
    (out, start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, part: &str, secret: bool) -> (String, String) {
        let start = text.find(part).unwrap();
        let excerpt = Excerpt {
            first_line: 1,
            text: text.to_owned(),
            mark: start..start + part.len(),
        };
        let line = line(&excerpt, secret).unwrap();
        (line.text.clone(), line.text[line.mark].to_owned())
    }

    fn check(text: &str, part: &str, secret: bool, expected: &str, mark: &str) {
        let (text, marked) = shown(text, part, secret);
        assert_eq!((&*text, &*marked), (expected, mark));
    }

    #[test]
    fn what_a_finding_about_a_secret_marks_is_hidden() {
        check(
            "  KEY: hunter2hunter2",
            "hunter2hunter2",
            true,
            "  KEY: hu****",
            "hu****",
        );
        check("  KEY: hunter2hunter2", "KEY", true, "  KEY: hu****", "KEY");
        check(
            r#""KEY": "hunter2x""#,
            "KEY",
            true,
            r#""KEY": "hu****"#,
            "KEY",
        );
        check(
            "  KEY: !Sub a-hunter2",
            "!Sub",
            true,
            "  KEY: !S****",
            "!S****",
        );
        check("  日本: höhö", "höhö", true, "  日本: hö****", "hö****");
    }

    #[test]
    fn secrets_beside_a_finding_are_hidden() {
        let check = |text: &str, expected: &str| check(text, "", false, expected, "");
        check("DB_PASSWORD: hunter2", "DB_PASSWORD: hu****");
        check("{Token: \"abcdef\", A: b}", "{Token: \"ab****\", A: b}");
        check("url?api_key=abcdef x", "url?api_key=ab**** x");
        check("x: AKIAIOSFODNN7EXAMPLE", "x: AK****");
        check("MasterUserPassword: 123456", "MasterUserPassword: 12****");
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        for text in [
            "DB_PASSWORD: !Ref Password",
            "Password: '{{resolve:secretsmanager:x}}'",
            "SecretArn: arn:aws:secretsmanager:x",
            "Type: AWS::SecretsManager::Secret",
            "TokenValidity: 3600",
            "GenerateSecret: true",
            "PasswordPolicy:",
            "      SqsManagedSseEnabled: false",
            "AuthorizerType: TOKEN",
        ] {
            check(text, "", false, text, "");
        }
    }
}
