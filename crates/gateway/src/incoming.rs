//! From hyper's request to the chain's: what hyper lets pass, and can be read in two ways all the
//! same, ends here.

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Method, Version, header};
use palisade_guard::{Call, Entry, Headers, Path, Peer, Reason, Request};
use std::net::IpAddr;

/// A request, and what is wrong with it, if anything is. Where something stands in front that we
/// know, it says who calls.
pub(crate) fn request(parts: &Parts, peer: &Peer, is_behind: bool) -> (Request, Option<Reason>) {
    let raw_path = parts.uri.path();
    let mut wrong = None;
    let mut complain = |reason| {
        wrong.get_or_insert(reason);
    };
    let host = host(parts).unwrap_or_else(|code| {
        complain(Reason::Malformed { code });
        String::new()
    });
    let path = Path::parse(raw_path).unwrap_or_else(|error| {
        complain(Reason::Path(error));
        Path::unreadable()
    });
    let mut peer = peer.clone();
    if is_behind {
        peer.address = forwarded_for(&parts.headers);
        if peer.address.is_none() {
            let code = "forwarded-for";
            complain(Reason::Malformed { code });
        }
    }
    // A tunnel, and what shows a caller what others put into the request.
    if parts.method == Method::CONNECT || parts.method == Method::TRACE {
        complain(Reason::NoMethod);
    }
    let mut headers = Headers::default();
    for (name, value) in &parts.headers {
        headers.push(name.as_str(), value.as_bytes());
    }
    let call = Call {
        method: parts.method.as_str().to_owned(),
        host,
        path,
        raw_path: raw_path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
    };
    let request = Request {
        entry: Entry::Http(call),
        peer,
        headers,
    };
    (request, wrong)
}

/// The host that a request is for: said once, or twice alike.
fn host(parts: &Parts) -> Result<String, &'static str> {
    let mut fields = parts.headers.get_all(header::HOST).iter();
    let field = fields.next();
    if fields.next().is_some() {
        return Err("host-several");
    }
    let target = parts.uri.authority();
    if target.is_some_and(|target| target.as_str().contains('@')) {
        return Err("host-user");
    }
    let field = match field {
        Some(value) => Some(authority(value)?),
        // RFC 9112, section 3.2: HTTP/1.1 says it in the field; HTTP/2 has `:authority`.
        None if parts.version < Version::HTTP_2 => return Err("host-missing"),
        None => None,
    };
    match (target, field) {
        (None, None) => Err("host-missing"),
        (Some(target), None) => Ok(target.as_str().to_ascii_lowercase()),
        (None, Some(field)) => Ok(field.as_str().to_ascii_lowercase()),
        (Some(target), Some(field)) if target == &field => Ok(field.as_str().to_ascii_lowercase()),
        // RFC 9112, section 3.2.2 lets the target win; who stands before us may not have.
        _ => Err("host-mismatch"),
    }
}

fn authority(value: &http::HeaderValue) -> Result<Authority, &'static str> {
    let authority = Authority::try_from(value.as_bytes()).map_err(|_| "host-invalid")?;
    match authority.as_str().contains('@') || authority.host().is_empty() {
        true => Err("host-invalid"),
        false => Ok(authority),
    }
}

/// The last address in `X-Forwarded-For`: what stands in front has added it. Those before it were
/// said by whoever called.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let address = last.to_str().ok()?.rsplit(',').next()?.trim();
    address
        .parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

/// The length that a request says it has.
pub(crate) fn length(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}
