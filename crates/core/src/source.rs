//! Places in texts: byte spans while we work, line and column when we speak.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One decoded text of a [`Sources`] table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// No text: the place of what nobody wrote.
    pub const NONE: Self = Self(u32::MAX);
}

/// A byte range of one decoded text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the range is of.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`; offsets past 4 GiB saturate.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            file,
            start: clip(start),
            end: clip(end.max(start)),
        }
    }

    /// The range as indices.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place as people and other programs read it. Lines and columns count from 1, columns in
/// characters; `end_column` is one past the last character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// Path relative to the scanned root, with forward slashes.
    pub file: Arc<str>,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// One past the last column.
    pub end_column: u32,
}

/// The source lines around a place, for reports that show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Number of the first line of `text`.
    pub first_line: u32,
    /// Whole lines, the last without its line break.
    pub text: String,
    /// Byte range of the place within `text`.
    pub mark: std::ops::Range<usize>,
}

#[derive(Clone, Debug)]
struct Source {
    path: Arc<str>,
    text: Arc<str>,
    line_starts: Vec<u32>,
}

/// The texts that an application was read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Longest line that an excerpt shows, in bytes; a minified file must not flood a terminal.
    const MAX_LINE: usize = 240;

    /// Adds a decoded text and gives its id.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(
            text.match_indices('\n')
                .map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX)),
        );
        self.files.push(Source {
            path: path.into(),
            text,
            line_starts,
        });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The path that `file` was added under.
    #[must_use]
    pub fn path(&self, file: FileId) -> Arc<str> {
        self.files
            .get(file.0 as usize)
            .map_or_else(|| Arc::from(""), |s| s.path.clone())
    }

    /// The decoded text of `file`.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |s| &s.text)
    }

    /// Every file in the order of its addition.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Arc<str>)> {
        (0..).map(FileId).zip(self.files.iter().map(|s| &s.path))
    }

    /// Line and column of a span.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let Some(source) = self.files.get(span.file.0 as usize) else {
            return Location {
                file: Arc::from(""),
                line: 1,
                column: 1,
                end_line: 1,
                end_column: 1,
            };
        };
        let (line, column) = source.line_column(span.start as usize);
        let (end_line, end_column) = source.line_column(span.end as usize);
        Location {
            file: source.path.clone(),
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// The line number (from 1) of the span's first byte.
    #[must_use]
    pub fn line(&self, span: Span) -> u32 {
        self.location(span).line
    }

    /// The first line that a span touches, cut to a readable length around the span. What the
    /// spans in `secrets` cover is not shown.
    #[must_use]
    pub fn excerpt(&self, span: Span, secrets: &[Span]) -> Excerpt {
        let location = self.location(span);
        let text = self.text(span.file);
        let start = floor_char(text, span.start as usize);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line_end = line_start + text[line_start..line_end].trim_end().len();
        let mark_end = (span.end as usize).clamp(start, line_end.max(start));
        let (mut from, mut to) = (line_start, line_end.max(line_start));
        if to - from > Self::MAX_LINE {
            from = floor_char(text, start.saturating_sub(40).max(line_start));
            to = floor_char(text, (from + Self::MAX_LINE).min(to));
        }
        let mark_end = floor_char(text, mark_end.min(to)).max(from);
        let start = start.clamp(from, mark_end);
        let near: Vec<std::ops::Range<usize>> = secrets
            .iter()
            .filter(|secret| secret.file == span.file)
            .map(|secret| secret.range())
            .filter(|secret| secret.start < to && secret.end > from)
            .collect();
        let mut shown = String::with_capacity(to - from);
        let mut mark = (None, None);
        for (offset, letter) in text[from..to].char_indices() {
            let at = from + offset;
            if at >= start && mark.0.is_none() {
                mark.0 = Some(shown.len());
            }
            if at >= mark_end && mark.1.is_none() {
                mark.1 = Some(shown.len());
            }
            let hidden = near.iter().any(|secret| secret.contains(&at));
            shown.push(if hidden { '*' } else { letter });
        }
        let begin = mark.0.unwrap_or(shown.len());
        Excerpt {
            first_line: location.line,
            mark: begin..mark.1.unwrap_or(shown.len()),
            text: shown,
        }
    }
}

impl Source {
    fn line_column(&self, offset: usize) -> (u32, u32) {
        let offset = floor_char(&self.text, offset);
        let line = self
            .line_starts
            .partition_point(|s| *s as usize <= offset)
            .max(1);
        let start = self.line_starts[line - 1] as usize;
        let column = self.text[start..offset].chars().count() + 1;
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (clip(line), clip(column))
    }
}

fn floor_char(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("t.yaml", "a: ä\r\nb: xyz\n");
        let text = sources.text(file).to_owned();
        let at = text.find("xyz").unwrap();
        let location = sources.location(Span::new(file, at, at + 3));
        assert_eq!((location.line, location.column), (2, 4));
        assert_eq!((location.end_line, location.end_column), (2, 7));
        let excerpt = sources.excerpt(Span::new(file, at, at + 3), &[]);
        assert_eq!(excerpt.text, "b: xyz");
        assert_eq!(&excerpt.text[excerpt.mark], "xyz");
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut sources = Sources::default();
        let file = sources.add("t.yaml", "KEY: ßecret # x\n");
        let secret = Span::new(file, 5, 12);
        let excerpt = sources.excerpt(Span::new(file, 0, 3), &[secret]);
        assert_eq!(excerpt.text, "KEY: ****** # x");
        assert_eq!(&excerpt.text[excerpt.mark], "KEY");
        let excerpt = sources.excerpt(secret, &[secret]);
        assert_eq!(&excerpt.text[excerpt.mark], "******");
    }

    #[test]
    fn spans_outside_the_text_are_clamped() {
        let mut sources = Sources::default();
        let file = sources.add("t", "ä");
        let location = sources.location(Span::new(file, 1, 99));
        assert_eq!((location.line, location.column), (1, 1));
        assert_eq!(sources.excerpt(Span::new(file, 50, 99), &[]).text, "ä");
        assert_eq!(sources.location(Span::default()).line, 1);
    }
}
