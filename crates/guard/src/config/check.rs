//! What cannot be kept is refused when it is read, not when somebody calls: combinations of keys
//! that contradict each other, or promise what nothing does. Each mistake says what to do instead.

use super::read::values::place;
use super::{
    Accept, BodyMode, Config, ContractFile, Cors, Issuer, KEYS_PATH, Listen, Per, Record,
    Responses, Route, RouteContract, Source, Unknown,
};
use palisade_authn::Algorithm;
use palisade_policy::read::{Reader, Table, did_you_mean};
use std::collections::BTreeMap;
use std::ops::Range;

/// A body that is held back must fit into memory, times the calls at the same time.
const LARGEST_BUFFERED: u64 = 64 << 20;

fn refuse(reader: &mut Reader<'_>, at: Range<usize>, message: &str, help: &str) {
    reader.error(at, message, Some(help.to_owned()));
}

pub(super) fn algorithms(
    reader: &mut Reader<'_>,
    names: Vec<(String, Range<usize>)>,
) -> Vec<Algorithm> {
    let mut algorithms = Vec::with_capacity(names.len());
    for (name, at) in names {
        if let Some(algorithm) = Algorithm::named(&name) {
            algorithms.push(algorithm);
            continue;
        }
        let near = did_you_mean(&name, Algorithm::names());
        let help = near.unwrap_or_else(|| {
            let all: Vec<&str> = Algorithm::names().collect();
            format!("there are `{}`", all.join("`, `"))
        });
        reader.error(at, format!("unknown algorithm `{name}`"), Some(help));
    }
    algorithms
}

pub(super) fn issuer<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, issuer: &Issuer) {
    let shared = |algorithm: &Algorithm| algorithm.is_shared();
    if !issuer.algorithms.iter().any(shared) {
        return;
    }
    let at = place(table, "algorithms");
    if !issuer.algorithms.iter().all(shared) {
        let message = "algorithms with a shared secret and with public keys are mixed";
        let help = "an issuer has one kind: a public key must never be taken for a secret";
        refuse(reader, at, message, help);
    } else if issuer.keys.as_ref().is_none_or(|keys| keys.contains("://")) {
        let message = "the secret of HS256, HS384 and HS512 can't be one that the issuer publishes";
        let help = "name a file with the secret as `keys`, or use an algorithm with public keys";
        refuse(reader, at, message, help);
    }
}

pub(super) fn listen<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, listen: &Listen) {
    let (certificate, key) = (listen.certificate.is_some(), listen.private_key.is_some());
    if certificate != key {
        let (there, missing) = match certificate {
            true => ("certificate", "private-key"),
            false => ("private-key", "certificate"),
        };
        let help = format!("add `{missing}`");
        let message = format!("`{there}` without `{missing}`");
        reader.error(place(table, there), message, Some(help));
    }
    let at = place(table, "plaintext");
    match (listen.plaintext, certificate || key) {
        (true, true) => {
            let message = "`plaintext` with a certificate";
            refuse(reader, at, message, "keep one of them");
        }
        (false, false) => {
            let message = "a listener needs `certificate` and `private-key`";
            let help = "on this machine alone, or behind something that has ended TLS, \
                        `plaintext = true` does without";
            refuse(reader, table.start..table.start, message, help);
        }
        (true, false) if !listen.address.ip().is_loopback() && listen.behind.is_empty() => {
            let message = "`plaintext` on an address that others can reach";
            let help = "use a certificate, listen on `127.0.0.1`, or name the networks of what \
                        has ended TLS: `behind = [\"10.0.0.0/24\"]`";
            refuse(reader, at, message, help);
        }
        _ => {}
    }
    if listen.plaintext && listen.behind.is_empty() && listen.hsts.is_some() {
        let message = "`hsts` without TLS does nothing";
        refuse(
            reader,
            place(table, "hsts"),
            message,
            "remove it, or use a certificate",
        );
    }
    if listen.plaintext && table.get("min-tls").is_some() {
        let message = "`min-tls` on a listener without TLS";
        refuse(
            reader,
            place(table, "min-tls"),
            message,
            "remove it, or use a certificate",
        );
    }
    let same = |admin: std::net::SocketAddr| {
        let all = admin.ip().is_unspecified() || listen.address.ip().is_unspecified();
        // 0 is any port that is free, and another one each time.
        admin.port() != 0
            && admin.port() == listen.address.port()
            && (all || admin.ip() == listen.address.ip())
    };
    if listen.admin.is_some_and(same) {
        let message = "`admin` is where callers come in";
        refuse(
            reader,
            place(table, "admin"),
            message,
            "give it a port of its own",
        );
    }
}

pub(super) fn limits<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, config: &Config) {
    let tables = root
        .get("limits")
        .and_then(|value| value.get_ref().as_table());
    for (name, value) in tables.into_iter().flatten() {
        let Some(limit) = config.limits.get::<str>(name.get_ref()) else {
            continue;
        };
        let keys = value.get_ref().as_table();
        let has = |key: &str| keys.is_some_and(|keys| keys.get(key).is_some());
        if !["rate", "day", "month", "concurrent"].into_iter().any(has) {
            let message = format!("`[limits.{}]` limits nothing", name.get_ref());
            let help = "add `rate`, `day`, `month` or `concurrent`";
            refuse(reader, name.span(), &message, help);
        }
        let quota = limit.day.is_some() || limit.month.is_some();
        if quota && config.quotas.is_none() {
            let message = format!(
                "`[limits.{}]` has a quota, which has to outlive a restart",
                name.get_ref()
            );
            let help = "name the file that keeps it, above all tables: `quotas = \"quotas.db\"`";
            refuse(reader, name.span(), &message, help);
        }
    }
}

/// A value that policies see has one type, whichever function is called.
pub(super) fn functions<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>, config: &Config) {
    let mut kinds = BTreeMap::new();
    for (function, about) in &config.functions {
        for (name, field) in &about.body {
            let (first, kind) = *kinds.entry(name).or_insert((function, field.kind));
            if kind != field.kind {
                let at = root.get("functions").map_or(0..0, |value| {
                    let functions = value.get_ref().as_table();
                    let keys = functions.into_iter().flat_map(|table| table.keys());
                    let mut keys = keys.filter(|key| key.get_ref() == function.as_str());
                    keys.next().map_or(value.span(), |key| key.span())
                });
                let message = format!(
                    "body value `{name}` of `{function}` has another type than that of `{first}`"
                );
                refuse(reader, at, &message, "give one of them another name");
            }
        }
    }
}

pub(super) fn route<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    route: &Route,
    config: &Config,
) {
    permission(reader, table, route, config);
    credentials(reader, table, route, config);
    useless(reader, table, route, config);
    for name in &route.limits {
        let per = config.limits.get(name).map(|limit| limit.per);
        let keys = route.accepts.contains(&Accept::ApiKey);
        let help = match per {
            Some(Per::Key) if !keys => "count by `principal` or `address`",
            Some(Per::Principal) if route.accepts.is_empty() => "count by `address`",
            _ => continue,
        };
        let message = match per {
            Some(Per::Key) => {
                format!("limit `{name}` counts API keys, which the route does not take")
            }
            _ => format!("limit `{name}` counts callers, whom a public route does not know"),
        };
        refuse(reader, place(table, "limits"), &message, help);
    }
    if route.privileged && route.record == Record::Batched {
        batched(reader, table);
    }
    body(reader, table, route, config);
    if let Some(both) = &route.cors {
        cors(reader, table, both);
    }
    if route.path.as_str() == KEYS_PATH {
        let message = format!("`{KEYS_PATH}` is the gateway's own: its keys are there");
        refuse(reader, place(table, "path"), &message, "use another path");
    }
    let opens = route.body == BodyMode::Streaming && route.methods.iter().any(|m| m == "GET");
    if table.get("websocket").is_some() && !opens {
        let message = "`websocket` on a route that opens none";
        let help = "WebSockets go through where `body = \"streaming\"` and `GET` is taken";
        refuse(reader, place(table, "websocket"), message, help);
    }
}

fn batched<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) {
    let message = "what is privileged is recorded before it takes effect";
    refuse(
        reader,
        place(table, "record"),
        message,
        "use `record = \"before\"`",
    );
}

/// What is not public must be permitted by something.
fn permission<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, route: &Route, config: &Config) {
    let asks = |key| table.get(key).is_some();
    if route.accepts.is_empty() {
        for key in ["scopes", "roles"] {
            if asks(key) {
                let message = format!("`{key}` on a public route, whose callers nobody knows");
                let help = "remove it, or say with `authenticate` who may call";
                refuse(reader, place(table, key), &message, help);
            }
        }
    } else if route.scopes.is_empty() && route.roles.is_empty() && config.policies.is_empty() {
        let message = "nothing says what a caller needs for this route";
        let help = "add `scopes` or `roles`, or Cedar files as `policies` above all tables";
        refuse(reader, table.start..table.start, message, help);
    }
}

/// What is accepted must be configured.
fn credentials<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, route: &Route, config: &Config) {
    let at = place(table, "authenticate");
    let accepts = |accept: &Accept| route.accepts.contains(accept);
    if accepts(&Accept::ApiKey) && config.keys.is_none() {
        let message = "`api-key` without `[keys]`";
        let help = "add `[keys]` with the `store` of the keys";
        refuse(reader, at.clone(), message, help);
    }
    if accepts(&Accept::AwsSignature) && config.aws.is_none() {
        let message = "`aws-signature` without `[aws]`";
        let help = "add `[aws]` with `credentials` and `regions`";
        refuse(reader, at.clone(), message, help);
    }
    let mut issuers = BTreeMap::new();
    for accept in &route.accepts {
        if let Accept::Token(name) = accept
            && let Some(issuer) = config.issuers.get(name)
            && let Some(first) = issuers.insert(&issuer.issuer, name)
        {
            let message = format!("`{first}` and `{name}` are the same issuer");
            let help = "keep one: which of them a token is held to would be a guess";
            refuse(reader, at.clone(), &message, help);
        }
    }
    let certificate = |accept: &Accept| match accept {
        Accept::Certificate(_) => true,
        Accept::Token(name) => {
            let issuer = config.issuers.get(name);
            issuer.is_some_and(|issuer| issuer.certificate_bound)
        }
        _ => false,
    };
    let plaintext = config
        .listen
        .as_ref()
        .is_some_and(|listen| listen.plaintext);
    if plaintext && route.accepts.iter().any(certificate) {
        let message = "client certificates on a listener without TLS, which sees none";
        let help = "give `[listen]` a certificate, or take another credential";
        refuse(reader, at, message, help);
    }
}

/// Who is accepted must be able to have what is asked for: otherwise all of them are refused.
fn useless<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, route: &Route, config: &Config) {
    for accept in &route.accepts {
        let (who, scopes, roles, table_of_roles) = match accept {
            Accept::ApiKey => continue,
            Accept::AwsSignature => ("aws-signature".to_owned(), false, true, String::new()),
            Accept::Token(name) => {
                let roles = config
                    .issuers
                    .get(name)
                    .is_none_or(|issuer| issuer.roles.is_some());
                (
                    format!("token:{name}"),
                    true,
                    roles,
                    format!("issuers.{name}"),
                )
            }
            Accept::Certificate(name) => {
                let roles = config
                    .trust
                    .get(name)
                    .is_none_or(|trust| !trust.roles.is_empty());
                (
                    format!("certificate:{name}"),
                    false,
                    roles,
                    format!("trust.{name}"),
                )
            }
        };
        let (what, help) = if !route.scopes.is_empty() && !scopes {
            (
                "scopes",
                "ask for `roles`, or make it a route of its own".to_owned(),
            )
        } else if !route.roles.is_empty() && !roles {
            (
                "roles",
                format!("say where they are: `roles` in `[{table_of_roles}]`"),
            )
        } else {
            continue;
        };
        let message = format!("callers by `{who}` have no {what}, so all of them are refused");
        refuse(reader, place(table, what), &message, &help);
    }
}

/// What is asked of a body must be possible while it is still there.
fn body<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, route: &Route, config: &Config) {
    let most = place(table, "max-body");
    match route.body {
        BodyMode::Streaming => streaming(reader, table, route, config),
        BodyMode::Buffered if route.most > LARGEST_BUFFERED => {
            let message = "a body that is held back is at most 64 MiB";
            refuse(
                reader,
                most,
                message,
                "use `body = \"streaming\"`, or a smaller one",
            );
        }
        BodyMode::Buffered => {}
    }
    let Some(contract) = &route.contract else {
        return;
    };
    let schema = matches!(
        config.contracts.get(&contract.name),
        Some(ContractFile::Schema(_))
    );
    if schema && contract.responses != Responses::Ignore {
        answers(reader, table);
    }
}

fn answers<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>) {
    let message = "`responses` with a JSON Schema, which describes what comes in";
    let help = "use an OpenAPI document, or remove `responses`";
    refuse(reader, contract_place(table, "responses"), message, help);
}

/// The place of a key of `contract`.
fn contract_place(table: Table<'_, '_>, key: &str) -> Range<usize> {
    let contract = table
        .get("contract")
        .and_then(|value| value.get_ref().as_table());
    match contract.and_then(|contract| contract.get(key)) {
        Some(value) => value.span(),
        None => place(table, "contract"),
    }
}

fn streaming<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, route: &Route, config: &Config) {
    if route.accepts.contains(&Accept::AwsSignature) {
        let message = "`aws-signature` on a streaming route: the signature covers the whole body";
        let help = "use `body = \"buffered\"`, or another credential";
        refuse(reader, place(table, "body"), message, help);
    }
    if let Some(function) = config.functions.get(&route.function)
        && !function.body.is_empty()
    {
        let message = format!(
            "policies see values of the body of `{}`, but a streaming route goes through before it is there",
            route.function
        );
        let help = "use `body = \"buffered\"`, or a function of its own";
        refuse(reader, place(table, "body"), &message, help);
    }
    let Some(RouteContract {
        name,
        unknown,
        responses,
    }) = &route.contract
    else {
        return;
    };
    let schema = matches!(config.contracts.get(name), Some(ContractFile::Schema(_)));
    let bodiless = |method: &String| ["GET", "HEAD", "OPTIONS"].contains(&method.as_str());
    let help = "use `body = \"buffered\"`";
    if *unknown == Unknown::Drop {
        let message = "`unknown = \"drop\"` on a streaming route: nothing is left to drop from";
        refuse(reader, contract_place(table, "unknown"), message, help);
    } else if schema || !route.methods.iter().all(bodiless) {
        let message = "a contract on the body of a streaming route, which is not held back";
        let help = "use `body = \"buffered\"`; GET, HEAD and OPTIONS alone can stream under an \
                    OpenAPI document";
        refuse(reader, place(table, "contract"), message, help);
    }
    if *responses != Responses::Ignore {
        let message = "`responses` on a streaming route: answers go out before they are whole";
        refuse(reader, contract_place(table, "responses"), message, help);
    }
}

fn cors<'t>(reader: &mut Reader<'t>, table: Table<'_, 't>, cors: &Cors) {
    let all = cors.origins.iter().any(|origin| origin == "*");
    let inner = table
        .get("cors")
        .and_then(|value| value.get_ref().as_table());
    let at = |key: &str| match inner.and_then(|inner| inner.get(key)) {
        Some(value) => value.span(),
        None => place(table, "cors"),
    };
    if all && cors.credentials {
        let message = "`credentials` for all origins: any page could call as its visitor";
        refuse(reader, at("credentials"), message, "name the origins");
    }
    if all && cors.origins.len() > 1 {
        let message = "`*` stands for all origins already";
        refuse(reader, at("origins"), message, "keep `*`, or the others");
    }
}

pub(super) fn source<'t>(
    reader: &mut Reader<'t>,
    table: Table<'_, 't>,
    source: &Source,
    config: &Config,
) {
    let lists = [
        ("accounts", &source.accounts),
        ("arns", &source.arns),
        ("buckets", &source.buckets),
        ("buses", &source.buses),
    ];
    let there = source.kind.lists();
    if !there.is_empty() && lists.iter().all(|(_, list)| list.is_empty()) {
        let message = "a source says where its events are from";
        let help = format!("add `{}`", there.join("` or `"));
        refuse(reader, table.start..table.start, message, &help);
    }
    for (key, list) in lists {
        if !list.is_empty() && !there.contains(&key) {
            let message = format!("events of `{}` have no `{key}`", source.kind.name());
            let help = match there {
                [] => "remove it: who may invoke the function is for the platform".to_owned(),
                some => format!("use `{}`", some.join("` or `")),
            };
            refuse(reader, place(table, key), &message, &help);
        }
    }
    // Of the kinds that have any, each is called like its service.
    let service = source.kind.name();
    for arn in source.arns.iter().filter(|_| there.contains(&"arns")) {
        let named = arn.split(':').nth(2).unwrap_or_default();
        if !named.contains(['*', '?']) && named != service {
            let message = format!("`{arn}` is of `{named}`: no event of `{service}` is from there");
            let help = format!("name one such as `arn:aws:{service}:…`, or change `kind`");
            refuse(reader, place(table, "arns"), &message, &help);
        }
    }
    for name in &source.limits {
        let what = match config.limits.get(name).map(|limit| limit.per) {
            Some(Per::Key) => "API keys",
            Some(Per::Address) => "addresses",
            _ => continue,
        };
        let message = format!("limit `{name}` counts {what}, which events have none of");
        refuse(
            reader,
            place(table, "limits"),
            &message,
            "count by `principal` or `route`",
        );
    }
    if source.privileged && source.record == Record::Batched {
        batched(reader, table);
    }
    if let Some(contract) = &source.contract {
        if let Some(ContractFile::OpenApi(_)) = config.contracts.get(&contract.name) {
            let message = format!(
                "`{}` is an OpenAPI document, which describes calls",
                contract.name
            );
            let help = "use a contract with `schema`";
            refuse(reader, contract_place(table, "name"), &message, help);
        } else if contract.responses != Responses::Ignore {
            answers(reader, table);
        }
    }
}

/// A method of a path leads to one function; and the parameters of a path have one name each.
pub(super) fn duplicates<'t>(reader: &mut Reader<'t>, routes: &[(Route, Table<'_, 't>)]) {
    let mut paths: BTreeMap<String, &Route> = BTreeMap::new();
    let mut methods: BTreeMap<(String, &str), &Route> = BTreeMap::new();
    for (route, table) in routes {
        let shape = route.path.shape();
        let at = place(*table, "path");
        let first = *paths.entry(shape.clone()).or_insert(route);
        if first.path != route.path {
            let message = format!(
                "`{}` is the path of line {} with other names",
                route.path, first.line
            );
            let help = format!("write `{}` here, too", first.path);
            refuse(reader, at.clone(), &message, &help);
        }
        for method in &route.methods {
            if let Some(first) = methods.insert((shape.clone(), method), route) {
                let message = format!(
                    "{method} of `{}` has a route in line {}",
                    route.path, first.line
                );
                refuse(reader, at.clone(), &message, "keep one of them");
            }
        }
    }
}

/// Callers need a listener, and a listener needs routes; sources need neither.
pub(super) fn whole<'t>(reader: &mut Reader<'t>, root: Table<'_, 't>) {
    let has = |key: &str| {
        let list = root.get(key).map(|value| value.get_ref().as_array());
        list.is_some_and(|list| list.is_none_or(|list| !list.is_empty()))
    };
    let (at, message, help) = match (has("listen"), has("routes"), has("sources")) {
        (_, false, false) => (
            root.start..root.start,
            "neither a route nor a source: nothing is let through",
            "add `[[routes]]` or `[[sources]]`",
        ),
        (false, true, _) => (
            place(root, "routes"),
            "routes without `[listen]`",
            "say where callers come in",
        ),
        (true, false, true) => (
            place(root, "listen"),
            "`[listen]` without a route",
            "add `[[routes]]`, or remove it: sources need none",
        ),
        _ => return,
    };
    refuse(reader, at, message, help);
}
