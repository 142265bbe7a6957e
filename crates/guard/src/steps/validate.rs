//! What is being said.

use crate::chain::{Body, Checked, Pass, Standing};
use crate::compiled::RouteContract;
use crate::config::Responses;
use crate::reason::Reason;
use crate::request::Entry;
use crate::validate::{Operation, Parts, Payload, Violations};

/// What is passed on in place of what came, where something was dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rewritten {
    pub(crate) query: Option<String>,
}

/// Holds a request to the contract of its route; the body as it is to be forwarded.
pub(crate) fn request(pass: &mut Pass, body: Body) -> Result<Body, Reason> {
    let (line, most) = match &pass.standing {
        Some(Standing::Route(matched)) => (matched.route.line, matched.route.most),
        Some(Standing::Source(source)) => (source.line, u64::MAX),
        None => return Err(Reason::NoRoute),
    };
    if let Body::Whole(bytes) = &body
        && u64::try_from(bytes.len()).is_ok_and(|length| length > most)
    {
        return Err(Reason::TooLarge { most });
    }
    let (query, body) = match (
        pass.guard.compiled().contracts.get(&line),
        &pass.request.entry,
    ) {
        (None, _) => return Ok(body),
        (Some(RouteContract::Body(schema, unknown, limits)), _) => {
            let Body::Whole(bytes) = body else {
                // Refused when the configuration was read.
                return Err(invalid(vec!["the body is needed to check it".to_owned()]));
            };
            let checked = schema
                .check(&bytes, *unknown, limits)
                .map_err(|v| violations(&v))?;
            let bytes = checked.map_or(bytes, String::into_bytes);
            (None, Body::Whole(bytes))
        }
        (Some(RouteContract::Operations(by_method)), Entry::Http(call)) => {
            let operation = by_method.get(&call.method).ok_or(Reason::NoMethod)?;
            let Some(Standing::Route(matched)) = &pass.standing else {
                return Err(Reason::NoRoute);
            };
            let names = matched.parameters.iter();
            let path: Vec<(&str, &str)> = names.map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let headers: Vec<(&str, &[u8])> = pass.request.headers.iter().collect();
            let parts = Parts {
                path: &path,
                query: &call.query,
                headers: &headers,
                body: payload(&body),
            };
            let checked = operation.request(&parts).map_err(|v| violations(&v))?;
            let body = checked.body.map_or(body, Body::Whole);
            (checked.query, body)
        }
        (Some(RouteContract::Operations(_)), Entry::Event(_)) => return Err(Reason::NoRoute),
    };
    pass.rewritten = Rewritten { query };
    Ok(body)
}

fn payload(body: &Body) -> Payload<'_> {
    match body {
        Body::Whole(bytes) => Payload::Whole(bytes),
        Body::Streamed => Payload::Stream,
    }
}

fn violations(violations: &Violations) -> Reason {
    invalid(violations.list.iter().map(ToString::to_string).collect())
}

const fn invalid(violations: Vec<String>) -> Reason {
    Reason::Invalid { violations }
}

/// Whether answers are held to the contract, and what follows.
fn answers(pass: &Pass) -> Option<(&Operation, Responses)> {
    let Some(Standing::Route(matched)) = &pass.standing else {
        return None;
    };
    let responses = matched.route.contract.as_ref()?.responses;
    let Entry::Http(call) = &pass.request.entry else {
        return None;
    };
    match pass.guard.compiled().contracts.get(&matched.route.line) {
        Some(RouteContract::Operations(by_method)) if responses != Responses::Ignore => {
            Some((by_method.get(&call.method)?, responses))
        }
        _ => None,
    }
}

pub(crate) fn checks_answer(pass: &Pass) -> bool {
    answers(pass).is_some()
}

pub(crate) fn answer(pass: &Pass, status: u16, headers: &[(&str, &[u8])], body: &[u8]) -> Checked {
    let passes = Checked {
        violations: Vec::new(),
        may_go_out: true,
    };
    let Some((operation, responses)) = answers(pass) else {
        return passes;
    };
    // An answer to HEAD has the header fields of a body, and none.
    let is_head = matches!(&pass.request.entry, Entry::Http(call) if call.method == "HEAD");
    let payload = match is_head {
        true => Payload::Stream,
        false => Payload::Whole(body),
    };
    match operation.response(status, headers, payload) {
        Ok(_) => passes,
        Err(violations) => Checked {
            violations: violations.list.iter().map(ToString::to_string).collect(),
            may_go_out: responses == Responses::Report,
        },
    }
}
