//! The comments of a text in native syntax: everything else is skipped, texts with care.

use crate::Comment;
use palisade_core::{FileId, Span};
use std::sync::Arc;

/// All comments in their order. `#` and `//` reach to the end of the line, `/* … */` over several.
pub(super) fn all(file: FileId, text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut at = 0;
    // For each text that is open around the place, the braces that are open in its `${…}`.
    let mut templates: Vec<usize> = Vec::new();
    let mut braces = 0_usize;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let rest = &text[at..];
        let mut comment = |start: usize, length: usize, inner: &str| {
            found.push(Comment {
                span: Span::new(file, start, start + length),
                text: Arc::from(inner.trim_end_matches('\r')),
            });
            length
        };
        at += match byte {
            b'#' => {
                let line = line(rest);
                comment(at, line.len(), &line[1..])
            }
            b'/' if rest.starts_with("//") => {
                let line = line(rest);
                comment(at, line.len(), &line[2..])
            }
            b'/' if rest.starts_with("/*") => {
                let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
                let inner = rest[2..length].trim_end_matches("*/");
                comment(at, length, inner)
            }
            b'"' => {
                let (length, open) = text_end(&rest[1..]);
                if open {
                    templates.push(std::mem::take(&mut braces));
                }
                1 + length
            }
            b'<' if rest.starts_with("<<") => heredoc(rest),
            b'{' => {
                braces += 1;
                1
            }
            b'}' => match templates.last() {
                Some(around) if braces == 0 => {
                    // Back in the text around it.
                    let (length, open) = text_end(&rest[1..]);
                    if !open {
                        braces = *around;
                        templates.pop();
                    }
                    1 + length
                }
                _ => {
                    braces = braces.saturating_sub(1);
                    1
                }
            },
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    found
}

fn line(rest: &str) -> &str {
    rest.split('\n').next().unwrap_or_default()
}

/// How far a quoted text reaches: behind its end, or behind the `${` that interrupts it.
fn text_end(rest: &str) -> (usize, bool) {
    let mut letters = rest.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                letters.next();
            }
            '"' | '\n' => return (at + 1, false),
            '$' | '%' => {
                let next = letters.peek().map(|(_, c)| *c);
                if next == Some('{') {
                    return (at + 2, true);
                }
                // `$${` stands for itself.
                if next == Some(letter) && rest[at + 2..].starts_with('{') {
                    letters.next();
                    letters.next();
                }
            }
            _ => {}
        }
    }
    (rest.len(), false)
}

/// How long a heredoc is, with its last line; where there is none, the two signs.
fn heredoc(rest: &str) -> usize {
    let head = line(rest);
    let word = head[2..].trim_start_matches('-').trim();
    if word.is_empty()
        || !word
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    {
        return 2;
    }
    let mut length = head.len();
    for line in rest[length..].split_inclusive('\n') {
        length += line.len();
        if line.trim() == word {
            break;
        }
    }
    length
}
