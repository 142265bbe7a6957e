//! What is known of the SDKs: how clients are made, which methods are operations, and which
//! stand for others (paginators, waiters, transfers, presigned requests).

mod boto3;
mod javascript;
mod libraries;
mod tables;

pub(crate) use libraries::calls_by_itself;

use crate::eval::{Arguments, Eval};
use crate::ir::Name;
use crate::value::{Kind, Value};
use crate::{Argument, Call, Sdk, Unresolved};
use palisade_core::Span;
use std::sync::Arc;

/// A client of a service, or a session that makes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Client {
    pub(crate) sdk: Sdk,
    /// `None` when it is not known.
    pub(crate) service: Option<Name>,
    pub(crate) options: Vec<(Name, Argument)>,
    /// DynamoDB's document client, whose operations have short names.
    pub(crate) document: bool,
    /// Arguments that are given to every call (version 2's `params`).
    pub(crate) given: Vec<(Name, Argument)>,
}

/// A resource object of boto3.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Resource {
    pub(crate) client: Arc<Client>,
    pub(crate) kind: Name,
    pub(crate) identifiers: Vec<(Name, Value)>,
}

impl Client {
    /// boto3's session: it makes clients.
    fn session() -> Self {
        Self {
            service: None,
            ..Self::new(Sdk::Boto3, "")
        }
    }

    fn new(sdk: Sdk, service: impl Into<Name>) -> Self {
        Self {
            sdk,
            service: Some(service.into()),
            options: Vec::new(),
            document: false,
            given: Vec::new(),
        }
    }
}

/// What an upload in parts calls.
const UPLOAD: [&str; 5] = [
    "PutObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
];
/// What a download calls.
const DOWNLOAD: [&str; 2] = ["HeadObject", "GetObject"];
/// What a copy that may be in parts calls.
const COPY: [&str; 6] = [
    "HeadObject",
    "CopyObject",
    "CreateMultipartUpload",
    "UploadPartCopy",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
];

/// The operation that a short name of DynamoDB's document clients stands for.
fn document_operation(name: &str) -> Option<&'static str> {
    Some(match name {
        "get" | "Get" => "GetItem",
        "put" | "Put" => "PutItem",
        "update" | "Update" => "UpdateItem",
        "delete" | "Delete" => "DeleteItem",
        "batchGet" | "BatchGet" => "BatchGetItem",
        "batchWrite" | "BatchWrite" => "BatchWriteItem",
        "transactGet" | "TransactGet" => "TransactGetItems",
        "transactWrite" | "TransactWrite" => "TransactWriteItems",
        _ => return None,
    })
}

/// `get_item` or `getItem` to `GetItem`.
fn pascal(name: &str) -> Name {
    let mut out = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        out.extend(letters);
    }
    out.into()
}

impl Eval<'_> {
    pub(crate) fn unresolved(&mut self, span: Span, what: String) {
        self.pass.unresolved.insert(Unresolved { span, what });
    }

    /// Writes down a call, and gives what it returns as far as that is known.
    pub(crate) fn record(
        &mut self,
        client: &Client,
        operation: &str,
        arguments: Vec<(Name, Value)>,
        open: bool,
        span: Span,
    ) -> Value {
        let queue = (operation == "GetQueueUrl")
            .then(|| arguments.iter().find(|(name, _)| &**name == "QueueName"))
            .flatten()
            .map(|(_, value)| value.clone());
        self.written(client, operation, arguments, open, span);
        match queue {
            // A queue that is asked for by name is known by it.
            Some(queue) => {
                let id = self.heap.new_object(Kind::Map);
                self.heap.get_mut(id).open = true;
                self.heap.set(id, Value::text("QueueUrl"), queue);
                Value::Object(id)
            }
            None => Value::unknown(format!("the result of `{operation}`")),
        }
    }

    fn written(
        &mut self,
        client: &Client,
        operation: &str,
        arguments: Vec<(Name, Value)>,
        open: bool,
        span: Span,
    ) -> Option<Arc<Call>> {
        let Some(service) = &client.service else {
            self.unresolved(
                span,
                format!("`{operation}` is called on a client whose service is not known"),
            );
            return None;
        };
        let mut known: Vec<(Name, Argument)> = client.given.clone();
        for (name, value) in arguments {
            let value = self.heap.argument(&value);
            known.retain(|(other, _)| *other != name);
            known.push((name, value));
        }
        known.sort();
        let call = Call {
            span,
            sdk: client.sdk,
            service: service.clone(),
            operation: operation.into(),
            arguments: known,
            open,
            client: client.options.clone(),
        };
        self.pass.calls.insert(call.clone());
        Some(Arc::new(call))
    }

    /// Writes down several operations with the same arguments.
    fn record_all(
        &mut self,
        client: &Client,
        operations: &[&str],
        arguments: &[(Name, Value)],
        open: bool,
        span: Span,
    ) -> Value {
        for operation in operations {
            self.record(client, operation, arguments.to_vec(), open, span);
        }
        Value::unknown("the result of a transfer")
    }

    /// Named arguments as options of a client.
    fn options(&self, named: &[(Name, Value)]) -> Vec<(Name, Argument)> {
        named
            .iter()
            .filter(|(_, value)| *value != Value::Nothing)
            .map(|(name, value)| (name.clone(), self.heap.argument(value)))
            .collect()
    }

    /// A method of a client.
    pub(crate) fn client_method(
        &mut self,
        client: &Arc<Client>,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        if name.is_empty() {
            self.unresolved(
                span,
                "the operation is chosen when the code runs".to_owned(),
            );
            return Value::unknown("the result of an operation that is not known");
        }
        match client.sdk {
            Sdk::Boto3 => self.boto3_method(client, name, arguments, span),
            Sdk::JsV2 | Sdk::JsV3 => self.js_method(client, name, arguments, span),
        }
    }

    /// A function or class of a library, or what the language brings.
    pub(crate) fn call_library(
        &mut self,
        path: &Name,
        arguments: &Arguments,
        new: bool,
        span: Span,
    ) -> Value {
        if let Some(value) = self.builtin(path, arguments, span) {
            return value;
        }
        if let Some(value) = self.boto3_library(path, arguments) {
            return value;
        }
        if let Some(value) = self.js_library(path, arguments, new, span) {
            return value;
        }
        if let Some(value) = self.other_library(path, arguments, span) {
            return value;
        }
        self.unseen(path, arguments, span)
    }

    fn builtin(&mut self, path: &str, arguments: &Arguments, span: Span) -> Option<Value> {
        let first = arguments.positional.first();
        match path {
            "str" | "String" | "list" | "tuple" | "set" | "sorted" | "iter" | "next"
            | "reversed" | "Array.from" | "Promise.resolve" | "Object.freeze" | "copy.deepcopy"
            | "copy.copy" | "structuredClone" => {
                let first = first?;
                Some(if matches!(path, "next") {
                    self.item(first)
                } else {
                    first.clone()
                })
            }
            "Map" | "Set" | "WeakMap" if arguments.positional.is_empty() => {
                Some(Value::Object(self.heap.new_object(Kind::Map)))
            }
            "enumerate" | "zip" => {
                let mut items: Vec<Value> =
                    arguments.positional.iter().map(|v| self.item(v)).collect();
                if path == "enumerate" {
                    items.insert(0, Value::unknown("a number"));
                }
                let pair = self.heap.list(items);
                Some(self.heap.list(vec![pair]))
            }
            "dict" => {
                let id = self.heap.new_object(Kind::Map);
                for value in &arguments.positional {
                    self.merge(id, value);
                }
                for (name, value) in &arguments.named {
                    self.heap.set(id, Value::Text(name.clone()), value.clone());
                }
                self.heap.get_mut(id).open |= arguments.open;
                Some(Value::Object(id))
            }
            "Object.assign" => {
                let Value::Object(id) = first? else {
                    return None;
                };
                for other in arguments.positional.get(1..).unwrap_or(&[]) {
                    self.merge(*id, other);
                }
                first.cloned()
            }
            "Object.values" | "Object.entries" | "Object.keys" => {
                let Value::Object(_) = first? else {
                    return None;
                };
                let kind = path.strip_prefix("Object.")?;
                let none = Arguments::default();
                let Value::Object(id) = first? else {
                    return None;
                };
                Some(if kind == "keys" {
                    let keys = self.heap.get(*id).entries.keys().cloned().collect();
                    self.heap.list(keys)
                } else {
                    self.container_method(*id, &kind.into(), &none, span)
                })
            }
            "getattr" | "Reflect.get" => {
                let name = arguments.positional.get(1)?;
                match (first?, name) {
                    (object, Value::Text(name)) => Some(self.attribute(object, name, span)),
                    (Value::OneOf(_) | Value::Client(_), names) => {
                        let values: Vec<Value> = first?
                            .each()
                            .iter()
                            .flat_map(|object| names.each().iter().map(move |name| (object, name)))
                            .map(|(object, name)| match (object, name) {
                                (_, Value::Text(name)) => self.attribute(object, name, span),
                                (Value::Client(_), _) => {
                                    Value::Member(Arc::new(object.clone()), "".into())
                                }
                                _ => Value::unknown("a member of an object"),
                            })
                            .collect();
                        Some(Value::one_of(values))
                    }
                    _ => None,
                }
            }
            "os.getenv" | "os.environ.get" | "os.environ.setdefault" | "os.environ.pop" => {
                let name = arguments.get(0, "key")?.clone();
                let default = arguments.get(1, "default").cloned();
                let values: Vec<Value> = name
                    .each()
                    .iter()
                    .map(|name| match name {
                        Value::Text(name) => self.environment(name, default.as_ref()),
                        _ => Value::unknown("an environment variable whose name is not known"),
                    })
                    .collect();
                Some(Value::one_of(values))
            }
            "functools.partial" | "partial" => {
                let mut rest = arguments.clone();
                rest.positional.remove(0);
                rest.open = true;
                let first = first?;
                match first {
                    Value::Function { .. } | Value::Member(..) => {
                        self.apply(first, &rest, false, span);
                        Some(Value::Inert)
                    }
                    _ => None,
                }
            }
            "os.path.join" | "path.join" => {
                let mut parts = Vec::new();
                for part in &arguments.positional {
                    if !parts.is_empty() {
                        parts.push(Value::text("/"));
                    }
                    parts.push(part.clone());
                }
                Some(Value::joined(&parts))
            }
            _ => None,
        }
    }
}
