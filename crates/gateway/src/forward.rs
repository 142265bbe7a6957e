//! From what was admitted to its function, and the answer back. Only [`Admitted`] comes here.

use crate::body::{Answer, Sent};
use crate::connection::Connection;
use crate::gateway::{Live, Shared};
use crate::link::{Coming, LinkError};
use crate::pool::{Place, Pool};
use crate::wire::Running;
use crate::{answer, headers, settings, websocket};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use palisade_guard::config::{Accept, BodyMode, Route};
use palisade_guard::{Admitted, Body, Entry, Outcome};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// What goes with what was admitted.
pub(crate) struct Way<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) live: &'a Live,
    pub(crate) parts: Parts,
    /// The body that goes through as it comes.
    pub(crate) body: Option<Incoming>,
    /// The caller's side of a WebSocket that was asked for.
    pub(crate) upgrade: Option<(OnUpgrade, Arc<Connection>)>,
    pub(crate) running: Running,
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// The function can't be called as things stand.
    Misfit(&'static str),
    /// No connection, or it broke.
    Gone(&'static str),
    /// It took too long.
    Late,
    /// The caller did not send what it began to.
    Sent(&'static str),
}

impl Failure {
    fn code(self) -> &'static str {
        match self {
            Self::Misfit(code) | Self::Gone(code) | Self::Sent(code) => code,
            Self::Late => "target-late",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Misfit(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Gone(_) => StatusCode::BAD_GATEWAY,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
            Self::Sent("too-large") => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Sent("body-slow") => StatusCode::REQUEST_TIMEOUT,
            Self::Sent(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// Forwards, and begins to give the answer back. Its end is on record when it has gone.
pub(crate) async fn forward(mut way: Way<'_>, mut admitted: Admitted) -> Response<Answer> {
    let asked = way.upgrade.take();
    let called = call(&mut way, &mut admitted, asked.is_some()).await;
    let mut response = match called {
        Ok(response) => response,
        Err(failure) => {
            let response = answer::problem(failure.status(), admitted.correlation());
            let code = failure.code();
            admitted.finish(&Outcome::Failed { code });
            return response;
        }
    };
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        // `call` lets it pass only where it was asked for.
        return websocket::join(way.shared, asked, response, admitted, way.running);
    }
    headers::remove_hop_by_hop(response.headers_mut());
    if admitted.route().is_some_and(|route| route.cors.is_some()) {
        // Also where no origin asked: a cache may keep that for one.
        answer::vary(&mut response);
    }
    let (parts, body) = response.into_parts();
    if admitted.checks_answer() {
        return Box::pin(checked(parts, body, admitted, way.running)).await;
    }
    let status = parts.status.as_u16();
    let settings = &way.shared.settings;
    let answer = Answer::through(body, status, admitted, settings, way.running);
    let mut response = Response::new(answer);
    *response.status_mut() = parts.status;
    *response.headers_mut() = parts.headers;
    response
}

/// Holds an answer back until it is checked.
async fn checked(
    parts: http::response::Parts,
    body: Coming,
    admitted: Admitted,
    running: Running,
) -> Response<Answer> {
    let most = usize::try_from(settings::ANSWER).unwrap_or(usize::MAX);
    let collected = Limited::new(body, most).collect();
    let collected = tokio::time::timeout(settings::STREAM_PAUSE, collected).await;
    let Ok(Ok(collected)) = collected else {
        let response = answer::problem(StatusCode::BAD_GATEWAY, admitted.correlation());
        let code = "answer-unchecked";
        admitted.finish(&Outcome::Failed { code });
        return response;
    };
    let bytes: Bytes = collected.to_bytes();
    let fields = parts.headers.iter();
    let fields: Vec<(&str, &[u8])> = fields
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let checked = admitted.check_answer(parts.status.as_u16(), &fields, &bytes);
    drop(fields);
    let response = match checked.may_go_out {
        true => {
            let length = bytes.len();
            let mut response = Response::new(Answer::whole(bytes, Some(running)));
            *response.status_mut() = parts.status;
            *response.headers_mut() = parts.headers;
            if length > 0 {
                response.headers_mut().remove(header::CONTENT_LENGTH);
            }
            response
        }
        false => answer::problem(StatusCode::BAD_GATEWAY, admitted.correlation()),
    };
    admitted.finish(&Outcome::Answered {
        status: Some(response.status().as_u16()),
        bytes: hyper::body::Body::size_hint(response.body()).lower(),
        violations: checked.violations,
    });
    response
}

async fn call(
    way: &mut Way<'_>,
    admitted: &mut Admitted,
    asks_for_websocket: bool,
) -> Result<Response<Coming>, Failure> {
    let route = admitted.route().ok_or(Failure::Misfit("no-route"))?;
    let pool = way.live.pools.get(&route.target);
    let pool = pool.ok_or(Failure::Misfit("no-target"))?.clone();
    let (most, mode) = (route.most, route.body);
    // What is held back until it is checked can't become something that nobody checks.
    let is_websocket = asks_for_websocket && mode == BodyMode::Streaming;
    let fields = head(way, admitted, is_websocket)?;
    let failed = Arc::new(OnceLock::new());
    let settings = &way.shared.settings;
    let body = match (admitted.take_body(), way.body.take()) {
        (Body::Whole(bytes), _) => Sent::whole(bytes),
        (Body::Streamed, Some(body)) => Sent::streamed(body, most, settings, failed.clone()),
        (Body::Streamed, None) => Sent::Whole(None),
    };
    let Entry::Http(call) = &admitted.request().entry else {
        return Err(Failure::Misfit("no-call"));
    };
    let mut request = Request::new(body);
    *request.method_mut() = way.parts.method.clone();
    *request.headers_mut() = fields;
    let sent = send(&pool, call.path.encoded(), admitted.query(), request).await;
    let response = sent.map_err(|failure| match failed.get() {
        Some(code) => Failure::Sent(code),
        None => failure,
    })?;
    match response.status() == StatusCode::SWITCHING_PROTOCOLS && !is_websocket {
        true => Err(Failure::Gone("target-switched")),
        false => Ok(response),
    }
}

/// Sends a request to one address of its target; to another, when the first took no connection:
/// then nothing was sent, and no function can have seen it.
async fn send(
    pool: &Pool,
    path: &str,
    query: &str,
    request: Request<Sent>,
) -> Result<Response<Coming>, Failure> {
    let (mut parts, body) = request.into_parts();
    let mut tried: Option<&Place> = None;
    let mut next = Some(body);
    let deadline = tokio::time::Instant::now() + pool.timeout();
    while let Some(body) = next.take() {
        let place = pool.pick(tried).ok_or(Failure::Misfit("no-target"))?;
        let path = place.path(path, query);
        let path = path.ok_or(Failure::Misfit("target-uri"))?;
        if tried.is_none() && pool.len() > 1 {
            next = body.again();
        }
        let head = match next.is_some() {
            true => parts.clone(),
            false => std::mem::replace(&mut parts, Request::new(()).into_parts().0),
        };
        let asked = place.send(&path, Request::from_parts(head, body));
        match tokio::time::timeout_at(deadline, asked).await {
            Err(_) => return Err(Failure::Late),
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(LinkError::Unreachable)) => {
                pool.is_down(place);
                tried = Some(place);
            }
            Ok(Err(LinkError::Broken)) => return Err(Failure::Gone("target-broken")),
        }
    }
    Err(Failure::Gone("target-unreachable"))
}

/// The header fields that a function gets.
fn head(way: &mut Way<'_>, admitted: &Admitted, is_websocket: bool) -> Result<HeaderMap, Failure> {
    let Entry::Http(call) = &admitted.request().entry else {
        return Err(Failure::Misfit("no-call"));
    };
    let route = admitted.route().ok_or(Failure::Misfit("no-route"))?;
    let mut fields = std::mem::take(&mut way.parts.headers);
    headers::remove_hop_by_hop(&mut fields);
    headers::remove_ours(&mut fields);
    // Said anew: by the body that is sent, by the address that it is sent to, by ourselves.
    for name in [header::CONTENT_LENGTH, header::HOST, header::EXPECT] {
        fields.remove(name);
    }
    // For what is said below.
    fields.reserve(8);
    remove_key(way.live, route, &mut fields);
    join_cookies(&mut fields);
    if is_websocket {
        headers::set(&mut fields, header::CONNECTION, "upgrade");
        headers::set(&mut fields, header::UPGRADE, "websocket");
    } else {
        fields.remove(header::SEC_WEBSOCKET_KEY);
    }
    if admitted.checks_answer() {
        headers::set(&mut fields, header::ACCEPT_ENCODING, "identity");
    }
    let peer = &admitted.request().peer;
    let scheme = if peer.is_encrypted { "https" } else { "http" };
    headers::set(&mut fields, headers::X_FORWARDED_PROTO, scheme);
    headers::set(&mut fields, headers::X_FORWARDED_HOST, &call.host);
    let mut forwarded = String::new();
    if let Some(address) = peer.address {
        let text = address.to_string();
        headers::set(&mut fields, headers::X_FORWARDED_FOR, &text);
        match address {
            IpAddr::V4(_) => forwarded.extend(["for=", &text, ";"]),
            IpAddr::V6(_) => forwarded.extend(["for=\"[", &text, "]\";"]),
        }
    }
    forwarded.extend(["host=\"", &call.host, "\";proto=", scheme]);
    headers::set(&mut fields, header::FORWARDED, &forwarded);
    let correlation = admitted.correlation();
    headers::set(&mut fields, headers::PALISADE_CORRELATION, correlation);
    trace(&mut fields, correlation);
    if let (Some(identity), Some(principal)) = (&way.shared.identity, admitted.principal()) {
        let token = identity.token(principal, &route.function);
        let token = token.ok_or(Failure::Misfit("no-identity"))?;
        fields.insert(headers::PALISADE_IDENTITY, token);
    }
    Ok(fields)
}

/// An API key was for us: a function has no use for it but to lose it.
fn remove_key(live: &Live, route: &Route, fields: &mut HeaderMap) {
    if !route.accepts.contains(&Accept::ApiKey) {
        return;
    }
    if let Some(keys) = &live.guard.config().keys {
        fields.remove(keys.header.as_str());
    }
}

/// HTTP/2 may cut cookies into several fields; HTTP/1 has one (RFC 9113, section 8.2.3).
fn join_cookies(fields: &mut HeaderMap) {
    let cookies: Vec<&[u8]> = fields
        .get_all(header::COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    if cookies.len() < 2 {
        return;
    }
    if let Ok(joined) = HeaderValue::from_bytes(&cookies.join(&b"; "[..])) {
        fields.insert(header::COOKIE, joined);
    }
}

/// W3C Trace Context goes through if it is valid, and begins here if it is not.
fn trace(fields: &mut HeaderMap, correlation: &str) {
    let mut parents = fields.get_all(headers::TRACEPARENT).iter();
    let is_valid = parents.next().is_some_and(is_traceparent) && parents.next().is_none();
    if is_valid {
        return;
    }
    fields.remove(headers::TRACESTATE);
    let id: String = correlation.chars().filter(|c| *c != '-').collect();
    let parent = id.get(16..).unwrap_or_default();
    let begun = format!("00-{id}-{parent}-01");
    headers::set(fields, headers::TRACEPARENT, &begun);
}

fn is_traceparent(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else {
        return false;
    };
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_some = |text: &str| text.bytes().any(|byte| byte != b'0');
    match parts.as_slice() {
        ["00", trace, parent, flags] => {
            is_hex(trace, 32)
                && is_hex(parent, 16)
                && is_hex(flags, 2)
                && is_some(trace)
                && is_some(parent)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_goes_on_or_begins() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (value, stays) in [
            (good, true),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                false,
            ),
            (
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                false,
            ),
            (
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                false,
            ),
            ("", false),
        ] {
            let mut fields = HeaderMap::new();
            headers::set(&mut fields, headers::TRACEPARENT, value);
            headers::set(&mut fields, headers::TRACESTATE, "a=b");
            trace(&mut fields, "01234567-89ab-4def-8123-456789abcdef");
            let kept = fields.contains_key("tracestate");
            let now = fields.get("traceparent").unwrap();
            assert_eq!((now == value, kept), (stays, stays), "{value}");
            assert!(is_traceparent(now));
        }
    }

    #[test]
    fn cookies_become_one_field() {
        let mut fields = HeaderMap::new();
        for cookie in ["a=1", "b=2"] {
            fields.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        join_cookies(&mut fields);
        let all: Vec<_> = fields.get_all(header::COOKIE).iter().collect();
        assert_eq!(all, ["a=1; b=2"]);
    }
}
