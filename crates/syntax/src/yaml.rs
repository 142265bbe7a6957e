//! YAML events to a tree. Aliases are resolved by copying, under the node budget; merge keys
//! (`<<`) are applied; scalars are typed as YAML 1.1 does, which is what `CloudFormation` reads.

use crate::node::{Comment, Data, Document, Entry, Key, Node, Number, SyntaxError};
use crate::{MAX_DEPTH, MAX_NODES};
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use palisade_core::{FileId, Origin, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads the first document of a YAML text.
///
/// # Errors
/// The first place at which the text is not well-formed, or goes over a limit.
pub fn parse_yaml(file: FileId, text: &str) -> Result<Document, SyntaxError> {
    Builder {
        file,
        text,
        len: text.len(),
        stack: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
        document: Document::default(),
    }
    .run()
}

/// A list or map that is still open.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, in a map.
    key: Option<Key>,
    /// The values of `<<` keys, applied when the map closes.
    merges: Vec<Node>,
}

struct Builder<'t> {
    file: FileId,
    text: &'t str,
    len: usize,
    stack: Vec<Open>,
    /// Anchored nodes with their sizes.
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    document: Document,
}

impl Builder<'_> {
    fn run(mut self) -> Result<Document, SyntaxError> {
        let mut documents = 0;
        for next in Parser::new_from_str(self.text) {
            let (event, span) = next.map_err(|error| {
                let at = error
                    .marker()
                    .byte_offset()
                    .unwrap_or(self.len)
                    .min(self.len);
                SyntaxError {
                    span: Span::new(self.file, at, at),
                    message: format!("not valid YAML: {}", error.info()),
                }
            })?;
            let range = span.byte_range().unwrap_or(self.len..self.len);
            let span = Span::new(
                self.file,
                range.start.min(self.len),
                range.end.min(self.len),
            );
            match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        self.document.second_document = Some(span);
                        break;
                    }
                }
                Event::Comment(text, _) => self.document.comments.push(Comment {
                    span,
                    text: Arc::from(text.as_ref()),
                }),
                Event::Scalar(text, style, anchor, tag) => {
                    self.count(1, span)?;
                    let tag = tag_name(tag.as_deref());
                    let node = Node {
                        data: scalar(&text, style, tag.as_deref()),
                        origin: Origin::at(span),
                        tag: tag.filter(|t| !t.starts_with("tag:")),
                    };
                    self.anchor(anchor, &node, 1);
                    self.push(node)?;
                }
                Event::SequenceStart(_, anchor, tag) => {
                    self.open(Data::Seq(Vec::new()), anchor, tag.as_deref(), span)?;
                }
                Event::MappingStart(_, anchor, tag) => {
                    self.open(Data::Map(Vec::new()), anchor, tag.as_deref(), span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
                Event::Alias(id) => {
                    let (mut node, size) =
                        self.anchors.get(&id).cloned().ok_or_else(|| SyntaxError {
                            span,
                            message: "this alias refers to a value that is still open".to_owned(),
                        })?;
                    self.count(size, span)?;
                    node.origin = node.origin.through(
                        palisade_core::ViaKind::Include(Arc::from("a YAML alias")),
                        span,
                    );
                    self.push(node)?;
                }
                _ => {}
            }
        }
        Ok(self.document)
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), SyntaxError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(SyntaxError {
                span,
                message: format!(
                    "more than {MAX_NODES} values after aliases are resolved; refused"
                ),
            });
        }
        Ok(())
    }

    fn anchor(&mut self, id: usize, node: &Node, size: usize) {
        if id != 0 {
            self.anchors.insert(id, (node.clone(), size));
        }
    }

    fn open(
        &mut self,
        data: Data,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), SyntaxError> {
        self.count(1, span)?;
        if self.stack.len() >= MAX_DEPTH {
            return Err(SyntaxError {
                span,
                message: format!("nested deeper than {MAX_DEPTH} levels; refused"),
            });
        }
        let node = Node {
            data,
            origin: Origin::at(span),
            tag: tag_name(tag).filter(|t| !t.starts_with("tag:")),
        };
        self.stack.push(Open {
            node,
            anchor,
            key: None,
            merges: Vec::new(),
        });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), SyntaxError> {
        let Some(mut open) = self.stack.pop() else {
            return Ok(());
        };
        // A block collection ends where its last child ends, not where the next token begins.
        let last = match &open.node.data {
            Data::Seq(items) => items.last().map(|n| n.origin.span),
            Data::Map(entries) => entries.last().map(|e| {
                if e.value.is_null() {
                    e.key.origin.span
                } else {
                    e.value.origin.span
                }
            }),
            _ => None,
        };
        let own = &mut open.node.origin.span;
        own.end = last
            .map_or(span.end, |last| last.end)
            .max(own.start.min(span.end));
        for merge in std::mem::take(&mut open.merges) {
            apply_merge(&mut open.node, merge);
        }
        if open.anchor != 0 {
            let size = size(&open.node);
            self.anchor(open.anchor, &open.node, size);
        }
        self.push(open.node)
    }

    fn push(&mut self, node: Node) -> Result<(), SyntaxError> {
        let Some(open) = self.stack.last_mut() else {
            self.document.root = node;
            return Ok(());
        };
        match &mut open.node.data {
            Data::Seq(items) => items.push(node),
            Data::Map(entries) => match open.key.take() {
                None => {
                    let name = match &node.data {
                        Data::Null => Some(Arc::from("")),
                        _ => node.scalar_text(),
                    };
                    let Some(name) = name else {
                        return Err(SyntaxError {
                            span: node.origin.span,
                            message: "a list or map can't be the key of a map".to_owned(),
                        });
                    };
                    if indented_with_tab(self.text, node.origin.span) {
                        return Err(SyntaxError {
                            span: node.origin.span,
                            message: "a tab indents this key; YAML wants spaces".to_owned(),
                        });
                    }
                    open.key = Some(Key {
                        name,
                        origin: node.origin,
                    });
                }
                Some(key) if &*key.name == "<<" => open.merges.push(node),
                Some(key) => {
                    if let Some(at) = entries.iter().position(|e| e.key.name == key.name) {
                        self.document
                            .duplicate_keys
                            .push((key.name.clone(), key.origin.span));
                        entries.remove(at);
                    }
                    entries.push(Entry { key, value: node });
                }
            },
            _ => {}
        }
        Ok(())
    }
}

/// Whether a tab stands between the beginning of the line and `span`. The event parser lets tabs
/// pass as white space; `CloudFormation` does not.
fn indented_with_tab(text: &str, span: Span) -> bool {
    let before = &text.as_bytes()[..span.range().start];
    before
        .iter()
        .rev()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .any(|b| *b == b'\t')
        && before
            .iter()
            .rev()
            .find(|b| !matches!(b, b' ' | b'\t'))
            .is_none_or(|b| *b == b'\n')
}

/// Adds the entries of a merged map (or of each map in a merged list) that are not there yet.
fn apply_merge(into: &mut Node, merge: Node) {
    match merge.data {
        Data::Seq(items) => items.into_iter().for_each(|m| apply_merge(into, m)),
        Data::Map(merged) => {
            if let Some(entries) = into.as_map_mut() {
                for entry in merged {
                    if !entries.iter().any(|e| e.key.name == entry.key.name) {
                        entries.push(entry);
                    }
                }
            }
        }
        _ => {}
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.data {
        Data::Seq(items) => items.iter().map(size).sum(),
        Data::Map(entries) => entries.iter().map(|e| 1 + size(&e.value)).sum(),
        _ => 0,
    }
}

/// `Sub` for `!Sub`; the whole name for global tags (`tag:yaml.org,2002:str`).
fn tag_name(tag: Option<&Tag>) -> Option<Arc<str>> {
    let tag = tag?;
    if tag.handle() == "!" {
        Some(Arc::from(tag.suffix()))
    } else {
        Some(Arc::from(format!("{}{}", tag.handle(), tag.suffix())))
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Data {
    let string = || Data::String(Arc::from(text));
    match tag {
        None => {}
        Some("tag:yaml.org,2002:int" | "tag:yaml.org,2002:float" | "tag:yaml.org,2002:bool") => {}
        Some(_) => return string(),
    }
    if style != ScalarStyle::Plain {
        return string();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Data::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            Data::Bool(false)
        }
        _ => number(text).map_or_else(string, |value| {
            Data::Number(Number {
                value,
                text: Arc::from(text),
            })
        }),
    }
}

/// Numbers as YAML 1.1 writes them, without its base-60 and underscore forms. Dates are texts.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let first = *digits.as_bytes().first()?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        let value = u32::from_str_radix(hex, 16).ok().map(f64::from);
        return if text.starts_with('-') {
            value.map(|v| -v)
        } else {
            value
        };
    }
    digits
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        .then(|| text.parse().ok())?
}
