//! The Markdown of rule pages for terminals: headings, paragraphs, lists, tables, code.
//!
//! It reads what the pages use, not all of Markdown; what it does not know is shown as it stands.

use crate::clean::wrap;
use crate::line::prose;
use crate::paint::Paint;

/// Columns of text: long lines are hard to read.
const WIDTH: usize = 80;

/// A page without its first heading, which repeats the rule's id.
pub(super) fn render(page: &str, paint: Paint) -> String {
    let mut writer = Writer {
        paint,
        out: String::new(),
        paragraph: String::new(),
        first: String::new(),
        rest: String::new(),
    };
    let mut fence: Option<&str> = None;
    for line in page.lines() {
        let trimmed = line.trim();
        match fence {
            Some(mark) if trimmed == mark => {
                fence = None;
                writer.out.push('\n');
            }
            Some(_) => writer.code(line),
            None => match fence_of(trimmed) {
                Some(mark) => {
                    writer.flush();
                    fence = Some(mark);
                }
                None => writer.text(line, trimmed),
            },
        }
    }
    writer.flush();
    let mut out = String::new();
    let mut blank = true;
    for line in writer.out.lines() {
        // One empty line between blocks, none at the start.
        if !(line.is_empty() && blank) {
            out.push_str(line);
            out.push('\n');
        }
        blank = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn fence_of(line: &str) -> Option<&'static str> {
    ["````", "```", "~~~"]
        .into_iter()
        .find(|mark| line.starts_with(mark))
}

struct Writer {
    paint: Paint,
    out: String,
    paragraph: String,
    /// What stands before the first line of the paragraph, and before the others.
    first: String,
    rest: String,
}

impl Writer {
    fn text(&mut self, line: &str, trimmed: &str) {
        let indent = line.len() - line.trim_start().len();
        if trimmed.is_empty() {
            self.flush();
            self.out.push('\n');
        } else if let Some(title) = heading(trimmed) {
            self.flush();
            if !trimmed.starts_with("# ") {
                let title = self.paint.bold(title);
                self.out.push_str(&format!("\n{title}\n"));
            }
        } else if let Some(marker) = list_marker(trimmed) {
            self.flush();
            let lead = " ".repeat(indent.min(8) + 2);
            self.first = format!("{lead}{marker}");
            self.rest = " ".repeat(self.first.chars().count());
            self.paragraph = trimmed[marker.len()..].to_owned();
        } else if trimmed.starts_with('|') {
            self.flush();
            self.out.push_str(&format!("  {trimmed}\n"));
        } else {
            if !self.paragraph.is_empty() {
                self.paragraph.push(' ');
            }
            self.paragraph.push_str(trimmed);
        }
    }

    fn code(&mut self, line: &str) {
        let text = self.paint.dim(line);
        self.out.push_str(&format!("    {text}\n"));
    }

    fn flush(&mut self) {
        let paragraph = links(&std::mem::take(&mut self.paragraph));
        let first = std::mem::take(&mut self.first);
        let rest = std::mem::take(&mut self.rest);
        if paragraph.trim().is_empty() {
            return;
        }
        let width = WIDTH.saturating_sub(rest.chars().count());
        let text = wrap(&paragraph, width, 0).join("\n");
        for (i, line) in inline(&text, self.paint).lines().enumerate() {
            self.out.push_str(if i == 0 { &first } else { &rest });
            self.out.push_str(line);
            self.out.push('\n');
        }
    }
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let title = text.strip_prefix(' ')?;
    (1..=6).contains(&level).then_some(title.trim())
}

/// `- `, `* ` or `1. `, as it stands.
fn list_marker(line: &str) -> Option<&str> {
    if line.starts_with("- ") || line.starts_with("* ") {
        return Some(&line[..2]);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let end = digits + 2;
    (digits > 0 && digits < 4 && line[digits..].starts_with(". ")).then(|| &line[..end])
}

/// `[text](address)` as `text (address)`, outside of code.
fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push('`');
        }
        let mut rest = part;
        if i % 2 == 0 {
            while let Some((before, name, address, after)) = link(rest) {
                out.push_str(&format!("{before}{name} ({address})"));
                rest = after;
            }
        }
        out.push_str(rest);
    }
    out
}

fn link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let end = middle + text[middle..].find(')')?;
    Some((
        &text[..start],
        &text[start + 1..middle],
        &text[middle + 2..end],
        &text[end + 1..],
    ))
}

/// Code, bold and emphasis. Without colours, code keeps its backticks.
fn inline(text: &str, paint: Paint) -> String {
    let code = |name: &str| match paint.color {
        true => by_line(name, |line| paint.code(line)),
        false => format!("`{name}`"),
    };
    prose(text, |part| emphasis(part, paint), code)
}

fn emphasis(text: &str, paint: Paint) -> String {
    let parts: Vec<&str> = text.split("**").collect();
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        match i % 2 {
            0 => out.push_str(&stars(part)),
            _ => out.push_str(&by_line(part, |line| paint.bold(line))),
        }
    }
    out
}

/// `*word*` without its stars; other stars stay.
fn stars(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('*') {
        match tail.split_once('*') {
            Some((inner, after)) if !inner.is_empty() && inner.trim() == inner => {
                out.push_str(before);
                out.push_str(inner);
                rest = after;
            }
            _ => {
                out.push_str(before);
                out.push('*');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Colours line by line, so that none runs over the edge.
fn by_line(text: &str, paint: impl Fn(&str) -> String) -> String {
    let lines: Vec<String> = text.split('\n').map(paint).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: &str) {
        assert_eq!(render(page, Paint { color: false }), expected);
    }

    #[test]
    fn blocks() {
        check(
            "# id\n\nText\nmore.\n\n\n## Why\nx",
            "Text more.\n\nWhy\nx\n",
        );
        check("- a\n  b\n- c", "  - a b\n  - c\n");
        check("12. a", "  12. a\n");
        check("```yaml\na: b\n\nc\n```\nx", "    a: b\n    \n    c\n\nx\n");
        check("| a | b |\n|---|---|", "  | a | b |\n  |---|---|\n");
    }

    #[test]
    fn inlines() {
        check("**bold** *soft* 2 * 3 `a*b*`", "bold soft 2 * 3 `a*b*`\n");
        check("see [this](https://a.b)!", "see this (https://a.b)!\n");
        check("an `open span", "an `open span\n");
    }

    #[test]
    fn odd_pages_are_shown() {
        check("", "\n");
        check("```\nnever closed", "    never closed\n");
        check("#", "#\n");
        check("](", "](\n");
    }
}
