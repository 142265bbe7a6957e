//! What is let through, and to where: `[[routes]]` and `[[sources]]`.

use super::values::{self, Names, Spanned, place};
use crate::config::{
    Accept, BodyMode, Cors, Record, Responses, Route, RouteContract, Source, Template, Unknown,
    WebSocket,
};
use crate::request::SourceKind;
use palisade_policy::read::{Reader, Table, did_you_mean, word};

pub(super) const ROUTE_KEYS: &[&str] = &[
    "path",
    "methods",
    "function",
    "target",
    "public",
    "authenticate",
    "scopes",
    "roles",
    "limits",
    "contract",
    "body",
    "max-body",
    "record",
    "privileged",
    "cors",
    "websocket",
];
pub(super) const CONTRACT_KEYS: &[&str] = &["name", "unknown", "responses"];
pub(super) const CORS_KEYS: &[&str] = &["origins", "headers", "credentials", "max-age"];
pub(super) const WEBSOCKET_KEYS: &[&str] = &["idle", "life"];
pub(super) const SOURCE_KEYS: &[&str] = &[
    "kind",
    "function",
    "accounts",
    "arns",
    "buckets",
    "buses",
    "limits",
    "contract",
    "roles",
    "record",
    "privileged",
];

/// The methods that a route can take; policies have an action for each.
pub(in crate::config) const METHODS: [&str; 7] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The largest body when nothing is said.
const BODY: u64 = 1 << 20;
/// How long a browser remembers what other origins may do when nothing is said, in seconds.
const MAX_AGE: u32 = 600;

pub(super) fn route<'a, 't>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    table: Table<'a, 't>,
) -> Route {
    reader.keys(table, ROUTE_KEYS);
    let target = values::text(reader, table, "target");
    if !target.is_empty() {
        names.refer(reader, "targets", &target, place(table, "target"));
    }
    Route {
        path: path(reader, table),
        methods: methods(reader, table),
        function: function(reader, names, table),
        target,
        accepts: accepts(reader, names, table),
        scopes: values::texts(reader, table, "scopes"),
        roles: values::texts(reader, table, "roles"),
        limits: limits(reader, names, table),
        contract: contract(reader, names, table),
        body: values::choice(
            reader,
            table,
            "body",
            &[
                ("buffered", BodyMode::Buffered),
                ("streaming", BodyMode::Streaming),
            ],
        )
        .unwrap_or(BodyMode::Buffered),
        most: values::size(reader, table, "max-body").unwrap_or(BODY),
        record: record(reader, table),
        privileged: values::truth(reader, table, "privileged"),
        cors: values::inner(reader, table, "cors").map(|table| cors(reader, table)),
        websocket: values::inner(reader, table, "websocket")
            .map(|table| websocket(reader, table))
            .unwrap_or_default(),
        line: reader.place(table.start).0,
    }
}

/// The path; when there is none or it is wrong, which is told, the root stands for it.
fn path<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Template {
    let Some(text) = reader.required_text(table, "path") else {
        return Template::root();
    };
    Template::parse(&text).unwrap_or_else(|error| {
        let message = format!("`{text}` is not a path: {error}");
        reader.error(place(table, "path"), message, None);
        Template::root()
    })
}

fn methods<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Vec<String> {
    let mut methods = Vec::new();
    for (method, at) in values::some(reader, table, "methods") {
        if !METHODS.contains(&method.as_str()) {
            let near = did_you_mean(&method, METHODS);
            let help = near.unwrap_or_else(|| format!("there are `{}`", METHODS.join("`, `")));
            reader.error(at, format!("unknown method `{method}`"), Some(help));
        }
        methods.push(method);
    }
    methods
}

fn function<'t>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    table: Table<'_, 't>,
) -> String {
    let function = values::name(reader, table, "function");
    names.mention("functions", &function);
    function
}

fn limits<'t>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    table: Table<'_, 't>,
) -> Vec<String> {
    let limits = values::list(reader, table, "limits");
    for (limit, at) in &limits {
        names.refer(reader, "limits", limit, at.clone());
    }
    limits.into_iter().map(|(limit, _)| limit).collect()
}

fn record<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Record {
    let words = [("before", Record::Before), ("batched", Record::Batched)];
    values::choice(reader, table, "record", &words).unwrap_or(Record::Before)
}

/// What a caller may show. Either that or `public` is said, never both, never neither.
fn accepts<'t>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    table: Table<'_, 't>,
) -> Vec<Accept> {
    let said = table.get("authenticate").is_some();
    match (values::truth(reader, table, "public"), said) {
        (true, true) => {
            let help = "remove `public`, or `authenticate` when everybody may call";
            let message = "a public route does not ask who is calling";
            reader.error(place(table, "public"), message, Some(help.to_owned()));
        }
        (true, false) => return Vec::new(),
        (false, false) => {
            let help = "add `authenticate = […]`, or `public = true` when everybody may call";
            let message = "a route says who may call it";
            reader.error(table.start..table.start, message, Some(help.to_owned()));
            return Vec::new();
        }
        (false, true) => {}
    }
    let mut accepts = Vec::new();
    for spanned in values::some(reader, table, "authenticate") {
        accepts.extend(accept(reader, names, spanned));
    }
    accepts
}

fn accept<'t>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    (text, at): Spanned,
) -> Option<Accept> {
    const WORDS: [&str; 4] = [
        "token:ISSUER",
        "api-key",
        "certificate:TRUST",
        "aws-signature",
    ];
    match text.split_once(':') {
        Some(("token", name)) => {
            names.refer(reader, "issuers", name, at);
            return Some(Accept::Token(name.to_owned()));
        }
        Some(("certificate", name)) => {
            names.refer(reader, "trust", name, at);
            return Some(Accept::Certificate(name.to_owned()));
        }
        None if text == "api-key" => return Some(Accept::ApiKey),
        None if text == "aws-signature" => return Some(Accept::AwsSignature),
        _ => {}
    }
    let help = format!("there are `{}`", WORDS.join("`, `"));
    reader.error(at, format!("unknown credential `{text}`"), Some(help));
    None
}

/// `contract = "orders"`, or a table that says more.
fn contract<'t>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    table: Table<'_, 't>,
) -> Option<RouteContract> {
    let value = table.get("contract")?;
    let mut contract = RouteContract {
        name: String::new(),
        unknown: Unknown::Refuse,
        responses: Responses::Ignore,
    };
    let mut at = value.span();
    if value.get_ref().is_table() {
        let table = reader.table(value, "contract")?;
        reader.keys(table, CONTRACT_KEYS);
        at = place(table, "name");
        contract.name = values::text(reader, table, "name");
        let words = [
            ("refuse", Unknown::Refuse),
            ("drop", Unknown::Drop),
            ("keep", Unknown::Keep),
        ];
        contract.unknown =
            values::choice(reader, table, "unknown", &words).unwrap_or(contract.unknown);
        let words = [
            ("ignore", Responses::Ignore),
            ("report", Responses::Report),
            ("enforce", Responses::Enforce),
        ];
        contract.responses =
            values::choice(reader, table, "responses", &words).unwrap_or(contract.responses);
    } else {
        contract.name = reader.text(value, "contract")?;
    }
    if !contract.name.is_empty() {
        names.refer(reader, "contracts", &contract.name, at);
    }
    Some(contract)
}

fn cors<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Cors {
    reader.keys(table, CORS_KEYS);
    let origins = values::some(reader, table, "origins");
    let wanted = "an origin such as `https://shop.example.com`, nor `*`";
    let headers = values::list(reader, table, "headers");
    let headers = headers.into_iter().map(|(text, at)| {
        if text == "*" {
            let message = "`headers` must be named one by one";
            reader.error(at, message, None);
            return text;
        }
        values::header(reader, &text, at)
    });
    let headers = headers.collect();
    Cors {
        origins: values::all(reader, origins, wanted, is_origin),
        headers,
        credentials: values::truth(reader, table, "credentials"),
        max_age: values::seconds(reader, table, "max-age", ["0s", "1d"]).unwrap_or(MAX_AGE),
    }
}

fn websocket<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> WebSocket {
    reader.keys(table, WEBSOCKET_KEYS);
    let usual = WebSocket::default();
    let mut time = |key| values::milliseconds(reader, table, key, ["1s", "1d"]);
    WebSocket {
        idle: time("idle").unwrap_or(usual.idle),
        life: time("life").unwrap_or(usual.life),
    }
}

/// As browsers send it (RFC 6454, section 6.2): compared byte by byte.
fn is_origin(text: &str) -> bool {
    let url = crate::config::url::Url::parse(text);
    let plain = url.is_some_and(|url| url.path.is_empty());
    let port = if text.starts_with("https:") {
        ":443"
    } else {
        ":80"
    };
    let usual = text.ends_with(port) || text.bytes().any(|b| b.is_ascii_uppercase());
    text == "*" || plain && !usual
}

pub(super) fn source<'a, 't>(
    reader: &mut Reader<'t>,
    names: &mut Names<'_, 't>,
    table: Table<'a, 't>,
) -> Source {
    reader.keys(table, SOURCE_KEYS);
    let kind = match table.get("kind") {
        Some(value) => reader.text(value, "kind").and_then(|text| {
            let words = SourceKind::ALL.map(|kind| (kind.name(), kind));
            word(reader, value, &text, &words)
        }),
        None => {
            reader.missing(table, "kind");
            None
        }
    };
    let is_url = kind == Some(SourceKind::FunctionUrl);
    let wanted = match is_url {
        true => "an account of 12 digits, nor `anonymous`, which events of open URLs say",
        false => "an account of 12 digits",
    };
    Source {
        kind: kind.unwrap_or(SourceKind::Direct),
        function: function(reader, names, table),
        accounts: values::checked(reader, table, "accounts", wanted, |text| {
            let is_account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
            is_account || is_url && text == SourceKind::NO_ACCOUNT
        }),
        arns: values::checked(
            reader,
            table,
            "arns",
            "an ARN that names an account or a resource",
            narrows,
        ),
        buckets: values::checked(reader, table, "buckets", "the name of a bucket", |text| {
            let proper = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            (3..=63).contains(&text.len()) && text.bytes().all(proper)
        }),
        buses: values::checked(reader, table, "buses", "the name of an event bus", |text| {
            let proper = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
            text.len() <= 256 && text.bytes().all(proper)
        }),
        limits: limits(reader, names, table),
        contract: contract(reader, names, table),
        roles: values::texts(reader, table, "roles"),
        record: record(reader, table),
        privileged: values::truth(reader, table, "privileged"),
        line: reader.place(table.start).0,
    }
}

/// Whether a pattern of ARNs leaves somebody out: wildcards alone for account and resource don't,
/// nor does the type of a resource (`function:*`).
fn narrows(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let names = |part: &str| part.bytes().any(|b| b != b'*' && b != b'?');
    match parts[..] {
        ["arn", partition, service, _, account, resource] => {
            let rest = resource
                .split_once([':', '/'])
                .map_or(resource, |(_, rest)| rest);
            let named = names(&rest.replace([':', '/'], ""));
            let graphic = text.bytes().all(|b| b.is_ascii_graphic());
            let whole = !partition.is_empty() && !resource.is_empty() && names(service);
            graphic && whole && (names(account) || named)
        }
        _ => false,
    }
}
