//! Reads `guard.toml`: table by table, with every mistake and its place. What a single table says
//! is checked here; what only several of them together say, in `check`.

mod callers;
mod routes;
pub(super) mod values;

use super::{
    Admission, Config, ContractFile, Field, Function, Kind, Ledger, Limit, Listen, Per, Rate,
    Target, check, units,
};
use crate::config::Url;
use palisade_policy::read::{Reader, Table, Value, root_table, word};
use palisade_policy::{ConfigError, TlsVersion};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use values::{Names, place};

const KEYS: &[&str] = &[
    "environment",
    "ledger",
    "quotas",
    "grants",
    "listen",
    "targets",
    "issuers",
    "trust",
    "keys",
    "aws",
    "limits",
    "admission",
    "contracts",
    "policies",
    "claims",
    "functions",
    "routes",
    "sources",
];
const LEDGER_KEYS: &[&str] = &["dir", "key"];
const LISTEN_KEYS: &[&str] = &[
    "address",
    "url",
    "certificate",
    "private-key",
    "plaintext",
    "behind",
    "admin",
    "hsts",
    "min-tls",
];
const TARGET_KEYS: &[&str] = &["urls", "plaintext", "timeout", "health"];
const URL_KEYS: &[&str] = &["url", "weight"];
const LIMIT_KEYS: &[&str] = &["per", "rate", "burst", "day", "month", "concurrent"];
const ADMISSION_KEYS: &[&str] = &["rate", "burst", "connections", "allow", "deny"];
const CONTRACT_KEYS: &[&str] = &["openapi", "schema"];
const FUNCTION_KEYS: &[&str] = &["tags", "headers", "query", "body"];
const FIELD_KEYS: &[&str] = &["pointer", "type"];

/// Connections of one address when nothing is said.
const CONNECTIONS: u32 = 100;
/// How long an answer may take to begin when nothing is said, in milliseconds.
const TIMEOUT: u32 = 30_000;
/// How long browsers remember to use HTTPS when nothing is said, in seconds.
const HSTS: u32 = 365 * 86_400;

/// How a value begins that somebody still has to decide about. `guard init` writes such.
pub(crate) const DECIDE: &str = "decide: ";
const DECIDE_FIRST: &str = "to be decided: ";

pub(super) fn read(file: &str, text: &str) -> Result<Config, Vec<ConfigError>> {
    let mut reader = Reader::new(file, text);
    let root = reader.parse();
    let config = root.as_ref().map(|root| {
        root_table(root)
            .entries
            .values()
            .for_each(|value| undecided(&mut reader, value));
        whole(&mut reader, root_table(root))
    });
    reader.finish(config).map_err(|mut errors| {
        // What else is wrong with such a value is of no interest.
        errors.dedup_by(|next, first| {
            let place = |error: &ConfigError| (error.line(), error.column());
            first.message().starts_with(DECIDE_FIRST) && place(next) == place(first)
        });
        errors
    })
}

/// Tells of every text that somebody still has to decide about, wherever it stands.
fn undecided<'t>(reader: &mut Reader<'t>, value: &Value<'t>) {
    if let Some(what) = value
        .get_ref()
        .as_str()
        .and_then(|t| t.strip_prefix(DECIDE))
    {
        let help = "write what it is in place of this text";
        let message = format!("{DECIDE_FIRST}{what}");
        reader.error(value.span(), message, Some(help.to_owned()));
    } else if let Some(list) = value.get_ref().as_array() {
        list.iter().for_each(|value| undecided(reader, value));
    } else if let Some(table) = value.get_ref().as_table() {
        table.values().for_each(|value| undecided(reader, value));
    }
}

/// Line and column of the first value that is this text.
pub(super) fn place_of(text: &str, wanted: &str) -> Option<(u32, u32)> {
    fn first(value: &Value<'_>, wanted: &str) -> Option<usize> {
        if value.get_ref().as_str() == Some(wanted) {
            return Some(value.span().start);
        }
        let list = value.get_ref().as_array().into_iter().flatten();
        let table = value.get_ref().as_table().into_iter();
        let all = list.chain(table.flat_map(|table| table.values()));
        all.filter_map(|value| first(value, wanted)).min()
    }
    let mut reader = Reader::new("", text);
    let root = reader.parse()?;
    let values = root_table(&root).entries.values();
    let at = values.filter_map(|value| first(value, wanted)).min()?;
    Some(reader.place(at))
}

fn whole<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>) -> Config {
    reader.keys(root, KEYS);
    let mut names = Names::new(root);
    let mut config = Config {
        environment: values::name(reader, root, "environment"),
        ledger: ledger(reader, root),
        quotas: reader.optional_text(root, "quotas"),
        grants: reader.optional_text(root, "grants"),
        listen: values::inner(reader, root, "listen").map(|table| listen(reader, table)),
        targets: each(reader, root, "targets", target),
        issuers: each(reader, root, "issuers", callers::issuer),
        trust: each(reader, root, "trust", callers::trust),
        keys: values::inner(reader, root, "keys").map(|table| callers::keys(reader, table)),
        aws: values::inner(reader, root, "aws").map(|table| callers::aws(reader, table)),
        limits: each(reader, root, "limits", limit),
        admission: admission(reader, root),
        contracts: each(reader, root, "contracts", contract),
        policies: values::texts(reader, root, "policies"),
        claims: values::inner(reader, root, "claims")
            .map(|table| fields(reader, table))
            .unwrap_or_default(),
        functions: each(reader, root, "functions", function),
        routes: Vec::new(),
        sources: Vec::new(),
    };
    check::limits(reader, root, &config);
    check::functions(reader, root, &config);
    let mut routes = Vec::new();
    for table in items(reader, root, "routes") {
        let before = reader.mistakes();
        let route = routes::route(reader, &mut names, table);
        if reader.mistakes() == before {
            check::route(reader, table, &route, &config);
            routes.push((route, table));
        }
    }
    check::duplicates(reader, &routes);
    config.routes = routes.into_iter().map(|(route, _)| route).collect();
    for table in items(reader, root, "sources") {
        let before = reader.mistakes();
        let source = routes::source(reader, &mut names, table);
        if reader.mistakes() == before {
            check::source(reader, table, &source, &config);
            config.sources.push(source);
        }
    }
    check::whole(reader, root);
    if reader.mistakes() == 0 {
        // What refers to a table may be among what could not be read.
        let kinds = [
            "targets",
            "issuers",
            "trust",
            "limits",
            "contracts",
            "functions",
        ];
        names.unused(reader, &kinds);
    }
    config
}

/// The tables of a table, each read.
fn each<'t, T>(
    reader: &mut Reader<'t>,
    root: Table<'_, 't>,
    key: &str,
    read: impl Fn(&mut Reader<'t>, Table<'_, 't>) -> T,
) -> BTreeMap<String, T> {
    let tables = values::named(reader, root, key);
    let read = tables
        .into_iter()
        .map(|(name, table)| (name, read(reader, table)));
    read.collect()
}

/// The tables of a list.
fn items<'a, 't>(reader: &mut Reader<'t>, root: Table<'a, 't>, key: &str) -> Vec<Table<'a, 't>> {
    let Some(list) = root.get(key) else {
        return Vec::new();
    };
    let list = reader.list(list, key);
    list.iter()
        .filter_map(|item| reader.table(item, key))
        .collect()
}

fn ledger<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>) -> Ledger {
    let Some(value) = root.get("ledger") else {
        reader.missing(root, "ledger");
        return Ledger {
            dir: String::new(),
            key: None,
        };
    };
    let table = reader.table(value, "ledger");
    if let Some(table) = table {
        reader.keys(table, LEDGER_KEYS);
    }
    Ledger {
        dir: table
            .map(|table| values::text(reader, table, "dir"))
            .unwrap_or_default(),
        key: table.and_then(|table| reader.optional_text(table, "key")),
    }
}

fn address<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, key: &str) -> Option<SocketAddr> {
    let value = table.get(key)?;
    let text = reader.text(value, key)?;
    let address = text.parse().ok();
    if address.is_none() {
        let message = format!("`{key}` must be an address and a port");
        let help = "write `127.0.0.1:8080`, `0.0.0.0:8443` or `[::]:8443`";
        reader.error(value.span(), message, Some(help.to_owned()));
    }
    address
}

/// How the gateway is reached.
fn url<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Option<String> {
    let text = reader.optional_text(table, "url")?;
    let at = place(table, "url");
    match Url::parse(&text) {
        Some(url) if !url.path.is_empty() => {
            let help = "write scheme, host and port alone, such as `https://api.example.com`";
            reader.error(at, "`url` has a path", Some(help.to_owned()));
        }
        _ => values::safe_url(reader, "url", &text, at),
    }
    Some(text)
}

fn listen<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Listen {
    let before = reader.mistakes();
    reader.keys(table, LISTEN_KEYS);
    if table.get("address").is_none() {
        reader.missing(table, "address");
    }
    let mut listen = Listen {
        address: address(reader, table, "address").unwrap_or(SocketAddr::from(([0; 4], 0))),
        url: url(reader, table),
        certificate: reader.optional_text(table, "certificate"),
        private_key: reader.optional_text(table, "private-key"),
        plaintext: values::truth(reader, table, "plaintext"),
        behind: values::networks(reader, table, "behind"),
        admin: address(reader, table, "admin"),
        hsts: values::seconds(reader, table, "hsts", ["0s", "730d"]).filter(|time| *time > 0),
        min_tls: values::choice(
            reader,
            table,
            "min-tls",
            &[("1.3", TlsVersion::Tls13), ("1.2", TlsVersion::Tls12)],
        )
        .unwrap_or(TlsVersion::Tls13),
        line: reader.place(table.start).0,
    };
    if reader.mistakes() == before {
        check::listen(reader, table, &listen);
    }
    if table.get("hsts").is_none() && (!listen.plaintext || !listen.behind.is_empty()) {
        listen.hsts = Some(HSTS);
    }
    listen
}

fn target<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Target {
    reader.keys(table, TARGET_KEYS);
    let plaintext = values::truth(reader, table, "plaintext");
    let mut urls = Vec::new();
    match table.get("urls") {
        None => reader.missing(table, "urls"),
        Some(value) => {
            let list = reader.list(value, "urls");
            if list.is_empty() && value.get_ref().is_array() {
                reader.error(value.span(), "`urls` is empty", None);
            }
            for value in list {
                urls.extend(target_url(reader, value, plaintext));
            }
            if !urls.is_empty() && urls.iter().all(|(_, weight)| *weight == 0) {
                let message = "nothing has a weight, so nothing is reached";
                reader.error(value.span(), message, None);
            }
        }
    }
    let health = reader.optional_text(table, "health");
    if let Some(path) = &health
        && let Err(error) = crate::path::Path::parse(path)
    {
        reader.error(place(table, "health"), format!("`health`: {error}"), None);
    }
    Target {
        urls,
        plaintext,
        timeout: values::milliseconds(reader, table, "timeout", ["1ms", "15min"])
            .unwrap_or(TIMEOUT),
        health,
    }
}

fn target_url<'t>(
    reader: &mut Reader<'t>,
    value: &Value<'t>,
    plaintext: bool,
) -> Option<(String, u32)> {
    let (text, weight, at) = if value.get_ref().is_table() {
        let table = reader.table(value, "urls")?;
        reader.keys(table, URL_KEYS);
        let weight = values::number(reader, table, "weight", 0);
        let at = place(table, "url");
        (reader.required_text(table, "url")?, weight.unwrap_or(1), at)
    } else {
        (reader.text(value, "urls")?, 1, value.span())
    };
    let (message, help) = match Url::parse(&text) {
        None => (
            format!("`{text}` is not a URL"),
            "write one such as `http://127.0.0.1:9000`, without user and fragment",
        ),
        Some(url) if !matches!(url.path, "" | "/") => (
            format!("`{text}` has a path"),
            "what is authorised is what is forwarded: the path of a request stays as it is",
        ),
        Some(url) if !url.is_safe() && !plaintext => (
            format!("`{text}` is not encrypted and not on this machine"),
            "use `https://`, or say `plaintext = true` when the network keeps others out",
        ),
        Some(_) => return Some((text.trim_end_matches('/').to_owned(), weight)),
    };
    reader.error(at, message, Some(help.to_owned()));
    None
}

fn rate<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Option<Rate> {
    let burst = values::number(reader, table, "burst", 1);
    let Some(value) = table.get("rate") else {
        if burst.is_some() {
            let help = "add one such as `rate = \"100/s\"`";
            let message = "`burst` without `rate`";
            reader.error(place(table, "burst"), message, Some(help.to_owned()));
        }
        return None;
    };
    if let Some(burst) = burst
        && burst > Rate::LARGEST_BURST
    {
        let message = format!("`burst` must be at most {}", Rate::LARGEST_BURST);
        reader.error(place(table, "burst"), message, None);
    }
    let text = value.get_ref().as_str();
    let Some((calls, period)) = text.and_then(|text| units::rate(text.trim())) else {
        let message = "`rate` must be a rate such as \"100/s\", \"1000/min\" or \"10/h\"";
        reader.error(value.span(), message, None);
        return None;
    };
    // A finer rate than a call in a microsecond can't be kept.
    if calls == 0 {
        let help = "to close a route, remove it";
        let message = "`rate` lets nothing through";
        reader.error(value.span(), message, Some(help.to_owned()));
    } else if u64::from(calls) > u64::from(period) * 1_000 {
        let message = "`rate` must be at most 1000000 calls a second";
        reader.error(value.span(), message, None);
    }
    Some(Rate {
        calls,
        period,
        burst: burst.unwrap_or_else(|| units::usual_burst(calls, period)),
    })
}

fn limit<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Limit {
    reader.keys(table, LIMIT_KEYS);
    let words = [
        ("all", Per::All),
        ("route", Per::Route),
        ("principal", Per::Principal),
        ("key", Per::Key),
        ("address", Per::Address),
    ];
    if table.get("per").is_none() {
        reader.missing(table, "per");
    }
    Limit {
        per: values::choice(reader, table, "per", &words).unwrap_or(Per::All),
        rate: rate(reader, table),
        day: values::count(reader, table, "day"),
        month: values::count(reader, table, "month"),
        concurrent: values::number(reader, table, "concurrent", 1),
    }
}

fn admission<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>) -> Admission {
    let mut admission = Admission {
        rate: None,
        connections: CONNECTIONS,
        allow: Vec::new(),
        deny: Vec::new(),
    };
    if let Some(table) = values::inner(reader, root, "admission") {
        reader.keys(table, ADMISSION_KEYS);
        admission.rate = rate(reader, table);
        if let Some(connections) = values::number(reader, table, "connections", 1) {
            admission.connections = connections;
        }
        admission.allow = values::networks(reader, table, "allow");
        admission.deny = values::networks(reader, table, "deny");
    }
    admission
}

fn contract<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> ContractFile {
    reader.keys(table, CONTRACT_KEYS);
    let openapi = reader.optional_text(table, "openapi");
    let schema = reader.optional_text(table, "schema");
    let both = table.get("openapi").is_some() == table.get("schema").is_some();
    if both {
        let message = "a contract is either `openapi` or `schema`";
        reader.error(table.start..table.start, message, None);
    }
    match openapi {
        Some(file) => ContractFile::OpenApi(file),
        None => ContractFile::Schema(schema.unwrap_or_default()),
    }
}

fn function<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> Function {
    reader.keys(table, FUNCTION_KEYS);
    let mut tags = BTreeMap::new();
    if let Some(table) = values::inner(reader, table, "tags") {
        for (name, value) in table.entries {
            let name: &str = name.get_ref();
            if let Some(text) = reader.text(value, name) {
                tags.insert(name.to_owned(), text);
            }
        }
    }
    let headers = values::list(reader, table, "headers");
    let headers = headers
        .into_iter()
        .map(|(text, at)| values::header(reader, &text, at));
    Function {
        tags,
        headers: headers.collect(),
        query: values::texts(reader, table, "query").into_iter().collect(),
        body: values::inner(reader, table, "body")
            .map(|table| fields(reader, table))
            .unwrap_or_default(),
    }
}

/// Values inside JSON, by name: `amount = "long"` is the member of that name.
fn fields<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) -> BTreeMap<String, Field> {
    let kinds = [
        ("string", Kind::String),
        ("long", Kind::Long),
        ("bool", Kind::Bool),
        ("decimal", Kind::Decimal),
        ("strings", Kind::Strings),
    ];
    let mut fields = BTreeMap::new();
    for (key, value) in table.entries {
        let name: &str = key.get_ref();
        let mut pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let (kind, value) = if value.get_ref().is_table() {
            let Some(table) = reader.table(value, name) else {
                continue;
            };
            reader.keys(table, FIELD_KEYS);
            if let Some(text) = reader.optional_text(table, "pointer") {
                if !is_pointer(&text) {
                    let help = "write one such as `/order/amount` (RFC 6901)";
                    let message = format!("`{text}` is not a JSON pointer");
                    reader.error(place(table, "pointer"), message, Some(help.to_owned()));
                }
                pointer = text;
            }
            let Some(value) = table.get("type") else {
                reader.missing(table, "type");
                continue;
            };
            (reader.text(value, "type"), value)
        } else {
            (reader.text(value, name), value)
        };
        if let Some(kind) = kind.and_then(|kind| word(reader, value, &kind, &kinds)) {
            fields.insert(name.to_owned(), Field { pointer, kind });
        }
    }
    fields
}

/// Whether a text is a JSON pointer to something inside (RFC 6901, section 3).
fn is_pointer(text: &str) -> bool {
    let mut escapes = text.split('~').skip(1);
    text.starts_with('/') && escapes.all(|after| after.starts_with(['0', '1']))
}

#[cfg(test)]
pub(super) const SCHEMA_KEYS: [(&str, &[&str]); 20] = [
    ("", KEYS),
    ("ledger", LEDGER_KEYS),
    ("listen", LISTEN_KEYS),
    ("target", TARGET_KEYS),
    ("url", URL_KEYS),
    ("issuer", callers::ISSUER_KEYS),
    ("introspection", callers::INTROSPECTION_KEYS),
    ("trust", callers::TRUST_KEYS),
    ("keys", callers::KEYS_KEYS),
    ("aws", callers::AWS_KEYS),
    ("limit", LIMIT_KEYS),
    ("admission", ADMISSION_KEYS),
    ("contract", CONTRACT_KEYS),
    ("function", FUNCTION_KEYS),
    ("field", FIELD_KEYS),
    ("route", routes::ROUTE_KEYS),
    ("route-contract", routes::CONTRACT_KEYS),
    ("cors", routes::CORS_KEYS),
    ("websocket", routes::WEBSOCKET_KEYS),
    ("source", routes::SOURCE_KEYS),
];
