//! Who is calling. A route says what it takes; exactly one credential of these must be shown, and it
//! must hold. Of several, nobody would know which one counts.

use crate::chain::{Pass, Standing};
use crate::config::{Accept, Route};
use crate::reason::Reason;
use crate::request::{Call, Entry, Request};
use palisade_authn::sigv4::{self, Body, SignedRequest};
use palisade_authn::{Means, Principal, certificate};
use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// Whether a signature covers the body.
pub(crate) fn wants_body(pass: &Pass) -> bool {
    match (&pass.standing, &pass.request.entry) {
        (Some(Standing::Route(matched)), Entry::Http(call)) => {
            matched.route.accepts.contains(&Accept::AwsSignature)
                && matches!(
                    shown(&pass.request, call, &matched.route, pass),
                    Ok(Some(Shown::Signature))
                )
        }
        _ => false,
    }
}

/// A credential that was shown.
enum Shown<'r> {
    Token(&'r [u8]),
    Key(&'r str),
    Signature,
}

pub(crate) async fn authenticate(
    pass: &Pass,
    body: Option<&[u8]>,
) -> Result<Arc<Principal>, Reason> {
    match (&pass.standing, &pass.request.entry) {
        (Some(Standing::Source(source)), Entry::Event(event)) => {
            let named = ["arn", "bucket", "bus", "account"];
            let mut named = named.iter().filter_map(|name| event.origin.get(*name));
            let id = named.next().and_then(Value::as_str).unwrap_or("unknown");
            let mut principal = Principal::new(Means::EventSource, event.kind.name(), id);
            principal.roles.clone_from(&source.roles);
            Ok(Arc::new(principal))
        }
        (Some(Standing::Route(matched)), Entry::Http(_)) if matched.route.accepts.is_empty() => {
            static NOBODY: LazyLock<Arc<Principal>> =
                LazyLock::new(|| Arc::new(Principal::anonymous()));
            Ok(NOBODY.clone())
        }
        (Some(Standing::Route(matched)), Entry::Http(call)) => {
            let route = &matched.route;
            match shown(&pass.request, call, route, pass)? {
                Some(Shown::Token(token)) => token_of(pass, route, token).await,
                Some(Shown::Key(key)) => key_of(pass, key).map(Arc::new),
                Some(Shown::Signature) => signature_of(pass, call, body).map(Arc::new),
                None => certificate_of(pass, route).map(Arc::new),
            }
        }
        _ => Err(Reason::NoRoute),
    }
}

fn shown<'r>(
    request: &'r Request,
    call: &Call,
    route: &Route,
    pass: &'r Pass,
) -> Result<Option<Shown<'r>>, Reason> {
    let mut all = Vec::new();
    let takes_tokens = route
        .accepts
        .iter()
        .any(|accept| matches!(accept, Accept::Token(_)));
    for value in request.headers.all("authorization") {
        let scheme = value.split(|byte| *byte == b' ').next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case(b"bearer") && takes_tokens {
            let token = value.get(scheme.len()..).unwrap_or_default();
            all.push(Shown::Token(token.trim_ascii()));
        } else if scheme.starts_with(b"AWS4-") && route.accepts.contains(&Accept::AwsSignature) {
            all.push(Shown::Signature);
        } else {
            // Of a kind that this route does not take: what it means is not ours to say.
            return Err(Reason::NoCredential);
        }
    }
    let is_presigned = call.query.contains("X-Amz-Signature=");
    if is_presigned && route.accepts.contains(&Accept::AwsSignature) {
        all.push(Shown::Signature);
    }
    if route.accepts.contains(&Accept::ApiKey)
        && let Some(keys) = &pass.guard.config().keys
    {
        for value in request.headers.all(&keys.header) {
            let text = std::str::from_utf8(value).map_err(|_| Reason::Credential {
                means: Means::ApiKey,
                code: "api-key-malformed",
            })?;
            all.push(Shown::Key(text));
        }
    }
    match all.len() {
        0 | 1 => Ok(all.pop()),
        _ => Err(Reason::SeveralCredentials),
    }
}

async fn token_of(pass: &Pass, route: &Route, token: &[u8]) -> Result<Arc<Principal>, Reason> {
    let compiled = pass.guard.compiled();
    let issuers = route.accepts.iter().filter_map(|accept| match accept {
        Accept::Token(name) => compiled.issuers.get(name),
        _ => None,
    });
    let issuers: Vec<_> = issuers.collect();
    let named = || issuers.iter().find(|issuer| issuer.is_named_by(token));
    let asked = || issuers.iter().find(|issuer| issuer.takes_opaque());
    let issuer = match issuers.as_slice() {
        [only] => Some(only),
        // A token of somebody else is held to the first issuer, which says what is wrong with it.
        several => named().or_else(asked).or(several.first()),
    };
    let issuer = issuer.ok_or(Reason::NoCredential)?;
    let certificate = pass.request.peer.certificates.first().map(Vec::as_slice);
    issuer.verify(token, certificate, pass.began / 1000).await
}

fn key_of(pass: &Pass, key: &str) -> Result<Principal, Reason> {
    let means = Means::ApiKey;
    let keys = pass.guard.compiled().keys.as_ref();
    let keys = keys.ok_or(Reason::Unverifiable {
        means,
        code: "no-keys",
    })?;
    let rules = pass.guard.parts().keys;
    let principal = keys.verify(key, rules, pass.began / 1000);
    principal.map_err(|error| Reason::Credential {
        means,
        code: error.code(),
    })
}

fn signature_of(pass: &Pass, call: &Call, body: Option<&[u8]>) -> Result<Principal, Reason> {
    let means = Means::AwsSignature;
    let refused = |code| Reason::Credential { means, code };
    let aws = pass.guard.compiled().aws.as_ref();
    let aws = aws.ok_or(Reason::Unverifiable {
        means,
        code: "no-credentials",
    })?;
    let mut headers: Vec<(&str, &[u8])> = pass.request.headers.iter().collect();
    if !pass.request.headers.has("host") {
        headers.push(("host", call.host.as_bytes()));
    }
    let request = SignedRequest {
        method: &call.method,
        path: &call.raw_path,
        query: &call.query,
        headers: &headers,
        // Nothing is passed on that the signature does not cover.
        body: Body::Bytes(body.unwrap_or_default()),
    };
    let mut last = refused("sigv4-scope");
    for policy in &aws.policies {
        match sigv4::read(&request, policy, pass.began / 1000) {
            Ok(presented) => {
                let credential = aws.credentials.get(presented.access_key());
                let verified = presented.prove(credential);
                return match verified {
                    Ok(verified) => Ok(verified.principal),
                    Err(error) => Err(refused(error.code())),
                };
            }
            Err(error) => last = refused(error.code()),
        }
    }
    Err(last)
}

fn certificate_of(pass: &Pass, route: &Route) -> Result<Principal, Reason> {
    let chain: Vec<&[u8]> = pass
        .request
        .peer
        .certificates
        .iter()
        .map(Vec::as_slice)
        .collect();
    if chain.is_empty() {
        return Err(Reason::NoCredential);
    }
    let mut last = Reason::NoCredential;
    for accept in &route.accepts {
        let Accept::Certificate(name) = accept else {
            continue;
        };
        let Some((trust, conditions, roles)) = pass.guard.compiled().trust.get(name) else {
            continue;
        };
        match certificate::verify(&chain, trust, conditions, pass.began / 1000) {
            Ok(mut principal) => {
                principal.roles.clone_from(roles);
                return Ok(principal);
            }
            Err(error) => {
                last = Reason::Credential {
                    means: Means::Certificate,
                    code: error.code(),
                };
            }
        }
    }
    Err(last)
}
