//! Single values of `guard.toml`: times, sizes, lists, names that refer to other tables.

use crate::config::network::Network;
use crate::config::units;
use crate::config::url::Url;
use palisade_policy::read::{Reader, Table, Value, did_you_mean, integer, word};
use std::collections::BTreeSet;
use std::ops::Range;

/// A text with its place.
pub(super) type Spanned = (String, Range<usize>);

/// The place of a key's value, or of the table when it does not have the key.
pub(in crate::config) fn place(table: Table<'_, '_>, key: &str) -> Range<usize> {
    match table.get(key) {
        Some(value) => value.span(),
        None => table.start..table.start,
    }
}

/// What a name consists of: it stands in records and in other tables.
pub(super) fn is_name(text: &str) -> bool {
    let proper = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !text.is_empty() && text.len() <= 64 && text.bytes().all(proper)
}

const NAME: &str = "a name consists of letters, digits, `-`, `_` and `.`, at most 64 of them";

/// A name under a key that must be there.
pub(super) fn name<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> String {
    let name = reader.required_text(table, key).unwrap_or_default();
    if !name.is_empty() && !is_name(&name) {
        let message = format!("`{key}` is not a name");
        reader.error(place(table, key), message, Some(NAME.to_owned()));
    }
    name
}

/// A text under a key that must be there.
pub(super) fn text<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> String {
    reader.required_text(table, key).unwrap_or_default()
}

/// The tables in the table under a key, by their names.
pub(super) fn named<'a, 't>(
    reader: &mut Reader<'t>,
    root: Table<'a, 't>,
    key: &str,
) -> Vec<(String, Table<'a, 't>)> {
    let Some(tables) = root.get(key).and_then(|value| reader.table(value, key)) else {
        return Vec::new();
    };
    let mut named = Vec::new();
    for (name, value) in tables.entries {
        let at = name.span();
        let name: &str = name.get_ref();
        if !is_name(name) {
            reader.error(at, format!("`{name}` is not a name"), Some(NAME.to_owned()));
        }
        if let Some(table) = reader.table(value, name) {
            named.push((name.to_owned(), table));
        }
    }
    named
}

/// A table of tables or lists under a key that need not be there.
pub(super) fn inner<'a, 't>(
    reader: &mut Reader<'t>,
    table: Table<'a, 't>,
    key: &str,
) -> Option<Table<'a, 't>> {
    reader.table(table.get(key)?, key)
}

/// True or false; false when nothing is said.
pub(super) fn truth<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> bool {
    let value = table.get(key);
    value
        .and_then(|value| reader.truth(value, key))
        .unwrap_or_default()
}

/// One of a few words; the first when nothing is said.
pub(super) fn choice<'t, T: Copy>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let Some(value) = table.get(key) else {
        return words.first().map(|(_, first)| *first);
    };
    let text = reader.text(value, key)?;
    word(reader, value, &text, words)
}

/// A list of texts with their places, empty when nothing is said; none of them twice.
pub(super) fn list<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> Vec<Spanned> {
    let Some(value) = table.get(key) else {
        return Vec::new();
    };
    let list = reader.spanned_texts(value, key);
    let mut seen = BTreeSet::new();
    for (text, at) in &list {
        if !seen.insert(text.as_str()) {
            reader.error(at.clone(), format!("`{text}` is in `{key}` twice"), None);
        }
    }
    list
}

/// The same without places.
pub(super) fn texts<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> Vec<String> {
    let list = list(reader, table, key);
    list.into_iter().map(|(text, _)| text).collect()
}

/// A list that must be there and have something in it.
pub(super) fn some<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> Vec<Spanned> {
    match table.get(key) {
        None => reader.missing(table, key),
        Some(value)
            if value
                .get_ref()
                .as_array()
                .is_some_and(|list| list.is_empty()) =>
        {
            reader.error(value.span(), format!("`{key}` is empty"), None);
        }
        Some(_) => {}
    }
    list(reader, table, key)
}

/// A list whose texts must be of a form, which `wanted` describes.
pub(super) fn checked<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
    wanted: &str,
    is: impl Fn(&str) -> bool,
) -> Vec<String> {
    let list = list(reader, table, key);
    all(reader, list, wanted, is)
}

/// Tells which of the texts are not of a form.
pub(super) fn all(
    reader: &mut Reader<'_>,
    list: Vec<Spanned>,
    wanted: &str,
    is: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut texts = Vec::with_capacity(list.len());
    for (text, at) in list {
        if !is(&text) {
            reader.error(at, format!("`{text}` is not {wanted}"), None);
        }
        texts.push(text);
    }
    texts
}

/// A whole number from `least` on.
pub(super) fn number<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
    least: u32,
) -> Option<u32> {
    let value = table.get(key)?;
    let number = reader.number(value, key)?;
    if number < least {
        let message = format!("`{key}` must be at least {least}");
        reader.error(value.span(), message, None);
    }
    Some(number)
}

/// A whole number from 1 on that may be large.
pub(super) fn count<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> Option<u64> {
    let value = table.get(key)?;
    let number = integer(value).filter(|number| *number > 0);
    if number.is_none() {
        let message = format!("`{key}` must be a whole number from 1 on");
        reader.error(value.span(), message, None);
    }
    number
}

/// Bytes: a number, or a text with a unit.
pub(super) fn size<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> Option<u64> {
    let value = table.get(key)?;
    let bytes = match value.get_ref().as_str() {
        Some(text) => units::size(text.trim()),
        None => integer(value),
    };
    if bytes.is_none() {
        let message = format!("`{key}` must be a size such as \"64 KiB\" or \"1 MiB\"");
        let help = "units are B, KiB, MiB and GiB; a number without one is bytes";
        reader.error(value.span(), message, Some(help.to_owned()));
    }
    bytes
}

/// A time between two others, in milliseconds.
fn time<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
    [least, most]: [&str; 2],
) -> Option<u64> {
    let value = table.get(key)?;
    let time = value.get_ref().as_str();
    let Some(time) = time.and_then(|text| units::duration(text.trim())) else {
        let message = format!("`{key}` must be a time such as \"30s\"");
        let help = "units are ms, s, min, h and d";
        reader.error(value.span(), message, Some(help.to_owned()));
        return None;
    };
    let from = |text| units::duration(text).unwrap_or_default();
    if time < from(least) || time > from(most) {
        let message = format!("`{key}` must be from {least} to {most}");
        reader.error(value.span(), message, None);
    }
    Some(time)
}

/// A time in milliseconds.
pub(super) fn milliseconds<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
    range: [&str; 2],
) -> Option<u32> {
    u32::try_from(time(reader, table, key, range)?).ok()
}

/// A time in whole seconds.
pub(super) fn seconds<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
    range: [&str; 2],
) -> Option<u32> {
    let time = time(reader, table, key, range)?;
    if !time.is_multiple_of(1_000) {
        let message = format!("`{key}` must be whole seconds");
        reader.error(place(table, key), message, None);
    }
    u32::try_from(time / 1_000).ok()
}

/// Networks.
pub(super) fn networks<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    key: &str,
) -> Vec<Network> {
    let mut networks = Vec::new();
    for (text, at) in list(reader, table, key) {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(error) => {
                let help = "write `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`";
                let message = format!("`{text}`: {error}");
                reader.error(at, message, Some(help.to_owned()));
            }
        }
    }
    networks
}

/// The name of a header field, in lower case.
pub(super) fn header(reader: &mut Reader<'_>, text: &str, at: Range<usize>) -> String {
    let proper = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if !text.bytes().all(proper) {
        let message = format!("`{text}` is not the name of a header field");
        reader.error(at, message, None);
    }
    text.to_ascii_lowercase()
}

/// Sees to it that a URL is one, and that it is encrypted unless it leads to this machine.
pub(super) fn safe_url(reader: &mut Reader<'_>, key: &str, text: &str, at: Range<usize>) {
    let (message, help) = match Url::parse(text) {
        Some(url) if url.is_safe() => return,
        Some(_) => (
            format!("`{key}` must begin with `https://`"),
            "plain http is only for this machine",
        ),
        None => (
            format!("`{key}` is not a URL"),
            "write one such as `https://login.example.com`, without user and fragment",
        ),
    };
    reader.error(at, message, Some(help.to_owned()));
}

/// The tables that others refer to, and which of them were referred to.
pub(super) struct Names<'a, 't> {
    root: Table<'a, 't>,
    used: BTreeSet<(&'static str, String)>,
}

impl<'a, 't> Names<'a, 't> {
    pub(super) fn new(root: Table<'a, 't>) -> Self {
        Self {
            root,
            used: BTreeSet::new(),
        }
    }

    fn table(&self, kind: &str) -> Option<&'a toml::de::DeTable<'t>> {
        self.root.get(kind).map(Value::get_ref)?.as_table()
    }

    /// Tells when there is no table of that name; `kind` is what the table of tables is called.
    pub(super) fn refer(
        &mut self,
        reader: &mut Reader<'t>,
        kind: &'static str,
        name: &str,
        at: Range<usize>,
    ) {
        let table = self.table(kind);
        if table.is_some_and(|table| table.get(name).is_some()) {
            self.used.insert((kind, name.to_owned()));
        } else if !reader.full() {
            let names = table.into_iter().flat_map(|table| table.keys());
            let help = did_you_mean(name, names.map(|name| name.get_ref().as_ref()));
            reader.error(at, format!("there is no `[{kind}.{name}]`"), help);
        }
    }

    /// Marks a table that need not be there.
    pub(super) fn mention(&mut self, kind: &'static str, name: &str) {
        self.used.insert((kind, name.to_owned()));
    }

    /// Tells of tables that nothing refers to: somebody believes that they do something.
    pub(super) fn unused(&self, reader: &mut Reader<'t>, kinds: &[&'static str]) {
        for kind in kinds {
            for name in self.table(kind).into_iter().flat_map(|table| table.keys()) {
                let at = name.span();
                let name: &str = name.get_ref();
                if !self.used.contains(&(*kind, name.to_owned())) {
                    let used = self.used.iter().filter(|(other, _)| other == kind);
                    let near = used.map(|(_, name)| name.as_str());
                    let near = (*kind == "functions" && !reader.full())
                        .then(|| did_you_mean(name, near))
                        .flatten();
                    let help = near.unwrap_or_else(|| "name it there, or remove it".to_owned());
                    let message = format!("no route or source uses `[{kind}.{name}]`");
                    reader.error(at, message, Some(help));
                }
            }
        }
    }
}
