//! A settled draft as text.

use super::settle::{is_closed, settle};
use super::{
    Accept, Callers, CognitoToken, Contract, Draft, Limit, METHODS, Route, Setting, Source, Written,
};
use crate::config::DECIDE;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The file of the first policies.
const POLICIES: &str = "policies/routes.cedar";

/// Writes a draft. The same draft gives the same text.
#[must_use]
pub fn write(mut draft: Draft) -> Written {
    settle(&mut draft);
    let mut out = Out::default();
    let mut files = BTreeMap::new();
    head(&mut out, &draft);
    let policies = policies(&draft);
    if let Some(text) = policies {
        out.line(&format!("policies = [{}]", quoted(POLICIES)));
        files.insert(POLICIES.to_owned(), text);
    }
    let limits = used(&draft.limits, draft.routes.iter().flat_map(|r| &r.limits));
    if limits
        .values()
        .any(|l| l.day.is_some() || l.month.is_some())
    {
        out.line("quotas = \"quotas.db\"");
    }
    out.line("\n[ledger]\ndir = \"ledger\"");
    if !draft.routes.is_empty() {
        listen(&mut out, &draft);
    }
    tables(&mut out, &draft, &limits, &mut files);
    draft.routes.iter().for_each(|r| route(&mut out, r, &draft));
    draft.sources.iter().for_each(|s| source(&mut out, s));
    left_out(&mut out, &draft);
    let decisions = decisions(&out.0);
    Written {
        text: out.0,
        files,
        decisions,
    }
}

#[derive(Default)]
struct Out(String);

impl Out {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// A comment, which is one line whatever stands in it.
    fn comment(&mut self, text: &str) {
        self.line(&format!("# {}", plain(text)));
    }

    fn value(&mut self, key: &str, value: &Setting) {
        self.line(&format!("{key} = {}", setting(value)));
    }

    fn list(&mut self, key: &str, values: &[Setting]) {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(setting).collect();
            self.line(&format!("{key} = [{}]", values.join(", ")));
        }
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        let values: Vec<Setting> = values.iter().map(Setting::known).collect();
        self.list(key, &values);
    }
}

/// Without what would end a line or hide something in it.
fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(hidden, " ")
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn setting(setting: &Setting) -> String {
    match setting {
        // What came from outside is not to look like a decision that somebody has to make, nor as one
        // that was made: a text that begins so is one to decide about.
        Setting::Known(text) => quoted(text),
        Setting::Decide(what) => quoted(&format!("{DECIDE}{}", plain(what))),
    }
}

/// What is left to decide, with its line.
fn decisions(text: &str) -> Vec<(usize, String)> {
    let mark = format!("\"{DECIDE}");
    let mut decisions = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        for part in line.split(mark.as_str()).skip(1) {
            let mut end = part.len();
            let mut escaped = false;
            for (at, c) in part.char_indices() {
                match c {
                    '"' if !escaped => {
                        end = at;
                        break;
                    }
                    _ => escaped = c == '\\' && !escaped,
                }
            }
            let what = part.get(..end).unwrap_or(part);
            decisions.push((number + 1, what.replace("\\\"", "\"").replace("\\\\", "\\")));
        }
    }
    decisions
}

fn head(out: &mut Out, draft: &Draft) {
    out.comment(&format!(
        "Written by `palisade guard init` from {}.",
        draft.from
    ));
    out.comment("Each entry says where it comes from. What begins with `decide: ` is refused by");
    out.comment("`palisade guard check` until somebody has decided it.");
    out.line("");
    let environment = draft.environment.as_deref().unwrap_or("dev");
    out.value("environment", &Setting::known(environment));
}

fn listen(out: &mut Out, draft: &Draft) {
    let certificate = |accept: &Accept| matches!(accept, Accept::Certificate(_));
    let mutual = draft.routes.iter().any(|route| match &route.callers {
        Callers::Who(accepts) => accepts.iter().any(certificate),
        _ => false,
    });
    out.line("\n[listen]");
    if mutual {
        out.line("address = \"127.0.0.1:8443\"");
        out.line("certificate = \"tls/chain.pem\"\nprivate-key = \"tls/key.pem\"");
    } else {
        out.line("address = \"127.0.0.1:8080\"");
        out.line(
            "plaintext = true                # on this machine alone; others need a certificate",
        );
    }
    if !draft.restricted.is_empty() {
        out.line("\n[admission]");
        for noted in &draft.restricted {
            out.comment(&format!("{} ({})", noted.what, noted.origin));
        }
        let what = "the networks that may call: today not everybody reaches it";
        out.list("allow", &[Setting::decide(what)]);
    }
}

/// Those of the tables that are referred to.
fn used<'a, T: Clone>(
    tables: &BTreeMap<String, T>,
    names: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, T> {
    let names: BTreeSet<&String> = names.collect();
    let there = tables.iter().filter(|(name, _)| names.contains(name));
    there
        .map(|(name, table)| (name.clone(), table.clone()))
        .collect()
}

fn tables(
    out: &mut Out,
    draft: &Draft,
    limits: &BTreeMap<String, Limit>,
    files: &mut BTreeMap<String, String>,
) {
    for (name, target) in used(&draft.targets, draft.routes.iter().map(|r| &r.target)) {
        out.line(&format!("\n[targets.{}]", key(&name)));
        out.comment(&target.origin);
        out.list("urls", &[target.url]);
    }
    let accepts: Vec<&Accept> = (draft.routes.iter())
        .filter_map(|route| match &route.callers {
            Callers::Who(accepts) => Some(accepts),
            _ => None,
        })
        .flatten()
        .collect();
    let issuers = accepts.iter().filter_map(|accept| match accept {
        Accept::Token(name) => Some(name),
        _ => None,
    });
    for (name, issuer) in used(&draft.issuers, issuers) {
        out.line(&format!("\n[issuers.{}]", key(&name)));
        out.comment(&issuer.origin);
        out.value("issuer", &issuer.issuer);
        out.list("audiences", &issuer.audiences);
        match issuer.cognito {
            Some(CognitoToken::Access) => {
                out.line("audience-claim = \"client_id\"\nrequire = { token_use = [\"access\"] }");
            }
            Some(CognitoToken::Id) => out.line("require = { token_use = [\"id\"] }"),
            None => {}
        }
    }
    let trust = accepts.iter().filter_map(|accept| match accept {
        Accept::Certificate(name) => Some(name),
        _ => None,
    });
    for (name, origin) in used(&draft.trust, trust) {
        out.line(&format!("\n[trust.{}]", key(&name)));
        out.comment(&origin);
        out.texts("authorities", &[format!("tls/{name}.pem")]);
    }
    if accepts.contains(&&Accept::ApiKey) {
        out.line("\n[keys]\nstore = \"keys.json\"");
        if let Some(header) = draft.key_header.as_ref().filter(|h| *h != "x-api-key") {
            out.value("header", &Setting::known(header));
        }
    }
    if accepts.contains(&&Accept::AwsSignature) {
        out.line("\n[aws]\ncredentials = \"aws-callers.toml\"");
        let regions = match draft.regions.is_empty() {
            true => &[Setting::decide("the region that callers sign for")][..],
            false => &draft.regions,
        };
        out.list("regions", regions);
        match draft.services.as_slice() {
            [] => {}
            [one] => out.value("service", &Setting::known(one)),
            several => out.value(
                "service",
                &Setting::decide(format!("callers sign for one of {}", several.join(", "))),
            ),
        }
    }
    for (name, table) in limits {
        limit(out, name, table);
    }
    let contracts = draft
        .routes
        .iter()
        .filter_map(|route| match &route.contract {
            Some(Setting::Known(name)) => Some(name),
            _ => None,
        });
    for (name, contract) in used(&draft.contracts, contracts) {
        let Contract {
            file, text, origin, ..
        } = contract;
        out.line(&format!("\n[contracts.{}]", key(&name)));
        out.comment(&origin);
        out.value("openapi", &Setting::known(&file));
        if let Some(text) = text {
            files.insert(file, text);
        }
    }
}

/// The name of a table: dots would part it.
fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match name.bytes().all(bare) && !name.is_empty() {
        true => name.to_owned(),
        false => quoted(name),
    }
}

fn limit(out: &mut Out, name: &str, limit: &Limit) {
    out.line(&format!("\n[limits.{}]", key(name)));
    out.comment(&limit.origin);
    out.value("per", &Setting::known(limit.per));
    if let Some(why) = &limit.decide {
        out.value("rate", &Setting::decide(why));
    } else if let Some(rate) = limit.rate {
        out.value("rate", &per_time(rate));
        if let Some(burst) = limit.burst.filter(|burst| *burst > 0) {
            out.line(&format!("burst = {}", burst.min(1_000_000)));
        }
    }
    for (key, calls) in [("day", limit.day), ("month", limit.month)] {
        if let Some(calls) = calls {
            out.line(&format!("{key} = {calls}"));
        }
    }
}

/// Calls in a second, in a minute or in an hour, never more than there were.
fn per_time(rate: f64) -> Setting {
    let rate = rate.min(1_000_000.0);
    for (times, unit) in [(1.0, "s"), (60.0, "min"), (3600.0, "h")] {
        let calls = (rate * times).floor();
        if calls >= 1.0 && (calls >= rate * times || unit == "h") {
            return Setting::known(format!("{calls:.0}/{unit}"));
        }
    }
    Setting::decide("the rate: there, it lets nothing through")
}

fn origins(origins: &[String]) -> String {
    let mut texts = origins.iter().take(8).cloned().collect::<Vec<_>>();
    if origins.len() > texts.len() {
        texts.push(format!("and {} more", origins.len() - texts.len()));
    }
    texts.join(", ")
}

fn route(out: &mut Out, route: &Route, draft: &Draft) {
    out.line("\n[[routes]]");
    out.comment(&origins(&route.origins));
    for note in &route.notes {
        out.comment(note);
    }
    out.value("path", &route.path);
    out.texts("methods", &route.methods);
    out.value("function", &Setting::known(&route.function));
    out.value("target", &Setting::known(&route.target));
    match &route.callers {
        Callers::Everybody => {
            out.line(
                "public = true                   # as it is there: nobody is asked who they are",
            );
        }
        Callers::Who(accepts) => {
            let accepts: Vec<String> = accepts.iter().map(accept).collect();
            out.texts("authenticate", &accepts);
            out.list("scopes", &route.scopes);
        }
        Callers::Decide(why) => out.list("authenticate", &[Setting::decide(why)]),
    }
    out.texts("limits", &route.limits);
    match &route.contract {
        Some(Setting::Known(name)) if draft.contracts.get(name).is_some_and(|c| c.keeps) => {
            out.line(&format!(
                "contract = {{ name = {}, unknown = \"keep\" }}",
                quoted(name)
            ));
        }
        Some(contract) => out.value("contract", contract),
        None => {}
    }
    if let Some(cors) = &route.cors {
        out.line("\n[routes.cors]");
        out.texts("origins", &cors.origins);
        out.texts("headers", &cors.headers);
        if cors.credentials {
            out.line("credentials = true");
        }
        if let Some(seconds) = cors.max_age {
            out.value(
                "max-age",
                &Setting::known(format!("{}s", seconds.min(86_400))),
            );
        }
    }
}

fn accept(accept: &Accept) -> String {
    match accept {
        Accept::Token(name) => format!("token:{name}"),
        Accept::Certificate(name) => format!("certificate:{name}"),
        Accept::ApiKey => "api-key".to_owned(),
        Accept::AwsSignature => "aws-signature".to_owned(),
    }
}

fn source(out: &mut Out, source: &Source) {
    out.line("\n[[sources]]");
    out.comment(&origins(&source.origins));
    for note in &source.notes {
        out.comment(note);
    }
    out.value("kind", &Setting::known(source.kind.name()));
    out.value("function", &Setting::known(&source.function));
    out.list("accounts", &source.accounts);
    out.list("arns", &source.arns);
    out.list("buckets", &source.buckets);
}

fn left_out(out: &mut Out, draft: &Draft) {
    if draft.left_out.is_empty() {
        return;
    }
    out.line("");
    out.comment("Not in this file, so refused:");
    for noted in &draft.left_out {
        out.comment(&format!("- {} ({})", noted.what, noted.origin));
    }
}

/// The first policies: whom a route or a source lets in may do what it is there for.
fn policies(draft: &Draft) -> Option<String> {
    let mut closed: BTreeMap<&str, (BTreeSet<usize>, BTreeSet<String>)> = BTreeMap::new();
    let mut open: BTreeMap<&str, (BTreeSet<usize>, BTreeSet<String>)> = BTreeMap::new();
    for route in &draft.routes {
        let list = match &route.callers {
            Callers::Decide(_) => &mut open,
            _ if is_closed(route) => &mut closed,
            _ => continue,
        };
        let entry = list.entry(&route.function).or_default();
        let place = |method: &String| METHODS.iter().position(|known| known == method);
        entry.0.extend(route.methods.iter().filter_map(place));
        if let Setting::Known(path) = &route.path {
            entry.1.insert(path.clone());
        }
    }
    let events: BTreeSet<&str> = draft.sources.iter().map(|s| s.function.as_str()).collect();
    if closed.is_empty() && open.is_empty() && events.is_empty() {
        return None;
    }
    let mut text = String::from(
        "// Whom the routes of guard.toml let in may call, as it is where they come from: a credential that\n\
         // is valid, with the scopes of its route, suffices. Say more here: roles, claims, times, networks.\n",
    );
    for (function, (methods, paths)) in &closed {
        permit(&mut text, "", function, methods, paths);
    }
    if !open.is_empty() {
        text.push_str("\n// For routes that are not decided yet; the marks go when they are.\n");
    }
    for (function, (methods, paths)) in &open {
        permit(&mut text, "// ", function, methods, paths);
    }
    for function in events {
        let _ = write!(
            text,
            "\n// Events of its sources.\npermit (principal, action == Action::\"event\", resource == Function::{});\n",
            quoted(function)
        );
    }
    Some(text)
}

fn permit(
    text: &mut String,
    mark: &str,
    function: &str,
    methods: &BTreeSet<usize>,
    paths: &BTreeSet<String>,
) {
    let methods: Vec<String> = (methods.iter())
        .filter_map(|place| METHODS.get(*place))
        .map(|method| format!("Action::\"{method}\""))
        .collect();
    let paths: Vec<String> = paths.iter().map(|path| plain(path)).collect();
    let _ = write!(
        text,
        "\n// {}\n{mark}permit (principal, action in [{}], resource == Function::{});\n",
        paths.join(", "),
        methods.join(", "),
        quoted(function)
    );
}
