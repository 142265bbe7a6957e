//! Patterns for paths and resource addresses: `*` within one segment, `**` across segments, `?` for
//! one character. Everything else stands for itself, brackets too: addresses such as
//! `aws_lambda_function.orders[0]` are full of them.
//!
//! All states of the pattern advance together over the text, so the work is at most length of the
//! pattern times length of the text, whatever either of them is.

use std::sync::Arc;

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: Arc<str>,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`: one character of a segment.
    One,
    /// `*`: any part of a segment.
    Segment,
    /// `**`: anything.
    Any,
    /// `**/` at the start of a segment: no folders or several; the second token is inside a name.
    Folders,
    InFolder,
}

impl Glob {
    /// Compiles a pattern. Every text is one.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let trimmed = pattern.strip_prefix("./").unwrap_or(pattern);
        let mut tokens = Vec::new();
        let mut rest = trimmed;
        while let Some(first) = rest.chars().next() {
            let starts_segment = matches!(tokens.last(), None | Some(Token::Char('/')));
            if starts_segment && let Some(after) = rest.strip_prefix("**/") {
                tokens.extend([Token::Folders, Token::InFolder]);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("**") {
                tokens.push(Token::Any);
                rest = after.trim_start_matches('*');
            } else {
                tokens.push(match first {
                    '*' => Token::Segment,
                    '?' => Token::One,
                    other => Token::Char(other),
                });
                rest = &rest[first.len_utf8()..];
            }
        }
        Self {
            text: Arc::from(pattern),
            tokens,
        }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole text is matched.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.run(text, false)
    }

    /// Whether a path, or a folder that it lies in, is matched: `legacy` covers `legacy/a.yaml`.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.run(path.strip_prefix("./").unwrap_or(path), true)
    }

    fn run(&self, text: &str, folders: bool) -> bool {
        let end = self.tokens.len();
        // `legacy/` means the folder.
        let folder_end = match self.tokens.last() {
            Some(Token::Char('/')) if folders => end - 1,
            _ => end,
        };
        let mut states = vec![false; end + 1];
        states[0] = true;
        self.skip(&mut states);
        for c in text.chars() {
            if folders && c == '/' && states[folder_end] && end > 0 {
                return true;
            }
            let mut next = vec![false; end + 1];
            for (at, token) in self.tokens.iter().enumerate().filter(|(at, _)| states[*at]) {
                match token {
                    Token::Char(wanted) => next[at + 1] |= c == *wanted,
                    Token::One => next[at + 1] |= c != '/',
                    Token::Segment => next[at] |= c != '/',
                    Token::Any => next[at] = true,
                    Token::Folders => next[at + usize::from(c != '/')] = true,
                    Token::InFolder => next[at - usize::from(c == '/')] = true,
                }
            }
            self.skip(&mut next);
            states = next;
        }
        states[end]
    }

    /// What may match nothing is passed at once.
    fn skip(&self, states: &mut [bool]) {
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Segment | Token::Any => states[at + 1] |= states[at],
                Token::Folders => states[at + 2] |= states[at],
                Token::Char(_) | Token::One | Token::InFolder => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "A", false),
            ("a*c", "abbc", true),
            ("a*c", "a/c", false),
            ("a**c", "a/b/c", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("**/x.yaml", "x.yaml", true),
            ("**/x.yaml", "a/b/x.yaml", true),
            ("**/x.yaml", "a/bx.yaml", false),
            ("a/**/x", "a/x", true),
            ("a/**/x", "a/b/c/x", true),
            ("a/**", "a/b/c", true),
            ("a/**", "b/a", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("module.*.fn[0]", "module.api.fn[0]", true),
            ("ä*", "äö", true),
            ("***", "a/b", true),
        ] {
            assert_eq!(
                Glob::new(pattern).matches(text),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn a_folder_covers_what_is_in_it() {
        for (pattern, path, expected) in [
            ("legacy", "legacy/a/b.yaml", true),
            ("legacy/", "legacy/a.yaml", true),
            ("legacy", "legacy2/a.yaml", false),
            ("legacy", "src/legacy/a.yaml", false),
            ("**/legacy", "src/legacy/a.yaml", true),
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "src/a.yaml", false),
            ("./src", "src/a.yaml", true),
            ("", "a/b", false),
            ("/", "a/b", false),
        ] {
            assert_eq!(
                Glob::new(pattern).covers(path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn stars_do_not_multiply_the_work() {
        let pattern = Glob::new(&"*a".repeat(200));
        assert!(!pattern.matches(&"a".repeat(199)));
        assert!(pattern.matches(&"a".repeat(2000)));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(2000))));
    }
}
