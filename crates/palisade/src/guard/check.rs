//! `palisade guard check`: everything that a configuration names is read and made ready, as a gateway
//! would; what is wrong is told, and else what stands.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use super::floor;
use super::parts::{Loaded, Wrong, unusable};
use super::tame;
use crate::cli::AnswerFormat;
use crate::cli::guard::CheckArgs;
use crate::failure::{CommandError, code};
use crate::ledger::show;
use crate::output;
use crate::scan::today;
use palisade_cloud::Identity;
use palisade_guard::authorize::Grant;
use palisade_guard::config::{Accept, BodyMode, Limit, Listen, Per, Route, Source, TlsVersion};
use palisade_guard::{Guard, SourceKind};
use palisade_ledger::{Clock as _, SystemClock};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn run(arguments: &CheckArgs) -> Result<ExitCode, CommandError> {
    let path = &arguments.config.config;
    let result = Loaded::read(path).and_then(|loaded| {
        let guard = ready(&loaded)?;
        Ok((loaded, guard))
    });
    let name = path.display().to_string();
    match (arguments.format, result) {
        (AnswerFormat::Text, Err(wrong)) => Err(unusable(&wrong)),
        (AnswerFormat::Text, Ok((loaded, guard))) => {
            output::write(None, &text(&loaded, &guard))?;
            Ok(ExitCode::SUCCESS)
        }
        (AnswerFormat::Json, result) => {
            let (problems, warnings, stands) = match &result {
                Ok((loaded, guard)) => (Vec::new(), warnings(loaded, guard), stands(guard)),
                Err(wrong) => (
                    wrong.iter().map(Wrong::json).collect(),
                    Vec::new(),
                    Value::Null,
                ),
            };
            let json = json!({
                "schema": "palisade.guard-check/1",
                "file": name,
                "problems": problems,
                "warnings": warnings,
                "stands": stands,
            });
            output::write(None, &format!("{json:#}\n"))?;
            Ok(match result {
                Ok(_) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(code::USAGE),
            })
        }
    }
}

/// Everything that a configuration names, or all that is wrong with it.
pub(super) fn ready(loaded: &Loaded) -> Result<Guard, Vec<Wrong>> {
    let guard = loaded.guard(loaded.asking(None, Arc::new(SystemClock)));
    let mut wrong = listening(loaded);
    wrong.extend(floor::allowed(loaded, today()).err());
    match guard {
        Ok(guard) if wrong.is_empty() => Ok(guard),
        Ok(_) => Err(wrong),
        Err(mut more) => {
            more.append(&mut wrong);
            Err(more)
        }
    }
}

/// What is wrong with the certificate of the listener.
fn listening(loaded: &Loaded) -> Vec<Wrong> {
    let Some(Listen {
        certificate: Some(certificate),
        private_key: Some(key),
        ..
    }) = &loaded.config.listen
    else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let mut read = |file: &str| {
        let read = std::fs::read(loaded.beside(file));
        read.map_err(|error| problems.push(problem(file, format!("can't be read: {error}"))))
            .ok()
    };
    let (chain, secret) = (read(certificate), read(key));
    if let (Some(chain), Some(secret)) = (chain, secret)
        && let Err(error) = Identity::from_pem(&chain, &zeroize::Zeroizing::new(secret))
    {
        problems.push(problem(certificate, error.to_string()));
    }
    loaded.wrong(&problems)
}

fn problem(file: &str, what: String) -> palisade_core::Problem {
    palisade_core::Problem::file(file, palisade_core::ProblemLevel::Configuration, what)
}

fn policies(guard: &Guard) -> Vec<&str> {
    let authorizer = guard.authorizer();
    let names = authorizer.into_iter().flat_map(|a| a.policies());
    names.map(|name| &**name).collect()
}

/// What is not wrong, and should be looked at.
fn warnings(loaded: &Loaded, guard: &Guard) -> Vec<Value> {
    told(loaded, guard).iter().map(Wrong::json).collect()
}

fn told(loaded: &Loaded, guard: &Guard) -> Vec<Wrong> {
    let Some(authorizer) = guard.authorizer() else {
        return Vec::new();
    };
    let config = guard.config();
    let mut all = authorizer.warnings().to_vec();
    for name in authorizer.closed() {
        // A function all of whose routes are public needs no policy.
        let mut routes = config.routes.iter().filter(|r| r.function == name);
        let is_open = routes.next().is_some()
            && config
                .routes
                .iter()
                .filter(|route| route.function == name)
                .all(|route| route.accepts.is_empty())
            && config.sources.iter().all(|s| s.function != name);
        if !is_open {
            let what = format!("no policy could permit anybody to call `{name}`: it is closed");
            all.push(problem("guard.toml", what));
        }
    }
    loaded.wrong(&all)
}

fn text(loaded: &Loaded, guard: &Guard) -> String {
    let config = guard.config();
    let mut out = format!("{}: environment `{}`\n", loaded.name, config.environment);
    for warning in told(loaded, guard) {
        let _ = writeln!(out, "warning: {warning}");
    }
    let mut line = |what: &str, text: String| {
        let _ = writeln!(out, "  {what:<9} {text}");
    };
    match &config.listen {
        Some(listen) => line("listen", listening_on(listen)),
        None => line("listen", "nowhere: for events alone".to_owned()),
    }
    line("ledger", config.ledger.dir.clone());
    for route in &config.routes {
        line("route", route_text(route));
    }
    for source in &config.sources {
        line("source", source_text(source));
    }
    for (name, limit) in &config.limits {
        line("limit", format!("{name}: {}", limit_text(limit)));
    }
    let policies = policies(guard);
    if !policies.is_empty() {
        line("policies", policies.join(", "));
    }
    for grant in guard.grants().left(now()) {
        line("grant", grant_text(grant));
    }
    out
}

/// Now, in seconds since 1970.
pub(super) fn now() -> i64 {
    i64::try_from(SystemClock.now() / 1000).unwrap_or(i64::MAX)
}

/// A break-glass grant, with all that somebody has to answer for.
pub(super) fn grant_text(grant: &Grant) -> String {
    let (means, issuer, id) = grant.caller();
    let (requester, approver) = grant.people();
    let functions = match grant.functions() {
        None => "every function".to_owned(),
        Some(names) => names.join(", "),
    };
    let of = match issuer {
        "" => String::new(),
        issuer => format!(" of `{issuer}`"),
    };
    tame(&format!(
        "`{}` for {} `{id}`{of}: {functions}, from {} until {}; reason: {}; asked for by {requester}, approved by {approver}",
        grant.id(),
        means.name(),
        show(grant.from().saturating_mul(1000)),
        show(grant.until().saturating_mul(1000)),
        grant.reason(),
    ))
}

fn listening_on(listen: &Listen) -> String {
    let how = match (listen.plaintext, listen.behind.is_empty()) {
        (false, _) if listen.min_tls == TlsVersion::Tls12 => "TLS 1.2 by exception",
        (false, _) => "TLS",
        (true, true) => "plain text, on this machine",
        (true, false) => "plain text, behind what ends TLS",
    };
    format!("{} ({how})", listen.address)
}

fn accepts(route: &Route) -> Vec<String> {
    let each = route.accepts.iter().map(|accept| match accept {
        Accept::Token(name) => format!("token:{name}"),
        Accept::ApiKey => "api-key".to_owned(),
        Accept::Certificate(name) => format!("certificate:{name}"),
        Accept::AwsSignature => "aws-signature".to_owned(),
    });
    each.collect()
}

const fn body(body: BodyMode) -> &'static str {
    match body {
        BodyMode::Buffered => "buffered",
        BodyMode::Streaming => "streaming",
    }
}

const fn per(per: Per) -> &'static str {
    match per {
        Per::All => "all",
        Per::Route => "route",
        Per::Principal => "principal",
        Per::Key => "key",
        Per::Address => "address",
    }
}

fn route_text(route: &Route) -> String {
    let mut text = format!(
        "{} {} -> {}: ",
        route.methods.join(","),
        route.path.as_str(),
        route.function
    );
    match route.accepts.is_empty() {
        true => text.push_str("open to everybody"),
        false => text.push_str(&accepts(route).join(" or ")),
    }
    for (what, names) in [
        ("scopes", &route.scopes),
        ("roles", &route.roles),
        ("limits", &route.limits),
    ] {
        if !names.is_empty() {
            let _ = write!(text, "; {what} {}", names.join(", "));
        }
    }
    if let Some(contract) = &route.contract {
        let _ = write!(text, "; contract {}", contract.name);
    }
    let _ = write!(
        text,
        "; {}, recorded {}",
        body(route.body),
        route.record.as_str()
    );
    text
}

fn source_text(source: &Source) -> String {
    let how = match source.kind {
        SourceKind::Direct => "whoever the platform lets invoke it",
        _ => "matched by",
    };
    let mut text = format!("{} -> {}: {how}", source.kind.name(), source.function);
    for (what, list) in [
        ("accounts", &source.accounts),
        ("ARNs", &source.arns),
        ("buckets", &source.buckets),
        ("buses", &source.buses),
    ] {
        if !list.is_empty() {
            let _ = write!(text, " {what} {}", list.join(", "));
        }
    }
    let _ = write!(text, "; recorded {}", source.record.as_str());
    text
}

fn limit_text(limit: &Limit) -> String {
    let mut text = format!("by {}", per(limit.per));
    if let Some(rate) = &limit.rate {
        let _ = write!(
            text,
            "; {} in {} s, {} at once",
            rate.calls,
            rate.period / 1000,
            rate.burst
        );
    }
    for (most, what) in [(limit.day, "a day"), (limit.month, "a month")] {
        if let Some(most) = most {
            let _ = write!(text, "; {most} {what}");
        }
    }
    if let Some(most) = limit.concurrent {
        let _ = write!(text, "; {most} at the same time");
    }
    text
}

/// What stands, for programs.
fn stands(guard: &Guard) -> Value {
    let config = guard.config();
    let contract = |of: &Option<palisade_guard::config::RouteContract>| {
        of.as_ref().map(|contract| contract.name.clone())
    };
    let routes = config.routes.iter().map(|route| {
        json!({
            "line": route.line,
            "path": route.path.as_str(),
            "methods": route.methods,
            "function": route.function,
            "target": route.target,
            "public": route.accepts.is_empty(),
            "authenticate": accepts(route),
            "scopes": route.scopes,
            "roles": route.roles,
            "limits": route.limits,
            "contract": contract(&route.contract),
            "body": body(route.body),
            "max_body": route.most,
            "record": route.record.as_str(),
            "privileged": route.privileged,
        })
    });
    let sources = config.sources.iter().map(|source| {
        json!({
            "line": source.line,
            "kind": source.kind.name(),
            "function": source.function,
            "accounts": source.accounts,
            "arns": source.arns,
            "buckets": source.buckets,
            "buses": source.buses,
            "roles": source.roles,
            "limits": source.limits,
            "contract": contract(&source.contract),
            "record": source.record.as_str(),
            "privileged": source.privileged,
        })
    });
    let limits = config.limits.iter().map(|(name, limit)| {
        json!({
            "name": name,
            "per": per(limit.per),
            "rate": limit.rate.as_ref().map(|rate| json!({
                "calls": rate.calls, "milliseconds": rate.period, "burst": rate.burst,
            })),
            "day": limit.day,
            "month": limit.month,
            "concurrent": limit.concurrent,
        })
    });
    json!({
        "environment": config.environment,
        "ledger": config.ledger.dir,
        "listen": config.listen.as_ref().map(|listen| json!({
            "address": listen.address.to_string(),
            "tls": !listen.plaintext,
            "min_tls": (!listen.plaintext).then(|| listen.min_tls.to_string()),
        })),
        "routes": routes.collect::<Vec<_>>(),
        "sources": sources.collect::<Vec<_>>(),
        "limits": limits.collect::<Vec<_>>(),
        "policies": policies(guard),
        "grants": guard.grants().left(now()).map(grant_json).collect::<Vec<_>>(),
    })
}

fn grant_json(grant: &Grant) -> Value {
    let (means, issuer, id) = grant.caller();
    let (requester, approver) = grant.people();
    json!({
        "id": &*grant.id(),
        "principal": {"means": means.name(), "issuer": issuer, "id": id},
        "functions": grant.functions(),
        "reason": grant.reason(),
        "requester": requester,
        "approver": approver,
        "from": show(grant.from().saturating_mul(1000)),
        "until": show(grant.until().saturating_mul(1000)),
    })
}
