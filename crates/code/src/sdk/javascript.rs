//! The SDK for JavaScript: version 2 (`aws-sdk`) and version 3 (`@aws-sdk/*`).

use super::tables::waiter;
use super::{Client, UPLOAD, document_operation, pascal};
use crate::Sdk;
use crate::eval::{Arguments, Eval};
use crate::ir::Name;
use crate::value::Value;
use palisade_core::Span;
use std::sync::Arc;

impl Eval<'_> {
    /// A function or class of the SDK.
    pub(super) fn js_library(
        &mut self,
        path: &str,
        arguments: &Arguments,
        new: bool,
        span: Span,
    ) -> Option<Value> {
        if let Some(package) = path.strip_prefix("@aws-sdk/") {
            let (package, name) = package.split_once('.').unwrap_or((package, ""));
            return self.v3(package, name, arguments, new, span);
        }
        let class = v2_class(path)?;
        if !new || is_no_service(&class) {
            return None;
        }
        let mut client = Client::new(Sdk::JsV2, "");
        if class == "s3.managedupload" {
            let client = Client::new(Sdk::JsV2, "s3");
            let params = self.first(arguments, 0, Some("params"));
            let (given, open) = self.entries(&params);
            return Some(self.record_all(&client, &UPLOAD, &given, open, span));
        }
        let service = class.split('.').next().unwrap_or("");
        client.service = Some(service.into());
        client.document = class.ends_with(".documentclient");
        let options = arguments
            .positional
            .first()
            .cloned()
            .unwrap_or(Value::Nothing);
        self.set_options(&mut client, &options);
        Some(Value::Client(Arc::new(client)))
    }

    fn set_options(&mut self, client: &mut Client, options: &Value) {
        let (options, _) = self.entries(options);
        if let Some((_, given)) = options.iter().find(|(name, _)| &**name == "params") {
            client.given = self.options(&self.entries(given).0);
        }
        // What is not data (handlers, agents, other clients) says nothing about the place.
        client.options = self.options(&options);
        client.options.retain(|(name, _)| {
            matches!(
                &**name,
                "region" | "endpoint" | "credentials" | "accessKeyId" | "profile"
            )
        });
    }

    fn v3(
        &mut self,
        package: &str,
        name: &str,
        arguments: &Arguments,
        new: bool,
        span: Span,
    ) -> Option<Value> {
        let service = package.strip_prefix("client-").unwrap_or(match package {
            "lib-dynamodb" => "dynamodb",
            "lib-storage" | "s3-presigned-post" => "s3",
            "credential-providers" => "sts",
            _ => "",
        });
        let document = package == "lib-dynamodb";
        let mut client = Client::new(Sdk::JsV3, service);
        client.document = document;
        if package == "s3-request-presigner" && name == "getSignedUrl" {
            // The command was written down when it was made.
            if !matches!(arguments.positional.get(1), Some(Value::Command(..))) {
                self.sent(&client, arguments.positional.get(1), span);
            }
            return Some(Value::unknown("a signed address"));
        }
        if service.is_empty() {
            return None;
        }
        let operation = |name: &str| -> Name {
            match document_operation(name).filter(|_| document) {
                Some(operation) => operation.into(),
                None => name.into(),
            }
        };
        if let Some(command) = name.strip_suffix("Command").filter(|_| new) {
            let given = self.first(arguments, 0, None);
            let (given, open) = self.entries(&given);
            let queue = given
                .iter()
                .find(|(name, _)| &**name == "QueueName")
                .cloned();
            let call = self.written(&client, &operation(command), given, open, span)?;
            let queue = queue
                .filter(|_| command == "GetQueueUrl")
                .map(|(_, value)| {
                    let id = self.heap.new_object(crate::value::Kind::Map);
                    self.heap.get_mut(id).open = true;
                    self.heap.set(id, Value::text("QueueUrl"), value);
                    id
                });
            return Some(Value::Command(call, queue));
        }
        if let Some(command) = name.strip_prefix("paginate") {
            let given = self.first(arguments, 1, None);
            let (given, open) = self.entries(&given);
            return Some(self.record(&client, &operation(command), given, open, span));
        }
        let waited = name
            .strip_prefix("waitUntil")
            .or(name.strip_prefix("waitFor"));
        if let Some(waited) = waited {
            let given = self.first(arguments, 1, None);
            let (given, open) = self.entries(&given);
            let Some(operation) = waiter(service, waited) else {
                self.unresolved(span, format!("the waiter `{name}` is not known"));
                return Some(Value::Inert);
            };
            return Some(self.record(&client, operation, given, open, span));
        }
        match (package, name) {
            ("lib-storage", "Upload") => {
                let params = self.first(arguments, 0, Some("params"));
                let (given, open) = self.entries(&params);
                self.record_all(&client, &UPLOAD, &given, open, span);
                Some(Value::Inert)
            }
            ("s3-presigned-post", "createPresignedPost") => {
                let given = self.first(arguments, 1, None);
                let (given, open) = self.entries(&given);
                Some(self.record(&client, "PutObject", given, open, span))
            }
            ("credential-providers", "fromTemporaryCredentials") => {
                let params = self.first(arguments, 0, Some("params"));
                let (given, open) = self.entries(&params);
                Some(self.record(&client, "AssumeRole", given, open, span))
            }
            ("lib-dynamodb", "DynamoDBDocumentClient.from" | "DynamoDBDocument.from") => {
                for value in self.first(arguments, 0, None).each() {
                    if let Value::Client(inner) = value {
                        client.options = inner.options.clone();
                    }
                }
                Some(Value::Client(Arc::new(client)))
            }
            _ if new && is_client(service, name) => {
                let options = self.first(arguments, 0, None);
                self.set_options(&mut client, &options);
                Some(Value::Client(Arc::new(client)))
            }
            _ if new && package.starts_with("client-") => Some(Value::Inert),
            _ => None,
        }
    }

    /// A positional argument, or an entry of it.
    fn first(&mut self, arguments: &Arguments, at: usize, entry: Option<&str>) -> Value {
        let missing = if arguments.open {
            Value::unknown("an argument that is not seen")
        } else {
            Value::Nothing
        };
        let value = arguments.positional.get(at).cloned().unwrap_or(missing);
        match entry {
            Some(entry) => self.index(&value, &Value::text(entry), Span::default()),
            None => value,
        }
    }

    pub(super) fn js_method(
        &mut self,
        client: &Arc<Client>,
        name: &Name,
        arguments: &Arguments,
        span: Span,
    ) -> Value {
        for value in &arguments.positional {
            self.escape(value);
        }
        if client.sdk == Sdk::JsV3 {
            match &**name {
                "send" => return self.sent(client, arguments.positional.first(), span),
                "destroy" => return Value::Inert,
                _ => {}
            }
        }
        match &**name {
            "promise"
            | "on"
            | "createSet"
            | "setPromisesDependency"
            | "customizeRequests"
            | "bind" => return Value::Client(client.clone()),
            "getSignedUrl"
            | "getSignedUrlPromise"
            | "makeRequest"
            | "makeUnauthenticatedRequest"
            | "waitFor"
                if client.sdk == Sdk::JsV2 =>
            {
                let service = client.service.clone().unwrap_or_else(|| "".into());
                let given = self.first(arguments, 1, None);
                let (given, open) = self.entries(&given);
                for operation in self.first(arguments, 0, None).each() {
                    let operation = match operation {
                        Value::Text(state) if &**name == "waitFor" => {
                            waiter(&service, state).map(Name::from)
                        }
                        Value::Text(operation) => Some(pascal(operation)),
                        _ => None,
                    };
                    match operation {
                        Some(operation) => {
                            self.record(client, &operation, given.clone(), open, span);
                        }
                        None => self.unresolved(
                            span,
                            format!("`{name}` of `{service}` for an operation that is not known"),
                        ),
                    }
                }
                return Value::unknown(format!("the result of `{name}`"));
            }
            _ => {}
        }
        let given = match arguments.positional.first() {
            Some(Value::Function { .. }) => Value::Nothing,
            _ => self.first(arguments, 0, None),
        };
        let (given, open) = self.entries(&given);
        match (client.service.as_deref(), &**name) {
            (Some("s3"), "upload") if client.sdk == Sdk::JsV2 => {
                self.record_all(client, &UPLOAD, &given, open, span)
            }
            (Some("s3"), "createPresignedPost") => {
                let mut given = given;
                if let Some((_, fields)) = given.iter().find(|(name, _)| &**name == "Fields") {
                    let key = self.entries(fields).0.into_iter();
                    let key = key.filter(|(name, _)| name.eq_ignore_ascii_case("key"));
                    given.extend(
                        key.map(|(_, value)| (Name::from("Key"), value))
                            .collect::<Vec<_>>(),
                    );
                }
                self.record(client, "PutObject", given, open, span)
            }
            _ => {
                let operation = match document_operation(name).filter(|_| client.document) {
                    Some(operation) => operation.into(),
                    None => pascal(name),
                };
                self.record(client, &operation, given, open, span)
            }
        }
    }

    /// `client.send(command)`: the command is written down already; the client's options are added.
    fn sent(&mut self, client: &Client, command: Option<&Value>, span: Span) -> Value {
        let mut results = Vec::new();
        for command in command.unwrap_or(&Value::Nothing).each() {
            match command {
                Value::Command(call, result) => {
                    if !client.options.is_empty() {
                        self.pass.calls.remove(call);
                        let mut call = (**call).clone();
                        call.client.clone_from(&client.options);
                        self.pass.calls.insert(call);
                    }
                    results.push(result.map_or_else(
                        || Value::unknown(format!("the result of `{}`", call.operation)),
                        Value::Object,
                    ));
                }
                Value::Inert => {}
                _ => self.unresolved(
                    span,
                    "a command is sent of which it is not known which it is".to_owned(),
                ),
            }
        }
        Value::one_of(results.into_iter().chain([Value::Nothing]))
    }
}

/// The class of version 2 that a path means, in lower case: `dynamodb.documentclient`.
fn v2_class(path: &str) -> Option<String> {
    let rest = path.strip_prefix("aws-sdk")?;
    let class = if let Some(service) = rest.strip_prefix("/clients/") {
        service
            .strip_prefix("all.")
            .unwrap_or(service)
            .to_ascii_lowercase()
    } else {
        let class = rest
            .trim_start_matches("/index")
            .trim_start_matches("/global");
        class.strip_prefix('.')?.to_ascii_lowercase()
    };
    // `import { DynamoDB } from 'aws-sdk/clients/dynamodb'` and `.default`
    let mut parts: Vec<&str> = class.split('.').filter(|part| *part != "default").collect();
    parts.dedup();
    Some(parts.join("."))
}

/// Classes of version 2 that are no clients.
fn is_no_service(class: &str) -> bool {
    class.contains("credentials")
        || matches!(
            class.split('.').next(),
            Some(
                "config"
                    | "endpoint"
                    | "httprequest"
                    | "httpclient"
                    | "nodehttpclient"
                    | "signers"
                    | "service"
                    | "request"
                    | "util"
                    | ""
            )
        )
}

/// `S3Client` and `S3`, for the service `s3`.
fn is_client(service: &str, name: &str) -> bool {
    name.ends_with("Client") || name.eq_ignore_ascii_case(&service.replace('-', ""))
}
