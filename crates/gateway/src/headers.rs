//! Which header fields go from one side to the other. What is about a connection ends with it; who
//! a caller is, from where, and how it came is said by us alone.

use http::header::{CONNECTION, HeaderName};
use http::{HeaderMap, HeaderValue};

pub(crate) const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(crate) const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(crate) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(crate) const PALISADE_CORRELATION: HeaderName = HeaderName::from_static("palisade-correlation");
pub(crate) const PALISADE_IDENTITY: HeaderName = HeaderName::from_static("palisade-identity");
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// RFC 9110, section 7.6.1, and what older programs add.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// What functions believe about a caller because "the proxy sets it".
const OURS: [&str; 24] = [
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-original-url",
    "x-original-uri",
    "x-original-host",
    "x-original-method",
    "x-rewrite-url",
    "x-host",
    // What was authorised is the method that was sent.
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "remote-user",
    "x-remote-user",
    "x-user",
    "x-authenticated-user",
    "x-client-cert",
    "x-client-verify",
    // CGI makes `HTTP_PROXY` of it.
    "proxy",
    "via",
];

/// Families of them.
const OUR_FAMILIES: [&str; 8] = [
    "x-forwarded-",
    "palisade-",
    "x-palisade-",
    "x-amzn-oidc-",
    "x-auth-request-",
    "x-authenticated-",
    "x-ssl-client-",
    "x-envoy-",
];

/// The names that `Connection` lists, in lower case.
fn listed(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(CONNECTION).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let names = texts.flat_map(|text| text.split(','));
    names
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Removes what is about a connection.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        for name in listed(headers) {
            // Nobody needs to have those removed, but somebody may wish to.
            if !matches!(
                name.as_str(),
                "host" | "content-length" | "authorization" | "cookie"
            ) {
                headers.remove(name.as_str());
            }
        }
    }
    remove(headers, |name| HOP_BY_HOP.contains(&name));
}

/// Removes the fields whose names are such. Mostly there are none, and looking at the few that are
/// there costs less than asking for each that could be.
fn remove(headers: &mut HeaderMap, is_such: impl Fn(&str) -> bool) {
    let such = headers.keys().filter(|name| is_such(name.as_str()));
    for name in such.cloned().collect::<Vec<HeaderName>>() {
        headers.remove(name);
    }
}

/// Removes what is ours to say, in the spellings that CGI, WSGI and their like make one of.
pub(crate) fn remove_ours(headers: &mut HeaderMap) {
    remove(headers, is_ours);
}

fn is_ours(name: &str) -> bool {
    let alike = |other: &str, name: &str| {
        let plain = name
            .bytes()
            .map(|byte| if byte == b'_' { b'-' } else { byte });
        plain.eq(other.bytes())
    };
    let begins = |family: &&str| {
        let beginning = name.get(..family.len());
        beginning.is_some_and(|beginning| alike(family, beginning))
    };
    // Fields whose meaning for the length of a body some server takes from such a spelling, too.
    let is_length =
        name.contains('_') && (alike("content-length", name) || alike("transfer-encoding", name));
    is_length || OURS.iter().any(|other| alike(other, name)) || OUR_FAMILIES.iter().any(begins)
}

/// Sets a field to one value; a value that no field can have is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(_) => {
            headers.remove(name);
        }
    }
}

/// Whether a request asks for a WebSocket (RFC 6455, section 4.1).
pub(crate) fn asks_for_websocket(headers: &HeaderMap) -> bool {
    let mut upgrades = headers.get_all("upgrade").iter();
    let upgrade = upgrades.next().is_some_and(|value| {
        let value = value.as_bytes().trim_ascii();
        value.eq_ignore_ascii_case(b"websocket")
    });
    upgrade
        && upgrades.next().is_none()
        && listed(headers).iter().any(|name| name == "upgrade")
        && headers.contains_key("sec-websocket-key")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn what_connection_lists_ends_with_it() {
        let mut headers = map(&[
            ("Connection", "X-A, Host, close"),
            ("Connection", "x-b"),
            ("X-A", "1"),
            ("X-B", "1"),
            ("X-C", "1"),
            ("Host", "a"),
            ("TE", "trailers"),
            ("Keep-Alive", "timeout=5"),
            ("Upgrade", "h2c"),
        ]);
        remove_hop_by_hop(&mut headers);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["x-c", "host"]);
    }

    #[test]
    fn nobody_else_says_who_a_caller_is() {
        for name in [
            "Forwarded",
            "X-Forwarded-For",
            "X_Forwarded_For",
            "X-Forwarded-Host",
            "Palisade-Identity",
            "palisade_identity",
            "X-Palisade-User",
            "X-Original-URL",
            "X-HTTP-Method-Override",
            "X-Real-IP",
            "Proxy",
            "Content_Length",
        ] {
            let mut headers = map(&[(name, "x")]);
            remove_ours(&mut headers);
            assert!(headers.is_empty(), "{name}");
        }
        for name in [
            "Authorization",
            "Content-Length",
            "X-Request-Id",
            "X-For",
            "Palisade",
        ] {
            let mut headers = map(&[(name, "x")]);
            remove_ours(&mut headers);
            assert!(!headers.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_websocket_is_asked_for_plainly() {
        let key = ("Sec-WebSocket-Key", "x");
        for (fields, asks) in [
            (
                vec![("Upgrade", "websocket"), ("Connection", "Upgrade"), key],
                true,
            ),
            (
                vec![
                    ("Upgrade", "WebSocket"),
                    ("Connection", "keep-alive, upgrade"),
                    key,
                ],
                true,
            ),
            (vec![("Upgrade", "websocket"), key], false),
            (
                vec![("Upgrade", "h2c"), ("Connection", "Upgrade"), key],
                false,
            ),
            (
                vec![
                    ("Upgrade", "websocket, h2c"),
                    ("Connection", "Upgrade"),
                    key,
                ],
                false,
            ),
            (
                vec![("Upgrade", "websocket"), ("Connection", "Upgrade")],
                false,
            ),
        ] {
            assert_eq!(asks_for_websocket(&map(&fields)), asks, "{fields:?}");
        }
    }
}
