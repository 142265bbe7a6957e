//! Text of templates and file names is not ours: it may hold terminal escapes, line breaks,
//! characters that reorder or hide text, and commands for the log of a CI system.
//!
//! What is shown must stay on its line, must move no cursor, and must never be a command.

use std::ops::Range;

/// One line of harmless text.
pub fn line(text: &str) -> String {
    marked(text, 0..0).0
}

/// One line of harmless text, with a byte range carried over.
pub(crate) fn marked(text: &str, mark: Range<usize>) -> (String, Range<usize>) {
    let mut out = String::with_capacity(text.len());
    let (mut start, mut end) = (None, None);
    for (at, c) in text.char_indices() {
        if at >= mark.start {
            start.get_or_insert(out.len());
        }
        if at >= mark.end {
            end.get_or_insert(out.len());
        }
        match c {
            // `##[…` is a command of GitHub's and Azure's runners, wherever it stands in a line.
            '[' if out.ends_with("##") => out.push_str(" ["),
            _ => out.extend(harmless(c)),
        }
    }
    let start = start.unwrap_or(out.len());
    let end = end.unwrap_or(out.len()).max(start);
    (out, start..end)
}

/// The character, or what stands for it.
fn harmless(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('\u{2421}'),
        _ if hides(c) => Some('\u{fffd}'),
        _ => Some(c),
    }
}

/// Controls, and characters that reorder or hide text.
pub(crate) fn hides(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' | '\u{fdd0}'..='\u{fdef}')
        || (u32::from(c) & 0xFFFE) == 0xFFFE
}

/// Cuts a text at spaces so that no line is wider than `width`, the first of which starts
/// `used` columns later. A word that is wider stays whole, and no line but the first starts with
/// `::`, which would be a command in the log of a CI system.
pub(crate) fn wrap(text: &str, width: usize, used: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = used;
    for word in text.split_whitespace() {
        let wide = word.chars().count();
        let Some(last) = lines.last_mut() else {
            continue;
        };
        if last.is_empty() {
            last.push_str(word);
            column += wide;
        } else if column + 1 + wide <= width || word.starts_with("::") {
            last.push(' ');
            last.push_str(word);
            column += 1 + wide;
        } else {
            lines.push(word.to_owned());
            column = wide;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_on_its_line_and_gives_no_commands() {
        assert_eq!(line("a\nb\tc\r"), "a b c ");
        assert_eq!(line("\x1b[31mred\u{9b}0m"), "\u{241b}[31mred\u{fffd}0m");
        assert_eq!(line("##[add-mask]x"), "## [add-mask]x");
        assert_eq!(line("user\u{202e}nimda"), "user\u{fffd}nimda");
        assert_eq!(line("höflich 日本 👍"), "höflich 日本 👍");
    }

    #[test]
    fn marks_are_carried_over() {
        let (text, mark) = marked("##[x\x1by", 3..5);
        assert_eq!(&text[mark], "x\u{241b}");
        assert_eq!(marked("ab", 1..9), ("ab".to_owned(), 1..2));
        assert_eq!(marked("ab", 7..9), ("ab".to_owned(), 2..2));
    }

    #[test]
    fn wrapping_keeps_words() {
        assert_eq!(wrap("aa bb cc", 5, 0), ["aa bb", "cc"]);
        assert_eq!(wrap("aa bb cc", 5, 3), ["aa", "bb cc"]);
        assert_eq!(wrap("toolongword b", 5, 0), ["toolongword", "b"]);
        assert_eq!(wrap("aaaa ::error::x", 5, 0), ["aaaa ::error::x"]);
        assert_eq!(wrap("", 5, 0), [""]);
    }
}
