//! What is recorded of an invocation: one decision, and for those that were admitted one outcome,
//! under one correlation id. What decides stands in codes; what may speak of a person stands where
//! it can be erased.

use crate::authorize::Grant;
use crate::chain::{Pass, Standing};
use crate::reason::{Reason, Step};
use crate::request::Entry;
use palisade_authn::{Means, Principal};
pub(crate) use palisade_event::Draft;
use palisade_event::{Class, Status, User};
use serde_json::{Value, json};

/// How an admitted invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Answered {
        /// The HTTP status, of a call.
        status: Option<u16>,
        /// Bytes of the answer's body.
        bytes: u64,
        /// What in the answer was not as promised.
        violations: Vec<String>,
    },
    /// The function could not be reached, or did not answer in time.
    Failed {
        /// What happened, as a code.
        code: &'static str,
    },
    /// Whoever asked is gone, or the program failed half-way.
    Aborted,
}

/// `disposition_id` of OCSF.
const ALLOWED: u8 = 1;
const BLOCKED: u8 = 2;
const DROPPED: u8 = 6;

/// `severity_id` of OCSF.
const HIGH: u8 = 4;

/// An invocation was permitted.
pub(crate) fn permission(pass: &Pass) -> Draft {
    decision(pass, ALLOWED)
        .status(Status::Success)
        .set("status_code", "permitted")
}

/// An invocation was refused, or given up before it was decided about.
pub(crate) fn denial(pass: &Pass, reason: &Reason) -> Draft {
    let disposition = match reason {
        Reason::Aborted => DROPPED,
        _ => BLOCKED,
    };
    let draft = decision(pass, disposition)
        .status(Status::Failure)
        .set("status_code", reason.code())
        .set("status_detail", reason.to_string())
        .set("palisade.step", pass.step.name());
    match reason {
        Reason::Forbidden { policies } => authorizations(draft, "deny", policies),
        _ => draft,
    }
}

/// How an admitted invocation went.
pub(crate) fn outcome(pass: &Pass, outcome: &Outcome) -> Draft {
    let draft = about(pass, &["SCSP-8.1"]);
    let draft = draft.set(
        "duration",
        pass.guard.now().saturating_sub(pass.began).max(0),
    );
    match outcome {
        Outcome::Answered {
            status,
            bytes,
            violations,
        } => {
            let went = match status {
                Some(500..) => Status::Failure,
                _ => Status::Success,
            };
            let draft = draft.status(went).set("status_code", "answered");
            let draft = match status {
                Some(status) => draft
                    .set("http_response.code", *status)
                    .set("http_response.length", *bytes),
                None => draft,
            };
            match violations.is_empty() {
                true => draft,
                false => draft.set("status_detail", violations.join("; ")),
            }
        }
        Outcome::Failed { code } => draft.status(Status::Failure).set("status_code", *code),
        Outcome::Aborted => draft.status(Status::Failure).set("status_code", "aborted"),
    }
}

fn decision(pass: &Pass, disposition: u8) -> Draft {
    let action = if disposition == ALLOWED { 1 } else { 2 };
    let draft = about(pass, pass.step.recorded())
        .set("action_id", action)
        .set("disposition_id", disposition);
    let draft = match &pass.grant {
        Some(grant) => under(draft, grant),
        None => draft,
    };
    authorizations(draft, "permit", &pass.policies)
}

/// What was decided about somebody to whom a break-glass grant gives more than usual, whatever it was.
fn under(draft: Draft, grant: &Grant) -> Draft {
    let (requester, approver) = grant.people();
    let user = |uid| User {
        uid,
        ..User::default()
    };
    draft
        .set("severity_id", HIGH)
        .set("palisade.grant.uid", &*grant.id())
        .set("palisade.grant.reason", grant.reason())
        .user("palisade.grant.requester", &user(requester))
        .user("palisade.grant.approver", &user(approver))
        .set("palisade.grant.until", grant.until().saturating_mul(1000))
}

fn authorizations(draft: Draft, decision: &str, policies: &[String]) -> Draft {
    if policies.is_empty() {
        return draft;
    }
    let all = policies
        .iter()
        .map(|name| json!({"decision": decision, "policy": {"name": name}}));
    draft.set("authorizations", all.collect::<Vec<Value>>())
}

/// Methods that records name: those of RFC 9110, and PATCH and QUERY.
const METHODS: [&str; 10] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
];

/// OCSF's number for an activity that is none of the named ones: a call is what it is.
const OTHER: u8 = 99;

/// What both kinds of record say.
fn about(pass: &Pass, clauses: &[&str]) -> Draft {
    let function = pass.standing.as_ref().map_or("", Standing::function);
    let anonymous = Principal::anonymous();
    let principal = pass.principal.as_ref().unwrap_or(&anonymous);
    let name = format!("{}|{}", principal.issuer, principal.id);
    let user = User {
        uid: match principal.issuer.as_str() {
            "" => &principal.id,
            _ => &name,
        },
        ..User::default()
    };
    let mut draft = Draft::new(Class::ApiActivity, activity(pass), pass.began)
        .actor(&user)
        .set("api.operation", function)
        .set("palisade.clauses", clauses)
        .set("palisade.means", principal.means.name())
        .correlation(&pass.correlation);
    if principal.means == Means::Anonymous && pass.step <= Step::Authenticate {
        draft = draft.set("palisade.means", "unknown");
    }
    draft = match pass.request.peer.address {
        Some(address) => draft.set("src_endpoint.ip", address.to_string()),
        // An event has no connection; the class asks for a word all the same.
        None => draft.set("src_endpoint.svc_name", "event"),
    };
    match &pass.request.entry {
        Entry::Http(call) => {
            draft = draft.set("http_request.url.path", call.path.decoded());
            // OCSF has a list: another method may be refused, but must not keep that off the record.
            if METHODS.contains(&call.method.as_str()) {
                draft = draft.set("http_request.http_method", call.method.as_str());
            }
        }
        Entry::Event(occurrence) => {
            draft = draft.set("palisade.source", occurrence.kind.name());
        }
    }
    if let Some(Standing::Route(matched)) = &pass.standing {
        draft = draft.set("palisade.route", matched.route.path.as_str());
    }
    if let Some(trace) = trace_id(pass) {
        draft = draft.trace(trace);
    }
    draft
}

/// `activity_id` of API activity: by what the method does.
fn activity(pass: &Pass) -> u8 {
    match &pass.request.entry {
        Entry::Http(call) => match call.method.as_str() {
            "POST" => 1,
            "GET" | "HEAD" => 2,
            "PUT" | "PATCH" => 3,
            "DELETE" => 4,
            _ => OTHER,
        },
        Entry::Event(_) => OTHER,
    }
}

/// The trace id of W3C Trace Context, if the request carries a valid one.
fn trace_id(pass: &Pass) -> Option<&str> {
    let value = pass.request.headers.only("traceparent")?;
    let mut parts = value.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_valid = is_hex(version, 2) && version != "ff" && is_hex(trace, 32);
    (is_valid && trace.bytes().any(|byte| byte != b'0')).then_some(trace)
}
