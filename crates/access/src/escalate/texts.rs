//! Texts that patterns match: the concrete resources of requests.
//!
//! A pattern is filled with names that read like real ones; where two patterns must match the same
//! text, the shortest such text is searched. Never an answer by itself: the evaluation of the
//! request decides.

use palisade_iam::{Pattern, Token, is_symbol};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

/// More states than this are not searched for a common text.
const MAX_STATES: usize = 20_000;

/// What stands for the wildcards of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Filling<'a> {
    pub(super) partition: &'a str,
    pub(super) account: &'a str,
    pub(super) name: &'a str,
}

impl Filling<'_> {
    /// A text that the pattern matches, and that reads like an ARN when the pattern does.
    pub(super) fn fill(&self, pattern: &Pattern) -> String {
        let mut text = String::new();
        let mut part = 0;
        let tokens = pattern.tokens();
        for (i, token) in tokens.iter().enumerate() {
            match token {
                Token::Char(c) => {
                    part += usize::from(*c == ':');
                    text.push(*c);
                }
                Token::One => text.push('x'),
                Token::Run | Token::Hole(_) => {
                    let starts = i == 0 || tokens.get(i - 1) == Some(&Token::Char(':'));
                    let ends = tokens.get(i + 1).is_none_or(|t| *t == Token::Char(':'));
                    text.push_str(match part {
                        1 if starts && ends => self.partition,
                        3 if starts && ends => "us-east-1",
                        4 if starts && ends => self.account,
                        _ => self.name,
                    });
                }
            }
        }
        text
    }

    /// A text that both match, if there is one. The first is the shape that the text must have.
    pub(super) fn meet(&self, shape: &Pattern, other: &Pattern) -> Option<String> {
        let fits = |pattern: &Pattern, text: &str| pattern.matches(text) != palisade_iam::Truth::No;
        // The reference to something whose whole ARN only deployment knows.
        if let Some(text) = other.as_literal()
            && text.starts_with(is_symbol)
        {
            return Some(text);
        }
        let filled = self.fill(other);
        if fits(shape, &filled) {
            return Some(filled);
        }
        let filled = self.fill(shape);
        if fits(other, &filled) {
            return Some(filled);
        }
        common(&[shape.tokens(), other.tokens()])
    }

    /// A text that all three match.
    pub(super) fn meet_both(&self, shape: &Pattern, a: &Pattern, b: &Pattern) -> Option<String> {
        common(&[shape.tokens(), a.tokens(), b.tokens()])
    }
}

/// The shortest text that all patterns (at most three) match, by a search over their places.
fn common(patterns: &[&[Token]]) -> Option<String> {
    if !begin_alike(patterns) {
        return None;
    }
    // How each state was reached: from which one, and with which character.
    let mut reached: Reached = BTreeMap::new();
    reached.insert(Places::default(), None);
    let mut queue = VecDeque::from([Places::default()]);
    while let Some(state) = queue.pop_front() {
        if (state.iter().zip(patterns)).all(|(at, pattern)| *at == pattern.len()) {
            return Some(trace(&reached, state));
        }
        if reached.len() > MAX_STATES {
            return None;
        }
        for (next, c) in steps(state, patterns) {
            if let Entry::Vacant(entry) = reached.entry(next) {
                entry.insert(Some((state, c)));
                queue.push_back(next);
            }
        }
    }
    None
}

/// The places in at most three patterns.
type Places = [usize; 3];
type Reached = BTreeMap<Places, Option<(Places, Option<char>)>>;

/// Whether the characters before the first wildcard of any pattern are the same in all.
fn begin_alike(patterns: &[&[Token]]) -> bool {
    let literal = |token: Option<&Token>| match token {
        Some(Token::Char(c)) => Some(*c),
        _ => None,
    };
    for i in 0.. {
        let mut chars = patterns.iter().map(|pattern| literal(pattern.get(i)));
        let Some(Some(first)) = chars.next() else {
            return true;
        };
        for c in chars {
            match c {
                None => return true,
                Some(c) if c != first => return false,
                Some(_) => {}
            }
        }
    }
    true
}

fn steps(state: Places, patterns: &[&[Token]]) -> Vec<(Places, Option<char>)> {
    let at = |i: usize| patterns[i].get(state[i]);
    let is_run = |i: usize| matches!(at(i), Some(Token::Run | Token::Hole(_)));
    let mut steps = Vec::new();
    let mut chars: Vec<char> = Vec::new();
    for i in 0..patterns.len() {
        match at(i) {
            Some(Token::Run | Token::Hole(_)) => {
                let mut next = state;
                next[i] += 1;
                steps.push((next, None));
            }
            Some(Token::Char(c)) if !chars.contains(c) => chars.push(*c),
            Some(Token::One) if !chars.contains(&'x') => chars.push('x'),
            _ => {}
        }
    }
    for c in chars {
        let mut next = state;
        let all = (0..patterns.len()).all(|i| match at(i) {
            // The wildcards of the shape, which is the first, stand for one part of an ARN each.
            _ if is_run(i) => i > 0 || c != ':',
            Some(Token::One) => {
                next[i] += 1;
                true
            }
            Some(Token::Char(wanted)) if *wanted == c => {
                next[i] += 1;
                true
            }
            _ => false,
        });
        if all {
            steps.push((next, Some(c)));
        }
    }
    steps
}

fn trace(reached: &Reached, mut state: Places) -> String {
    let mut text: Vec<char> = Vec::new();
    while let Some(Some((before, c))) = reached.get(&state) {
        text.extend(c);
        state = *before;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILLING: Filling<'_> = Filling {
        partition: "aws",
        account: "111122223333",
        name: "example",
    };

    #[test]
    fn patterns_meet_in_a_text() {
        let check = |shape: &str, other: &str, expected: Option<&str>| {
            let (shape, other) = (Pattern::wildcard(shape), Pattern::wildcard(other));
            assert_eq!(FILLING.meet(&shape, &other).as_deref(), expected);
        };
        let role = "arn:aws:iam::111122223333:role/*";
        let example = "arn:aws:iam::111122223333:role/example";
        check(role, "*", Some(example));
        check(role, "arn:aws:iam::*", Some(example));
        check(
            role,
            "arn:*:iam::*:role/app-*",
            Some("arn:aws:iam::111122223333:role/app-example"),
        );
        check(
            role,
            "arn:aws:iam::*:role/*-?",
            Some("arn:aws:iam::111122223333:role/example-x"),
        );
        check(
            role,
            "*/admin",
            Some("arn:aws:iam::111122223333:role/admin"),
        );
        check(role, "arn:aws:iam::999999999999:role/*", None);
        check(role, "arn:aws:iam::111122223333:user/*", None);
        check(
            role,
            "arn:aws:iam::1*:role/a?c",
            Some("arn:aws:iam::111122223333:role/axc"),
        );
        check(role, "\u{F0001}", Some("\u{F0001}"));
        check(
            "arn:aws:lambda:*:111122223333:function:*",
            "arn:aws:lambda:*:*:function:a*",
            Some("arn:aws:lambda:us-east-1:111122223333:function:aexample"),
        );
    }

    #[test]
    fn three_patterns_meet() {
        let all = ["a*", "*b*", "*c"].map(Pattern::wildcard);
        let [a, b, c] = &all;
        assert_eq!(FILLING.meet_both(a, b, c).as_deref(), Some("abc"));
        let function =
            |name: &str| Pattern::wildcard(&format!("arn:aws:lambda:*:*:function:{name}"));
        let shape = Pattern::wildcard("arn:aws:lambda:*:111122223333:function:*");
        assert_eq!(
            FILLING.meet_both(&shape, &function("a-*"), &function("b-*")),
            None
        );
        let hard = Pattern::wildcard(&"*a".repeat(400));
        assert_eq!(
            FILLING.meet_both(&hard, &hard, &Pattern::wildcard("b")),
            None
        );
    }
}
