//! Answers of our own. They say what must be said for a client to go on, and nothing about why.

use crate::body::Answer;
use crate::headers;
use http::{HeaderValue, Response, StatusCode, header};
use palisade_guard::config::{Accept, Cors, Route};
use palisade_guard::{Answer as Kind, Refusal};

/// Problem details (RFC 9457).
pub(crate) fn problem(status: StatusCode, correlation: &str) -> Response<Answer> {
    let title = status.canonical_reason().unwrap_or("Error");
    // INVARIANT: neither has anything that JSON would have to escape.
    let text = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{},"correlation":"{correlation}"}}"#,
        status.as_u16()
    );
    let mut response = Response::new(Answer::whole(text, None));
    *response.status_mut() = status;
    let fields = response.headers_mut();
    let json = HeaderValue::from_static("application/problem+json");
    fields.insert(header::CONTENT_TYPE, json);
    let never = HeaderValue::from_static("no-store");
    fields.insert(header::CACHE_CONTROL, never);
    response
}

/// What a refusal looks like from outside.
pub(crate) fn refusal(refusal: &Refusal, challenge: &str) -> Response<Answer> {
    let status = StatusCode::from_u16(refusal.answer.status());
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = problem(status, &refusal.correlation);
    let fields = response.headers_mut();
    match refusal.answer {
        Kind::Unauthenticated => headers::set(fields, header::WWW_AUTHENTICATE, challenge),
        Kind::Method => headers::set(fields, header::ALLOW, &refusal.methods.join(", ")),
        _ => {}
    }
    if let Some(wait) = refusal.retry_after {
        headers::set(
            fields,
            header::RETRY_AFTER,
            &wait.div_ceil(1000).max(1).to_string(),
        );
    }
    response
}

/// A JSON Web Key Set (RFC 7517). Who keeps it asks whether it is still the same: keys change.
pub(crate) fn keys(set: String) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(set, None));
    let fields = response.headers_mut();
    let kind = HeaderValue::from_static("application/jwk-set+json");
    fields.insert(header::CONTENT_TYPE, kind);
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// What a route takes as a credential (RFC 9110, section 11.6.1).
pub(crate) fn challenge(route: Option<&Route>) -> String {
    let accepts = route.map(|route| route.accepts.as_slice());
    let mut schemes: Vec<&str> = Vec::new();
    for accept in accepts.unwrap_or_default() {
        let scheme = match accept {
            Accept::Token(_) => "Bearer",
            Accept::ApiKey => "ApiKey",
            Accept::AwsSignature => "AWS4-HMAC-SHA256",
            Accept::Certificate(_) => "Certificate",
        };
        if !schemes.contains(&scheme) {
            schemes.push(scheme);
        }
    }
    match schemes.is_empty() {
        true => "Bearer".to_owned(),
        false => schemes.join(", "),
    }
}

/// Lets browsers of an origin see an answer.
pub(crate) fn allow_origin<B>(response: &mut Response<B>, cors: &Cors, origin: &str) {
    let fields = response.headers_mut();
    let of_target: Vec<_> = fields
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in of_target {
        fields.remove(name);
    }
    // An origin that is listed is named; others are let in without credentials only.
    let is_listed = cors.origins.iter().any(|listed| listed == origin);
    let allowed = if is_listed { origin } else { "*" };
    headers::set(fields, header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if is_listed && cors.credentials {
        headers::set(fields, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    vary(response);
}

/// Says that the answer depends on who asks.
pub(crate) fn vary<B>(response: &mut Response<B>) {
    let fields = response.headers_mut();
    let mut texts = fields.get_all(header::VARY).iter();
    let is_said = texts.any(|value| value.as_bytes().eq_ignore_ascii_case(b"origin"));
    if !is_said {
        fields.append(header::VARY, HeaderValue::from_static("Origin"));
    }
}

/// The answer to a preflight.
pub(crate) fn preflight(cors: &Cors, origin: &str, method: &str) -> Response<Answer> {
    let mut response = Response::new(Answer::whole("", None));
    *response.status_mut() = StatusCode::NO_CONTENT;
    allow_origin(&mut response, cors, origin);
    let fields = response.headers_mut();
    headers::set(fields, header::ACCESS_CONTROL_ALLOW_METHODS, method);
    if !cors.headers.is_empty() {
        let listed = cors.headers.join(", ");
        headers::set(fields, header::ACCESS_CONTROL_ALLOW_HEADERS, &listed);
    }
    headers::set(
        fields,
        header::ACCESS_CONTROL_MAX_AGE,
        &cors.max_age.to_string(),
    );
    response
}
