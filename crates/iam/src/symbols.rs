//! Texts that are not known yet but can be reasoned with. A policy in a template names resources
//! whose ARN exists only after deployment: such a name becomes one character of Unicode's private
//! plane 15, so that patterns, requests and witnesses stay plain strings and need no second kind of
//! matching. The same symbol is the same text, different symbols are different texts, and no symbol
//! equals a literal. A *hole* stands for any text at all: nothing is known of it but the reason.
//!
//! Policies that come from outside never hold these characters: reading them refuses them.

use std::collections::BTreeMap;
use std::sync::Arc;

const FIRST_SYMBOL: u32 = 0xF_0000;
const FIRST_HOLE: u32 = 0xF_8000;
const LAST: u32 = 0xF_FFFD;

/// Whether a character stands for a text that is not known yet but is always the same one.
#[must_use]
pub fn is_symbol(c: char) -> bool {
    (FIRST_SYMBOL..FIRST_HOLE).contains(&u32::from(c))
}

/// Whether a character stands for any text at all.
#[must_use]
pub fn is_hole(c: char) -> bool {
    (FIRST_HOLE..=LAST).contains(&u32::from(c))
}

/// The names of the symbols and the reasons of the holes in some policies. Only policies whose
/// symbols are of one table can be reasoned about together.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    names: Vec<Arc<str>>,
    by_name: BTreeMap<Arc<str>, char>,
    reasons: Vec<Arc<str>>,
    by_reason: BTreeMap<Arc<str>, char>,
}

impl Symbols {
    /// The character of the text with this name (`${Orders.Arn}`), always the same one. When there
    /// are more names than characters, a hole.
    pub fn symbol(&mut self, name: &str) -> char {
        if let Some(c) = self.by_name.get(name) {
            return *c;
        }
        let Some(c) = nth(FIRST_SYMBOL, self.names.len(), FIRST_HOLE - 1) else {
            return self.hole("there are too many names");
        };
        let name: Arc<str> = Arc::from(name);
        self.names.push(name.clone());
        self.by_name.insert(name, c);
        c
    }

    /// A character that stands for any text, for this reason.
    pub fn hole(&mut self, reason: &str) -> char {
        if let Some(c) = self.by_reason.get(reason) {
            return *c;
        }
        let Some(c) = nth(FIRST_HOLE, self.reasons.len(), LAST) else {
            return HOLE;
        };
        let reason: Arc<str> = Arc::from(reason);
        self.reasons.push(reason.clone());
        self.by_reason.insert(reason, c);
        c
    }

    /// The name of a symbol.
    #[must_use]
    pub fn name(&self, c: char) -> Option<&Arc<str>> {
        self.names.get(place(FIRST_SYMBOL, c)?)
    }

    /// Why a hole is not known.
    #[must_use]
    pub fn reason(&self, c: char) -> Option<&Arc<str>> {
        self.reasons.get(place(FIRST_HOLE, c)?)
    }

    /// A text for people: symbols by their names, holes as `${?}`.
    #[must_use]
    pub fn show(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        for c in text.chars() {
            match self.name(c) {
                Some(name) => shown.push_str(name),
                None if is_hole(c) => shown.push_str("${?}"),
                None => shown.push(c),
            }
        }
        shown
    }
}

/// A hole without a reason of its own.
pub const HOLE: char = '\u{FFFFD}';

fn nth(first: u32, n: usize, last: u32) -> Option<char> {
    let c = first.checked_add(u32::try_from(n).ok()?)?;
    (c <= last).then(|| char::from_u32(c)).flatten()
}

fn place(first: u32, c: char) -> Option<usize> {
    usize::try_from(u32::from(c).checked_sub(first)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_is_the_same_character() {
        let mut symbols = Symbols::default();
        let a = symbols.symbol("${A}");
        let b = symbols.symbol("${B}");
        let hole = symbols.hole("a parameter");
        assert_eq!(symbols.symbol("${A}"), a);
        assert_ne!(a, b);
        assert!(is_symbol(a) && !is_hole(a) && is_hole(hole) && !is_symbol(hole));
        assert_eq!(symbols.show(&format!("x{a}{b}{hole}")), "x${A}${B}${?}");
        assert_eq!(symbols.reason(hole).map(|r| &**r), Some("a parameter"));
    }

    #[test]
    fn too_many_names_are_holes() {
        let mut symbols = Symbols::default();
        for i in 0..40_000 {
            symbols.symbol(&i.to_string());
        }
        assert!(is_hole(symbols.symbol("one more")));
        for i in 0..40_000 {
            assert!(is_hole(symbols.hole(&i.to_string())));
        }
    }
}
