//! Bytes to trees: YAML and JSON become one [`Node`] type with spans, comments and tags.
//!
//! Invariants:
//! - Never panics, never recurses deeper than [`MAX_DEPTH`], never makes more than [`MAX_NODES`]
//!   nodes, whatever the input is; what goes beyond is a [`SyntaxError`] with a place.
//! - Spans lie inside the decoded text. The same text gives the same tree.
//! - Knows nothing of templates: tags are kept as they are written.

mod decode;
pub mod hcl;
mod json;
pub mod make;
mod node;
mod yaml;

pub use decode::{DecodeError, decode};
pub use json::parse_json;
pub use node::{Comment, Data, Document, Entry, Key, Node, Number, SyntaxError};
pub use yaml::parse_yaml;

/// How deep lists and maps may be nested.
pub const MAX_DEPTH: usize = 100;

/// How many nodes one document may have after its aliases are resolved.
pub const MAX_NODES: usize = 1_000_000;

/// Reads JSON when the text begins like JSON, YAML otherwise.
///
/// # Errors
/// The first place at which the text is not well-formed.
pub fn parse(file: palisade_core::FileId, text: &str) -> Result<Document, SyntaxError> {
    let start = text.trim_start().as_bytes().first().copied();
    if matches!(start, Some(b'{' | b'[')) {
        // Flow-style YAML also begins with a bracket: what strict JSON refuses gets a second
        // chance, and JSON's error is kept when both refuse.
        return parse_json(file, text).or_else(|json| parse_yaml(file, text).map_err(|_| json));
    }
    parse_yaml(file, text)
}

#[cfg(test)]
mod tests;
