//! Methods of texts, lists and maps.

use super::{Arguments, Eval};
use crate::ir::Name;
use crate::value::{Kind, Value};
use palisade_core::Span;

impl Eval<'_> {
    pub(super) fn text_method(
        &mut self,
        text: &Value,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        match (text, &**name) {
            (Value::Text(pattern), "format") => format(pattern, arguments),
            (_, "concat") => {
                let parts: Vec<Value> = std::iter::once(text)
                    .chain(&arguments.positional)
                    .cloned()
                    .collect();
                Value::joined(&parts)
            }
            (_, "toString" | "trim" | "strip" | "encode" | "decode" | "valueOf") => text.clone(),
            (Value::Text(text), "lower" | "toLowerCase") => Value::text(text.to_lowercase()),
            (Value::Text(text), "upper" | "toUpperCase") => Value::text(text.to_uppercase()),
            (_, "split") => {
                let part = Value::unknown("a part of a text");
                self.heap.list(vec![part])
            }
            (Value::Text(separator), "join") => {
                let items = arguments.positional.first().map(|list| self.items(list));
                self.join(separator, &items.unwrap_or_default())
            }
            _ => {
                self.unseen(name, arguments, span);
                Value::unknown("a text that is computed")
            }
        }
    }

    fn join(&self, separator: &Name, items: &[Value]) -> Value {
        let mut parts = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                parts.push(Value::Text(separator.clone()));
            }
            parts.push(item.clone());
        }
        Value::joined(&parts)
    }

    pub(crate) fn container_method(
        &mut self,
        id: usize,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        let value = Value::Object(id);
        let list = self.heap.get(id).kind == Kind::List;
        match &**name {
            "append" | "push" | "add" | "unshift" | "extend" | "insert" | "concat" => {
                for value in &arguments.positional {
                    let items = if &**name == "extend" || &**name == "concat" {
                        self.items(value)
                    } else {
                        vec![value.clone()]
                    };
                    let kept = &mut self.heap.get_mut(id).items;
                    for item in items {
                        if kept.len() < 64 && !kept.contains(&item) {
                            kept.push(item);
                        }
                    }
                }
                value
            }
            "get" | "pop" | "setdefault" if !list => {
                let key = arguments
                    .positional
                    .first()
                    .cloned()
                    .unwrap_or(Value::Nothing);
                let found = self.index(&value, &key, span);
                let default = arguments
                    .positional
                    .get(1)
                    .cloned()
                    .unwrap_or(Value::Nothing);
                if &**name == "setdefault" {
                    self.write(&value, key, default.clone());
                }
                if matches!(found, Value::Nothing) {
                    default
                } else {
                    found
                }
            }
            "set" if arguments.positional.len() == 2 => {
                let mut given = arguments.positional.iter().cloned();
                if let (Some(key), Some(item)) = (given.next(), given.next()) {
                    self.write(&value, key, item);
                }
                value
            }
            "update" => {
                for other in &arguments.positional {
                    self.merge(id, other);
                }
                for (name, item) in &arguments.named {
                    self.heap.set(id, Value::Text(name.clone()), item.clone());
                }
                Value::Nothing
            }
            "copy" | "slice" | "filter" | "sort" | "reverse" | "flat" | "keys" => {
                self.unseen(name, arguments, span);
                value
            }
            "values" => {
                let values = self.heap.get(id).entries.values().cloned().collect();
                self.heap.list(values)
            }
            "items" | "entries" => {
                let object = self.heap.get(id);
                let key = Value::one_of(object.entries.keys().cloned());
                let item = Value::one_of(object.entries.values().cloned());
                let pair = self.heap.list(vec![key, item]);
                self.heap.list(vec![pair])
            }
            "join" if list => {
                let items = self.heap.get(id).items.clone();
                match arguments.positional.first() {
                    Some(Value::Text(separator)) => self.join(separator, &items),
                    _ => self.join(&",".into(), &items),
                }
            }
            // `list.map(f)`, `list.forEach(f)`, …
            _ if list && matches!(arguments.positional.first(), Some(Value::Function { .. })) => {
                let item = self.item(&value);
                let mut results = Vec::new();
                if let Some(function) = arguments.positional.first() {
                    let given = Arguments {
                        positional: vec![item],
                        named: Vec::new(),
                        open: true,
                    };
                    results.push(self.apply(function, &given, false, span));
                }
                self.heap.list(results)
            }
            _ => self.unseen(name, arguments, span),
        }
    }
}

/// Python's `"…{}…".format(…)`.
fn format(pattern: &str, arguments: &Arguments) -> Value {
    let mut parts = Vec::new();
    let mut next = 0;
    for (at, piece) in pattern.split('{').enumerate() {
        let Some((hole, rest)) = piece.split_once('}').filter(|_| at > 0) else {
            parts.push(Value::text(piece));
            continue;
        };
        let name = hole.split([':', '!', '.', '[']).next().unwrap_or("");
        let value = if name.is_empty() {
            next += 1;
            arguments.positional.get(next - 1)
        } else if let Ok(at) = name.parse::<usize>() {
            arguments.positional.get(at)
        } else {
            arguments.get(usize::MAX, name)
        };
        parts.push(
            value
                .cloned()
                .unwrap_or_else(|| Value::unknown("a value that is missing")),
        );
        parts.push(Value::text(rest));
    }
    Value::joined(&parts)
}
