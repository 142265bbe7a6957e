//! JSON to a tree. Comments and trailing commas are tolerated, as the tools that deploy JSON
//! templates are tolerant of them; anything else that is not JSON is refused.

use crate::node::{Comment, Data, Document, Entry, Key, Node, Number, SyntaxError};
use crate::{MAX_DEPTH, MAX_NODES};
use jsonc_parser::ast::{Object, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use palisade_core::{FileId, Origin, Span};
use std::sync::Arc;

/// Reads a JSON text.
///
/// # Errors
/// The first place at which the text is not well-formed, or goes over a limit.
pub fn parse_json(file: FileId, text: &str) -> Result<Document, SyntaxError> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Separate,
        tokens: false,
    };
    let parsed = parse_to_ast(text, &collect, &options).map_err(|error| {
        let range = error.range();
        SyntaxError {
            span: Span::new(file, range.start.min(text.len()), range.end.min(text.len())),
            message: format!("not valid JSON: {}", error.kind()),
        }
    })?;
    let mut converter = Converter {
        file,
        nodes: 0,
        document: Document::default(),
    };
    let mut seen = None;
    for comment in parsed
        .comments
        .iter()
        .flat_map(|map| map.values())
        .flat_map(|list| list.iter())
    {
        let span = converter.span(comment);
        if seen != Some(span.start) {
            seen = Some(span.start);
            converter.document.comments.push(Comment {
                span,
                text: Arc::from(comment.text()),
            });
        }
    }
    converter.document.comments.sort_by_key(|c| c.span.start);
    converter.document.comments.dedup_by_key(|c| c.span.start);
    if let Some(value) = parsed.value {
        converter.document.root = converter.value(&value, 0)?;
    }
    Ok(converter.document)
}

struct Converter {
    file: FileId,
    nodes: usize,
    document: Document,
}

impl Converter {
    fn span(&self, ranged: &impl Ranged) -> Span {
        Span::new(self.file, ranged.start(), ranged.end())
    }

    fn value(&mut self, value: &Value<'_>, depth: usize) -> Result<Node, SyntaxError> {
        let span = self.span(value);
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth >= MAX_DEPTH {
            let message = if depth >= MAX_DEPTH {
                format!("nested deeper than {MAX_DEPTH} levels; refused")
            } else {
                format!("more than {MAX_NODES} values; refused")
            };
            return Err(SyntaxError { span, message });
        }
        let data = match value {
            Value::StringLit(text) => Data::String(Arc::from(text.value.as_ref())),
            Value::NumberLit(number) => Data::Number(Number {
                value: number.value.parse().unwrap_or(f64::NAN),
                text: Arc::from(number.value),
            }),
            Value::BooleanLit(bool) => Data::Bool(bool.value),
            Value::NullKeyword(_) => Data::Null,
            Value::Array(array) => Data::Seq(
                array
                    .elements
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(object) => self.object(object, depth)?,
        };
        Ok(Node::new(data, Origin::at(span)))
    }

    fn object(&mut self, object: &Object<'_>, depth: usize) -> Result<Data, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let name: Arc<str> = match &property.name {
                ObjectPropName::String(text) => Arc::from(text.value.as_ref()),
                ObjectPropName::Word(word) => Arc::from(word.value),
            };
            let span = self.span(&property.name);
            if let Some(at) = entries.iter().position(|e| e.key.name == name) {
                self.document.duplicate_keys.push((name.clone(), span));
                entries.remove(at);
            }
            entries.push(Entry {
                key: Key {
                    name,
                    origin: Origin::at(span),
                },
                value: self.value(&property.value, depth + 1)?,
            });
        }
        Ok(Data::Map(entries))
    }
}
