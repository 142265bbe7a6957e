//! boto3: sessions, clients, resource objects, and what is built like them (botocore, aioboto3).

use super::tables::{Row, identifiers, of_type, waiter};
use super::{COPY, Client, DOWNLOAD, Resource, UPLOAD, pascal};
use crate::Argument;
use crate::eval::{Arguments, Eval};
use crate::ir::Name;
use crate::value::Value;
use palisade_core::Span;
use std::sync::Arc;

impl Eval<'_> {
    /// A function of boto3 or of its kin.
    pub(super) fn boto3_library(&mut self, path: &str, arguments: &Arguments) -> Option<Value> {
        let root = path.split('.').next().unwrap_or(path);
        if !matches!(root, "boto3" | "botocore" | "aioboto3" | "aiobotocore") {
            return None;
        }
        let session = Client::session();
        match path.rsplit('.').next()? {
            "Session" | "AioSession" | "get_session" => {
                let options = self.options(&arguments.named);
                let session = Client { options, ..session };
                Some(Value::Member(
                    Arc::new(Value::Client(Arc::new(session))),
                    "session".into(),
                ))
            }
            name @ ("client" | "resource" | "create_client") => {
                Some(self.make_client(&session, name, arguments))
            }
            _ => None,
        }
    }

    /// A method of a session.
    pub(crate) fn session_method(
        &mut self,
        session: &Client,
        name: &str,
        arguments: &Arguments,
    ) -> Value {
        match name {
            "client" | "resource" | "create_client" => self.make_client(session, name, arguments),
            _ => Value::unknown("something of a session"),
        }
    }

    /// A client of a session that came from somewhere else: it may act as someone else.
    pub(crate) fn client_of_unknown_session(&mut self, how: &str, arguments: &Arguments) -> Value {
        let mut session = Client::session();
        let from = Argument::Unknown("a session that is not known".into());
        session.options.push(("session".into(), from));
        self.make_client(&session, how, arguments)
    }

    fn make_client(&mut self, session: &Client, how: &str, arguments: &Arguments) -> Value {
        let service = arguments
            .get(0, "service_name")
            .cloned()
            .unwrap_or(Value::Nothing);
        let mut options = session.options.clone();
        let named = arguments
            .named
            .iter()
            .filter(|(name, _)| &**name != "service_name");
        let named: Vec<(Name, Value)> = named.cloned().collect();
        options.extend(self.options(&named));
        if let Some(region) = arguments.positional.get(1) {
            options.push(("region_name".into(), self.heap.argument(region)));
        }
        let clients = service.each().iter().map(|service| {
            let client = Arc::new(Client {
                service: match service {
                    Value::Text(service) => Some(service.to_ascii_lowercase().into()),
                    _ => None,
                },
                options: options.clone(),
                ..session.clone()
            });
            if how == "resource" {
                Value::Resource(Arc::new(Resource {
                    client,
                    kind: "ServiceResource".into(),
                    identifiers: Vec::new(),
                }))
            } else {
                Value::Client(client)
            }
        });
        Value::one_of(clients)
    }

    pub(super) fn boto3_method(
        &mut self,
        client: &Arc<Client>,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        let service = client.service.clone().unwrap_or_else(|| "".into());
        match &**name {
            "get_paginator" | "get_waiter" => {
                let is_waiter = &**name == "get_waiter";
                let what = if is_waiter {
                    "waiter_name"
                } else {
                    "operation_name"
                };
                let given = arguments.get(0, what).cloned().unwrap_or(Value::Nothing);
                let values: Vec<Value> = given
                    .each()
                    .iter()
                    .map(|given| {
                        let operation = match given {
                            Value::Text(given) if is_waiter => {
                                waiter(&service, given).map(Name::from)
                            }
                            Value::Text(given) => Some(pascal(given)),
                            _ => None,
                        };
                        match operation {
                            Some(operation) => Value::Prepared(client.clone(), operation),
                            None => {
                                self.unresolved(
                                    span,
                                    format!("`{name}` of `{service}` for what is not known"),
                                );
                                Value::Inert
                            }
                        }
                    })
                    .collect();
                Value::one_of(values)
            }
            "generate_presigned_url" => {
                let params = arguments
                    .get(1, "Params")
                    .cloned()
                    .unwrap_or(Value::Nothing);
                let (given, open) = self.entries(&params);
                let method = arguments
                    .get(0, "ClientMethod")
                    .cloned()
                    .unwrap_or(Value::Nothing);
                for method in method.each() {
                    match method {
                        Value::Text(method) => {
                            self.record(client, &pascal(method), given.clone(), open, span);
                        }
                        _ => self.unresolved(
                            span,
                            "a request is signed for an operation that is not known".to_owned(),
                        ),
                    }
                }
                Value::unknown("a signed address")
            }
            "generate_presigned_post" => {
                let given = pick(arguments, &["Bucket", "Key"]);
                self.record(client, "PutObject", given, arguments.open, span)
            }
            "can_paginate" | "close" | "waiter_names" | "get_waiter_names" => Value::Inert,
            "__enter__" | "__aenter__" => Value::Client(client.clone()),
            "upload_file" | "upload_fileobj" if &*service == "s3" => {
                let given = pick(arguments, &["", "Bucket", "Key"]);
                self.record_all(client, &UPLOAD, &given, arguments.open, span)
            }
            "download_file" | "download_fileobj" if &*service == "s3" => {
                let given = pick(arguments, &["Bucket", "Key"]);
                self.record_all(client, &DOWNLOAD, &given, arguments.open, span)
            }
            "copy" if &*service == "s3" => {
                let given = pick(arguments, &["CopySource", "Bucket", "Key"]);
                self.record_all(client, &COPY, &given, arguments.open, span)
            }
            _ => {
                let open = arguments.open || !arguments.positional.is_empty();
                self.record(client, &pascal(name), arguments.named.clone(), open, span)
            }
        }
    }

    /// An attribute of a resource object that is not called.
    pub(crate) fn resource_attribute(
        &mut self,
        resource: &Arc<Resource>,
        name: &Name,
        span: Span,
    ) -> Value {
        let service = resource.client.service.clone().unwrap_or_else(|| "".into());
        let itself = || Value::Member(Arc::new(Value::Resource(resource.clone())), name.clone());
        if let Some((_, value)) = resource.identifiers.iter().find(|(id, _)| id == name) {
            return value.clone();
        }
        let rows = of_type(&service, &resource.kind);
        match rows
            .iter()
            .find(|row| row.member == &**name && row.kind != "batch")
        {
            Some(row) if row.kind == "many" => Value::Collection(resource.clone(), name.clone()),
            Some(row) if row.kind == "part" && name.starts_with(|c: char| c.is_lowercase()) => {
                Value::Resource(Arc::new(part(
                    resource,
                    row,
                    &Arguments::default(),
                    &service,
                )))
            }
            Some(_) => itself(),
            None if is_added(name) => itself(),
            // Anything else is data that is loaded when it is first asked for.
            None => match rows.iter().find(|row| row.kind == "load") {
                Some(row) => {
                    let given = bound(resource, row);
                    self.record(&resource.client, row.operation, given, false, span)
                }
                None => Value::unknown("data of a resource object"),
            },
        }
    }

    pub(crate) fn resource_method(
        &mut self,
        resource: &Arc<Resource>,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        let Some(service) = resource.client.service.clone() else {
            self.unresolved(
                span,
                format!("`{name}` is called on a resource object whose service is not known"),
            );
            return Value::unknown("a resource object whose service is not known");
        };
        let client = &resource.client;
        let rows = of_type(&service, &resource.kind);
        let wanted = if &**name == "reload" { "load" } else { name };
        let row = rows
            .iter()
            .find(|row| row.member == wanted && row.kind != "batch");
        let Some(row) = row else {
            return self.added_method(resource, name, arguments, span);
        };
        match row.kind {
            "part" => Value::Resource(Arc::new(part(resource, row, arguments, &service))),
            "call" | "load" => {
                let mut given = bound(resource, row);
                given.extend(arguments.named.iter().cloned());
                let open = arguments.open || !arguments.positional.is_empty();
                let result = self.record(client, row.operation, given, open, span);
                if row.result.is_empty() {
                    return result;
                }
                Value::Resource(Arc::new(made(resource, row, arguments, &service)))
            }
            _ => Value::Collection(resource.clone(), name.clone()),
        }
    }

    /// Methods that boto3 adds by hand to what its models say.
    fn added_method(
        &mut self,
        resource: &Arc<Resource>,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        let client = &resource.client;
        let mut given: Vec<(Name, Value)> = Vec::new();
        let mut identify = |id: &str, as_name: &str| {
            let found = resource.identifiers.iter().find(|(n, _)| &**n == id);
            given.extend(found.map(|(_, value)| (as_name.into(), value.clone())));
        };
        match (&*resource.kind, &**name) {
            ("Table", "batch_writer") => {
                identify("name", "TableName");
                self.record(client, "BatchWriteItem", given, false, span);
                Value::Inert
            }
            ("Bucket", _) | ("Object" | "ObjectSummary", _) if is_added(name) => {
                let bucket = &*resource.kind == "Bucket";
                if bucket {
                    identify("name", "Bucket");
                } else {
                    identify("bucket_name", "Bucket");
                    identify("key", "Key");
                }
                let (operations, order): (&[&str], &[&str]) = match &**name {
                    "upload_file" | "upload_fileobj" => (&UPLOAD, &["", "Key"]),
                    "download_file" | "download_fileobj" => (&DOWNLOAD, &["Key"]),
                    _ => (&COPY, &["CopySource", "Key"]),
                };
                let more = pick(arguments, order);
                let wanted = |key: &Name| bucket || &**key != "Key";
                given.extend(more.into_iter().filter(|(key, _)| wanted(key)));
                self.record_all(client, operations, &given, arguments.open, span)
            }
            (_, "load" | "reload") if &*resource.kind == "ObjectSummary" => {
                identify("bucket_name", "Bucket");
                identify("key", "Key");
                self.record(client, "HeadObject", given, false, span)
            }
            (_, "load" | "reload" | "get_available_subresources" | "__enter__" | "__aenter__") => {
                Value::Resource(resource.clone())
            }
            (kind, _) => {
                self.unresolved(
                    span,
                    format!("`{name}` of the resource object `{kind}` is not known"),
                );
                Value::unknown(format!("the result of `{name}`"))
            }
        }
    }

    /// A method of a collection: `bucket.objects.filter(…)`, `.delete()`.
    pub(crate) fn collection_method(
        &mut self,
        resource: &Arc<Resource>,
        collection: Option<&Name>,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        let service = resource.client.service.clone().unwrap_or_else(|| "".into());
        let mut item = resource.clone();
        if let Some(collection) = collection {
            let rows = of_type(&service, &resource.kind);
            let Some(row) = rows.iter().find(|row| row.member == &**collection) else {
                return Value::Inert;
            };
            let mut given = bound(resource, row);
            if &**name == "filter" {
                given.extend(arguments.named.iter().cloned());
            }
            self.record(&resource.client, row.operation, given, arguments.open, span);
            item = Arc::new(made(resource, row, &Arguments::default(), &service));
        }
        let rows = of_type(&service, &item.kind);
        if let Some(row) = rows
            .iter()
            .find(|row| row.kind == "batch" && row.member == &**name)
        {
            let mut given = bound(&item, row);
            given.extend(arguments.named.iter().cloned());
            return self.record(&item.client, row.operation, given, arguments.open, span);
        }
        Value::Listed(item)
    }
}

/// Methods that boto3 adds by hand.
fn is_added(name: &str) -> bool {
    matches!(
        name,
        "upload_file"
            | "upload_fileobj"
            | "download_file"
            | "download_fileobj"
            | "copy"
            | "batch_writer"
            | "load"
            | "reload"
            | "meta"
            | "get_available_subresources"
            | "__enter__"
            | "__aenter__"
    )
}

/// Arguments in a given order (an empty name is left out) and by name.
fn pick(arguments: &Arguments, order: &[&str]) -> Vec<(Name, Value)> {
    let wanted = order
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty());
    wanted
        .filter_map(|(at, name)| {
            let value = arguments.get(at, name)?;
            Some((Name::from(*name), value.clone()))
        })
        .collect()
}

/// The parameters of an operation that a resource's identifiers give.
fn bound(resource: &Resource, row: &Row) -> Vec<(Name, Value)> {
    let given = row.bindings.iter().filter_map(|(parameter, id)| {
        let (_, value) = resource
            .identifiers
            .iter()
            .find(|(name, _)| &**name == *id)?;
        Some((Name::from(*parameter), value.clone()))
    });
    given.collect()
}

/// A resource that another one gives access to: `s3.Object(bucket, key)`.
fn part(parent: &Resource, row: &Row, arguments: &Arguments, service: &str) -> Resource {
    let mut at = 0;
    let identifiers = identifiers(service, row.result).into_iter().map(|name| {
        let source = row.bindings.iter().find(|(target, _)| *target == name);
        let value = match source {
            Some((_, "?")) => {
                at += 1;
                arguments.get(at - 1, name).cloned()
            }
            Some((_, id)) => parent
                .identifiers
                .iter()
                .find(|(n, _)| &**n == *id)
                .map(|(_, v)| v.clone()),
            None => None,
        };
        let value = value.map(|value| small(&value));
        (
            name.into(),
            value.unwrap_or_else(|| Value::unknown("data of a resource object")),
        )
    });
    Resource {
        client: parent.client.clone(),
        kind: row.result.into(),
        identifiers: identifiers.collect(),
    }
}

/// A resource that an operation gives.
fn made(parent: &Resource, row: &Row, arguments: &Arguments, service: &str) -> Resource {
    // A queue that is asked for by name is known by it.
    let by_name = matches!(row.operation, "GetQueueUrl" | "CreateQueue")
        .then(|| arguments.get(usize::MAX, "QueueName"))
        .flatten();
    let identifiers = identifiers(service, row.result).into_iter().map(|name| {
        let source = row.identifiers.iter().find(|(target, _)| *target == name);
        let value = match source.map(|(_, source)| (source.strip_prefix('@'), source)) {
            Some((Some(argument), _)) => arguments.get(usize::MAX, argument),
            Some((None, id)) => parent
                .identifiers
                .iter()
                .find(|(n, _)| &**n == *id)
                .map(|(_, v)| v),
            None => by_name.filter(|_| name == "url"),
        };
        let value = value.map(small);
        (
            name.into(),
            value.unwrap_or_else(|| Value::unknown("data of a resource object")),
        )
    });
    Resource {
        client: parent.client.clone(),
        kind: row.result.into(),
        identifiers: identifiers.collect(),
    }
}

/// An identifier is a text of some kind; what else it could be would let values grow.
fn small(value: &Value) -> Value {
    let text = |value: &Value| {
        matches!(
            value,
            Value::Text(_)
                | Value::Environment { .. }
                | Value::Joined(_)
                | Value::Unknown(_)
                | Value::Event(_)
        )
    };
    if value.each().iter().all(text) {
        value.clone()
    } else {
        Value::unknown("a value that is not text")
    }
}
