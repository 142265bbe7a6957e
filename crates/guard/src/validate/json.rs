//! A strict reader of JSON that keeps the text: a flat list of entries that point into it.
//!
//! Two programs that read one text differently are an attack's way in, so whatever readers are known
//! to differ on is refused: duplicate members (compared after escapes are resolved), lone
//! surrogates, a byte order mark, numbers past the range of a double, anything after the value.
//! Members can be marked as dropped; what is written afterwards has every other value byte for byte.

use super::translate::{BOOL, NULL, NUMBER, STRING, Types};
use std::borrow::Cow;
use std::ops::Range;

/// What a JSON text may be like at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// Objects and arrays within one another.
    pub depth: u32,
    /// Members of one object.
    pub members: u32,
    /// Items of one array.
    pub items: u32,
    /// Bytes of one string, escapes resolved; of a name as well.
    pub string: u32,
    /// Characters of one number.
    pub number: u32,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self {
            depth: 32,
            members: 1_000,
            items: 10_000,
            string: 1 << 20,
            number: 128,
        }
    }
}

/// Why a text is not taken as JSON. It says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Encoding,
    Syntax,
    Duplicate,
    Depth,
    Members,
    Items,
    Length,
    Number,
}

/// The kinds of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    String,
    Array,
    Object,
    /// A member's name; its value follows.
    Key,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    kind: Kind,
    dropped: bool,
    /// Whether `text` is a range of the side buffer instead of the source.
    aside: bool,
    /// As written, quotes and brackets included.
    start: u32,
    end: u32,
    /// Of a string, name or number: its text. Of an object with many members: its sorted index.
    text: (u32, u32),
    /// The entry after this one and all that is inside it.
    next: u32,
    /// Members or items that are not dropped.
    count: u32,
}

/// A JSON value as a list of entries.
#[derive(Debug, Default)]
pub(super) struct Doc<'b> {
    source: &'b str,
    /// Texts that do not stand in the source as they are meant.
    aside: String,
    entries: Vec<Entry>,
    /// Keys of the objects that have many, sorted by name.
    sorted: Vec<u32>,
}

/// Objects with more members than this get a sorted index.
const FEW: u32 = 12;

/// Deeper nesting is refused whatever the limits say: reading recurses.
const MAX_DEPTH: u32 = 200;

/// `n` as an offset. Texts are held to less than 4 GiB before they get here.
fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<'b> Doc<'b> {
    /// Reads one JSON value, and nothing but that.
    pub(super) fn read(source: &'b [u8], limits: &JsonLimits) -> Result<Self, Refused> {
        if source.len() > u32::MAX as usize / 2 {
            return Err(Refused::Length);
        }
        let source = std::str::from_utf8(source).map_err(|_| Refused::Encoding)?;
        let mut reader = Reader {
            bytes: source.as_bytes(),
            at: 0,
            limits,
            doc: Self {
                source,
                entries: Vec::with_capacity(source.len() / 12 + 4),
                ..Self::default()
            },
        };
        reader.space();
        reader.value(limits.depth.min(MAX_DEPTH))?;
        reader.space();
        if reader.at < reader.bytes.len() {
            return Err(Refused::Syntax);
        }
        Ok(reader.doc)
    }

    fn entry(&self, at: u32) -> Option<&Entry> {
        self.entries.get(at as usize)
    }

    /// What stands at `at`.
    pub(super) fn kind(&self, at: u32) -> Kind {
        self.entry(at).map_or(Kind::Null, |entry| entry.kind)
    }

    /// The text of a string, name or number.
    pub(super) fn text(&self, at: u32) -> &str {
        let Some(entry) = self.entry(at) else {
            return "";
        };
        let range = entry.text.0 as usize..entry.text.1 as usize;
        let of = if entry.aside {
            &self.aside
        } else {
            self.source
        };
        of.get(range).unwrap_or("")
    }

    /// How many members or items it has.
    pub(super) fn count(&self, at: u32) -> u32 {
        self.entry(at).map_or(0, |entry| entry.count)
    }

    /// The members of an object that are not dropped: the places of name and value.
    pub(super) fn members(&self, at: u32) -> Members<'_> {
        let end = match self.entry(at) {
            Some(entry) if entry.kind == Kind::Object => entry.next,
            _ => 0,
        };
        Members {
            doc: self,
            at: at + 1,
            end,
        }
    }

    /// The items of an array.
    pub(super) fn items(&self, at: u32) -> Items<'_> {
        let end = match self.entry(at) {
            Some(entry) if entry.kind == Kind::Array => entry.next,
            _ => 0,
        };
        Items {
            doc: self,
            at: at + 1,
            end,
        }
    }

    /// The value of the member with this name.
    pub(super) fn member(&self, at: u32, name: &str) -> Option<u32> {
        let object = self.entry(at).filter(|entry| entry.kind == Kind::Object)?;
        let index = self
            .sorted
            .get(object.text.0 as usize..object.text.1 as usize)
            .unwrap_or(&[]);
        if index.is_empty() {
            return self
                .members(at)
                .find(|(key, _)| self.text(*key) == name)
                .map(|(_, value)| value);
        }
        let found = index
            .binary_search_by(|key| self.text(*key).cmp(name))
            .ok()?;
        let key = *index.get(found)?;
        (!self.entry(key)?.dropped).then_some(key + 1)
    }

    /// Takes a member out of its object.
    pub(super) fn drop_member(&mut self, object: u32, key: u32) {
        if let Some(entry) = self.entries.get_mut(key as usize)
            && !entry.dropped
        {
            entry.dropped = true;
            if let Some(object) = self.entries.get_mut(object as usize) {
                object.count = object.count.saturating_sub(1);
            }
        }
    }

    /// Writes the value without what was dropped and without white space. Names and scalars stand as
    /// they were read.
    pub(super) fn write(&self, at: u32, out: &mut String) {
        let Some(entry) = self.entry(at) else {
            return;
        };
        match entry.kind {
            Kind::Object => {
                out.push('{');
                for (i, (key, value)) in self.members(at).enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    self.write(key, out);
                    out.push(':');
                    self.write(value, out);
                }
                out.push('}');
            }
            Kind::Array => {
                out.push('[');
                for (i, item) in self.items(at).enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    self.write(item, out);
                }
                out.push(']');
            }
            _ => out.push_str(
                self.source
                    .get(entry.start as usize..entry.end as usize)
                    .unwrap_or("null"),
            ),
        }
    }

    // Making a value from parts that are not JSON text: parameters and forms.

    fn push(&mut self, kind: Kind) -> u32 {
        let at = offset(self.entries.len());
        self.entries.push(Entry {
            kind,
            dropped: false,
            aside: false,
            start: 0,
            end: 0,
            text: (0, 0),
            next: at + 1,
            count: 0,
        });
        at
    }

    fn put_aside(&mut self, kind: Kind, text: &str) {
        let start = offset(self.aside.len());
        self.aside.push_str(text);
        let end = offset(self.aside.len());
        let at = self.push(kind);
        if let Some(entry) = self.entries.get_mut(at as usize) {
            entry.aside = true;
            entry.text = (start, end);
        }
    }

    /// Adds a string.
    pub(super) fn string(&mut self, text: &str) {
        self.put_aside(Kind::String, text);
    }

    /// Adds a member's name; its value has to follow.
    pub(super) fn key(&mut self, name: &str) {
        self.put_aside(Kind::Key, name);
    }

    /// Adds a number if the text is one.
    fn number(&mut self, text: &str) -> bool {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at: 0,
            limits: &JsonLimits::default(),
            doc: Doc::default(),
        };
        let is = reader.number().is_ok() && reader.at == text.len();
        if is {
            self.put_aside(Kind::Number, text);
        }
        is
    }

    /// Adds a text as the first of these types that it can be. With `plain` a text stays a text
    /// where that is allowed.
    pub(super) fn scalar(&mut self, text: &str, types: Types, plain: bool) {
        let word = match text {
            "true" => Some(Kind::Bool(true)),
            "false" => Some(Kind::Bool(false)),
            _ => None,
        };
        if plain && types & STRING != 0 {
            self.string(text);
        } else if types & NUMBER != 0 && self.number(text) {
        } else if let Some(word) = word.filter(|_| types & BOOL != 0) {
            self.push(word);
        } else if text.is_empty() && types & NULL != 0 && types & STRING == 0 {
            self.push(Kind::Null);
        } else {
            self.string(text);
        }
    }

    /// Adds a copy of another value.
    pub(super) fn embed(&mut self, other: &Doc<'_>, at: u32) -> Result<(), Refused> {
        match other.kind(at) {
            Kind::Number => self.put_aside(Kind::Number, other.text(at)),
            Kind::String => self.string(other.text(at)),
            Kind::Key => self.key(other.text(at)),
            Kind::Array => {
                let array = self.open(Kind::Array);
                for item in other.items(at) {
                    self.embed(other, item)?;
                }
                self.close(array, other.count(at))?;
            }
            Kind::Object => {
                let object = self.open(Kind::Object);
                for (key, value) in other.members(at) {
                    self.embed(other, key)?;
                    self.embed(other, value)?;
                }
                self.close(object, other.count(at))?;
            }
            kind => {
                self.push(kind);
            }
        }
        Ok(())
    }

    /// Begins an array or object; everything until `close` is inside it.
    pub(super) fn open(&mut self, kind: Kind) -> u32 {
        self.push(kind)
    }

    /// Ends an array or object that has `count` items or members.
    pub(super) fn close(&mut self, at: u32, count: u32) -> Result<(), Refused> {
        let next = offset(self.entries.len());
        let Some(entry) = self.entries.get_mut(at as usize) else {
            return Ok(());
        };
        entry.next = next;
        entry.count = count;
        if entry.kind == Kind::Object {
            self.index(at, count)?;
        }
        Ok(())
    }

    /// Refuses names that stand twice, and sorts the names of a large object.
    fn index(&mut self, at: u32, count: u32) -> Result<(), Refused> {
        if count <= FEW {
            for (i, (key, _)) in self.members(at).enumerate() {
                let name = self.text(key);
                if self
                    .members(at)
                    .take(i)
                    .any(|(other, _)| self.text(other) == name)
                {
                    return Err(Refused::Duplicate);
                }
            }
            return Ok(());
        }
        let mut keys: Vec<u32> = self.members(at).map(|(key, _)| key).collect();
        keys.sort_unstable_by(|a, b| self.text(*a).cmp(self.text(*b)));
        if keys
            .windows(2)
            .any(|pair| self.text(pair[0]) == self.text(pair[1]))
        {
            return Err(Refused::Duplicate);
        }
        let start = offset(self.sorted.len());
        self.sorted.append(&mut keys);
        let end = offset(self.sorted.len());
        if let Some(entry) = self.entries.get_mut(at as usize) {
            entry.text = (start, end);
        }
        Ok(())
    }
}

/// Goes over the members of an object.
#[derive(Clone, Debug)]
pub(super) struct Members<'d> {
    doc: &'d Doc<'d>,
    at: u32,
    end: u32,
}

impl Iterator for Members<'_> {
    type Item = (u32, u32);

    fn next(&mut self) -> Option<(u32, u32)> {
        while self.at < self.end {
            let key = self.at;
            self.at = self.doc.entry(key + 1)?.next;
            if !self.doc.entry(key)?.dropped {
                return Some((key, key + 1));
            }
        }
        None
    }
}

/// Goes over the items of an array.
#[derive(Clone, Debug)]
pub(super) struct Items<'d> {
    doc: &'d Doc<'d>,
    at: u32,
    end: u32,
}

impl Iterator for Items<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        (self.at < self.end).then(|| {
            let at = self.at;
            self.at = self.doc.entry(at).map_or(self.end, |entry| entry.next);
            at
        })
    }
}

struct Reader<'b, 'l> {
    bytes: &'b [u8],
    at: usize,
    limits: &'l JsonLimits,
    doc: Doc<'b>,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Refused> {
        if self.peek() != Some(byte) {
            return Err(Refused::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// Sets where the entry at `at` stands in the source, from `start` to here.
    fn place(&mut self, at: u32, start: usize) {
        let end = offset(self.at);
        if let Some(entry) = self.doc.entries.get_mut(at as usize) {
            entry.start = offset(start);
            entry.end = end;
        }
    }

    fn value(&mut self, depth: u32) -> Result<(), Refused> {
        match self.peek().ok_or(Refused::Syntax)? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string(Kind::String),
            b't' => self.word("true", Kind::Bool(true)),
            b'f' => self.word("false", Kind::Bool(false)),
            b'n' => self.word("null", Kind::Null),
            b'-' | b'0'..=b'9' => {
                let range = self.number()?;
                let at = self.doc.push(Kind::Number);
                self.place(at, range.start);
                if let Some(entry) = self.doc.entries.last_mut() {
                    entry.text = (entry.start, entry.end);
                }
                Ok(())
            }
            _ => Err(Refused::Syntax),
        }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), Refused> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(Refused::Syntax);
        }
        let start = self.at;
        self.at += word.len();
        let at = self.doc.push(kind);
        self.place(at, start);
        Ok(())
    }

    fn object(&mut self, depth: u32) -> Result<(), Refused> {
        let depth = depth.checked_sub(1).ok_or(Refused::Depth)?;
        let start = self.at;
        let object = self.doc.open(Kind::Object);
        let mut count = 0;
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                count += 1;
                if count > self.limits.members {
                    return Err(Refused::Members);
                }
                self.string(Kind::Key)?;
                self.space();
                self.expect(b':')?;
                self.space();
                self.value(depth)?;
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    _ => break self.expect(b'}')?,
                }
                self.space();
            }
        }
        self.place(object, start);
        self.doc.close(object, count)
    }

    fn array(&mut self, depth: u32) -> Result<(), Refused> {
        let depth = depth.checked_sub(1).ok_or(Refused::Depth)?;
        let start = self.at;
        let array = self.doc.open(Kind::Array);
        let mut count = 0;
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                count += 1;
                if count > self.limits.items {
                    return Err(Refused::Items);
                }
                self.value(depth)?;
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    _ => break self.expect(b']')?,
                }
                self.space();
            }
        }
        self.place(array, start);
        self.doc.close(array, count)
    }

    fn string(&mut self, kind: Kind) -> Result<(), Refused> {
        let start = self.at;
        self.expect(b'"')?;
        let text = loop {
            match self.peek() {
                Some(b'"') => {
                    break (false, offset(start + 1), offset(self.at));
                }
                Some(b'\\') => break self.escaped(start + 1)?,
                Some(0x20..) => self.at += 1,
                _ => return Err(Refused::Syntax),
            }
        };
        self.at += 1;
        if text.2 - text.1 > self.limits.string {
            return Err(Refused::Length);
        }
        let at = self.doc.push(kind);
        self.place(at, start);
        if let Some(entry) = self.doc.entries.last_mut() {
            entry.aside = text.0;
            entry.text = (text.1, text.2);
        }
        Ok(())
    }

    /// Resolves the escapes of a string whose text begins at `start`; stops at its closing quote.
    fn escaped(&mut self, start: usize) -> Result<(bool, u32, u32), Refused> {
        let begin = offset(self.doc.aside.len());
        // Runs between escapes are whole characters: they end before an ASCII byte.
        let mut run = start;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.take_run(run);
                    return Ok((true, begin, offset(self.doc.aside.len())));
                }
                Some(b'\\') => {
                    self.take_run(run);
                    self.at += 1;
                    let escape = self.peek().ok_or(Refused::Syntax)?;
                    self.at += 1;
                    let character = match escape {
                        b'"' | b'\\' | b'/' => char::from(escape),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => self.code_point()?,
                        _ => return Err(Refused::Syntax),
                    };
                    self.doc.aside.push(character);
                    run = self.at;
                }
                Some(0x20..) => self.at += 1,
                _ => return Err(Refused::Syntax),
            }
        }
    }

    fn take_run(&mut self, from: usize) {
        self.doc
            .aside
            .push_str(self.doc.source.get(from..self.at).unwrap_or(""));
    }

    fn code_point(&mut self) -> Result<char, Refused> {
        let high = self.hex()?;
        if !(0xD800..0xE000).contains(&high) {
            return char::from_u32(high).ok_or(Refused::Syntax);
        }
        self.expect(b'\\')?;
        self.expect(b'u')?;
        let low = self.hex()?;
        // A lone surrogate is no text; readers differ on what they make of it.
        if high >= 0xDC00 || !(0xDC00..0xE000).contains(&low) {
            return Err(Refused::Syntax);
        }
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).ok_or(Refused::Syntax)
    }

    fn hex(&mut self) -> Result<u32, Refused> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let digits = digits.ok_or(Refused::Syntax)?;
        self.at += 4;
        digits.iter().try_fold(0, |value, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(Refused::Syntax)?;
            Ok(value << 4 | digit)
        })
    }

    fn digits(&mut self) -> Result<(), Refused> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        (self.at > start).then_some(()).ok_or(Refused::Syntax)
    }

    fn number(&mut self) -> Result<Range<usize>, Refused> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if exponent {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.at - start > self.limits.number as usize {
            return Err(Refused::Number);
        }
        // Without an exponent only a number of more than 308 digits leaves the range of a double.
        if exponent || self.at - start > 300 {
            let text = self.bytes.get(start..self.at).unwrap_or_default();
            let value: f64 = std::str::from_utf8(text)
                .ok()
                .and_then(|text| text.parse().ok())
                .unwrap_or(f64::INFINITY);
            if !value.is_finite() {
                return Err(Refused::Number);
            }
        }
        Ok(start..self.at)
    }
}

/// The value that `at` stands for, for messages and rare comparisons.
pub(super) fn to_value(doc: &Doc<'_>, at: u32) -> serde_json::Value {
    use serde_json::Value;
    match doc.kind(at) {
        Kind::Null => Value::Null,
        Kind::Bool(is) => Value::Bool(is),
        Kind::Number => Value::Number(to_number(doc.text(at)).into_owned()),
        Kind::String | Kind::Key => Value::String(doc.text(at).to_owned()),
        Kind::Array => doc.items(at).map(|item| to_value(doc, item)).collect(),
        Kind::Object => doc
            .members(at)
            .map(|(key, value)| (doc.text(key).to_owned(), to_value(doc, value)))
            .collect(),
    }
}

/// The nearest number that `serde_json` has.
pub(super) fn to_number(text: &str) -> Cow<'static, serde_json::Number> {
    let number = if let Ok(number) = text.parse::<u64>() {
        number.into()
    } else if let Ok(number) = text.parse::<i64>() {
        number.into()
    } else {
        let value = text.parse().ok().and_then(serde_json::Number::from_f64);
        value.unwrap_or_else(|| 0.into())
    };
    Cow::Owned(number)
}
