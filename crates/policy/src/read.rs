//! Reads TOML into typed values and gathers every mistake with its place, instead of stopping at
//! the first one: whoever mends a configuration wants to see all of it at once.
//!
//! All of Palisade's files that people write are read with it; [`Reader`] keeps the mistakes, the
//! readers of the single files say what is known and what it means.
//!
//! Must never panic, and must never let an unknown key pass: a misspelt key that is ignored is a
//! control that someone believes to be on.

pub use crate::error::did_you_mean;

use crate::error::ConfigError;
use palisade_core::{Date, Severity};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// A table with its place and what it is called in messages.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a, 't> {
    /// What is in it.
    pub entries: &'a DeTable<'t>,
    /// The byte at which it begins.
    pub start: usize,
}

impl<'a, 't> Table<'a, 't> {
    /// What stands under a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<&'a Value<'t>> {
        self.entries.get(key)
    }
}

/// The whole text as a table.
#[must_use]
pub fn root_table<'a, 't>(root: &'a Spanned<DeTable<'t>>) -> Table<'a, 't> {
    Table {
        entries: root.get_ref(),
        start: 0,
    }
}

/// A whole number that is not negative, as TOML has it: up to 2^63 - 1.
#[must_use]
pub fn integer(value: &Value<'_>) -> Option<u64> {
    let number = value.get_ref().as_integer()?;
    let number = u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()?;
    i64::try_from(number).is_ok().then_some(number)
}

/// One of a few words.
pub fn word<'t, T: Copy>(
    reader: &mut Reader<'t>,
    value: &Value<'t>,
    text: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let all: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let help = did_you_mean(text, words.iter().map(|(word, _)| *word));
        let message = format!("`{text}` is not one of {}", all.join(", "));
        reader.error(value.span(), message, help);
    }
    found.map(|(_, value)| *value)
}

/// One text that is being read, with the mistakes found so far.
#[derive(Debug)]
pub struct Reader<'t> {
    file: Arc<str>,
    text: &'t str,
    errors: Vec<(usize, ConfigError)>,
}

impl<'t> Reader<'t> {
    /// Nobody reads more mistakes than this, and a hostile file must not buy work with them.
    const MOST: usize = 200;

    /// Begins with a text; the file is named as messages should name it.
    #[must_use]
    pub fn new(file: &str, text: &'t str) -> Self {
        Self {
            file: Arc::from(file),
            text,
            errors: Vec::new(),
        }
    }

    /// The whole text as a table; nothing when it is not TOML.
    pub fn parse(&mut self) -> Option<Spanned<DeTable<'t>>> {
        let text = self.text;
        match DeTable::parse(text) {
            Ok(table) => Some(table),
            Err(error) => {
                let at = error.span().unwrap_or_default();
                let message = error.message().lines().next().unwrap_or("not valid TOML");
                self.error(at, message.to_owned(), None);
                None
            }
        }
    }

    /// Tells a mistake, and where it can, what to write instead.
    pub fn error(&mut self, at: Range<usize>, message: impl Into<String>, help: Option<String>) {
        if !self.full() {
            let error = ConfigError::at(&self.file, self.text, at.start, message, help);
            self.errors.push((at.start, error));
        }
    }

    /// How many mistakes were found so far: what was read without one is as it was meant.
    #[must_use]
    pub fn mistakes(&self) -> usize {
        self.errors.len()
    }

    /// Whether further mistakes are no longer told: what is costly to check need not be.
    #[must_use]
    pub fn full(&self) -> bool {
        self.errors.len() >= Self::MOST
    }

    /// The value, or all mistakes in the order of their places.
    ///
    /// # Errors
    /// When there are mistakes, or there is no value.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        self.errors.sort_by_key(|(at, _)| *at);
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors.into_iter().map(|(_, error)| error).collect()),
        }
    }

    /// Line and column of a place, for what keeps it.
    #[must_use]
    pub fn place(&self, at: usize) -> (u32, u32) {
        let error = ConfigError::at(&self.file, self.text, at, "", None);
        (error.line(), error.column())
    }

    /// Reports every key that is not one of `known`.
    pub fn keys(&mut self, table: Table<'_, 't>, known: &[&str]) {
        for key in table.entries.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let help = did_you_mean(name, known.iter().copied());
                self.error(key.span(), format!("unknown key `{name}`"), help);
            }
        }
    }

    /// Tells that a value is of a type that it must not be.
    pub fn wrong(&mut self, value: &Value<'_>, name: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        self.error(
            value.span(),
            format!("`{name}` must be {wanted}, not a TOML {found}"),
            None,
        );
    }

    /// A table; `name` is what messages call it.
    pub fn table<'a>(&mut self, value: &'a Value<'t>, name: &str) -> Option<Table<'a, 't>> {
        let table = value.get_ref().as_table().map(|entries| Table {
            entries,
            start: value.span().start,
        });
        if table.is_none() {
            self.wrong(value, name, "a table");
        }
        table
    }

    /// A list.
    pub fn list<'a>(&mut self, value: &'a Value<'t>, name: &str) -> &'a [Value<'t>] {
        let Some(list) = value.get_ref().as_array() else {
            self.wrong(value, name, "a list");
            return &[];
        };
        list
    }

    /// A text that is not blank.
    pub fn text(&mut self, value: &Value<'t>, name: &str) -> Option<String> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, name, "a text");
            return None;
        };
        if text.trim().is_empty() {
            self.error(value.span(), format!("`{name}` is empty"), None);
            return None;
        }
        Some(text.trim().to_owned())
    }

    /// The text under a key that must be there.
    pub fn required_text(&mut self, table: Table<'_, 't>, name: &str) -> Option<String> {
        let Some(value) = table.get(name) else {
            self.missing(table, name);
            return None;
        };
        self.text(value, name)
    }

    /// The text under a key that need not be there.
    pub fn optional_text(&mut self, table: Table<'_, 't>, name: &str) -> Option<String> {
        table.get(name).and_then(|value| self.text(value, name))
    }

    /// Tells that a key is missing that must be there.
    pub fn missing(&mut self, table: Table<'_, 't>, name: &str) {
        self.error(
            table.start..table.start,
            format!("`{name}` is missing"),
            None,
        );
    }

    /// True or false.
    pub fn truth(&mut self, value: &Value<'t>, name: &str) -> Option<bool> {
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.wrong(value, name, "true or false");
        }
        truth
    }

    /// A list of texts.
    pub fn texts(&mut self, value: &Value<'t>, name: &str) -> Vec<String> {
        self.spanned_texts(value, name)
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    /// A list of texts with their places.
    pub fn spanned_texts(&mut self, value: &Value<'t>, name: &str) -> Vec<(String, Range<usize>)> {
        self.list(value, name)
            .iter()
            .filter_map(|item| Some((self.text(item, name)?, item.span())))
            .collect()
    }

    /// A whole number of 32 bits.
    pub fn number(&mut self, value: &Value<'t>, name: &str) -> Option<u32> {
        let number = integer(value).and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.wrong(value, name, "a whole number from 0 to 4294967295");
        }
        number
    }

    /// A severity.
    pub fn severity(&mut self, value: &Value<'t>, name: &str) -> Option<Severity> {
        let text = self.text(value, name)?;
        match text.parse() {
            Ok(severity) => Some(severity),
            Err(error) => {
                let help = did_you_mean(&text, Severity::ALL.iter().map(|s| s.as_str()));
                self.error(value.span(), format!("{error}"), help);
                None
            }
        }
    }

    /// A day, written as a TOML date or as a text.
    pub fn date(&mut self, value: &Value<'t>, name: &str) -> Option<Date> {
        let date = match value.get_ref() {
            DeValue::Datetime(at) if at.time.is_none() => {
                at.date.and_then(|d| Date::new(d.year, d.month, d.day))
            }
            DeValue::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if date.is_none() {
            self.wrong(value, name, "a date such as 2027-01-01");
        }
        date
    }

    /// A table of texts; numbers and truth values become the text that they are written as.
    pub fn scalars(&mut self, value: &Value<'t>, name: &str) -> BTreeMap<String, String> {
        let Some(table) = self.table(value, name) else {
            return BTreeMap::new();
        };
        let mut texts = BTreeMap::new();
        for (key, value) in table.entries {
            let text = match value.get_ref() {
                DeValue::String(text) => text.as_ref().to_owned(),
                DeValue::Integer(number) => number.as_str().to_owned(),
                DeValue::Float(number) => number.as_str().to_owned(),
                DeValue::Boolean(truth) => truth.to_string(),
                DeValue::Datetime(at) => at.to_string(),
                DeValue::Array(_) | DeValue::Table(_) => {
                    self.wrong(value, key.get_ref(), "a text, a number or true or false");
                    continue;
                }
            };
            texts.insert(key.get_ref().as_ref().to_owned(), text);
        }
        texts
    }
}
