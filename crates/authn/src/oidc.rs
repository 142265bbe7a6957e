//! Where an issuer keeps its keys (OpenID Connect Discovery 1.0, RFC 8414). What is fetched decides
//! whom Palisade believes, so it must come over TLS and speak for exactly the configured issuer.

use serde_json::Value;

use crate::json;

/// How many bytes a discovery document may have.
const MAX_DOCUMENT: usize = 256 * 1024;
const DOCUMENT_DEPTH: u8 = 16;

/// What a discovery document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// Where the key set is.
    pub jwks_uri: String,
    /// Where opaque tokens can be asked about.
    pub introspection_endpoint: Option<String>,
}

/// Why an issuer or its discovery document is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// It is too long.
    #[error("the discovery document is longer than allowed")]
    TooLarge,
    /// It is not one JSON object without members that stand in it twice.
    #[error("the discovery document is not a JSON object, or has a member twice")]
    Json,
    /// It speaks for another issuer (mix-up).
    #[error("the discovery document is of another issuer")]
    Issuer,
    /// A member is missing, or not a URL.
    #[error("`{0}` is missing or not a usable URL")]
    Url(&'static str),
    /// A URL is not one of `https`, nor of this machine.
    #[error("`{0}` must begin with https://; plain http is only for an issuer on this machine")]
    NotSecure(&'static str),
}

impl DiscoveryError {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "discovery-too-large",
            Self::Json => "discovery-json",
            Self::Issuer => "discovery-issuer",
            Self::Url(_) => "discovery-url",
            Self::NotSecure(_) => "discovery-not-secure",
        }
    }
}

/// Where the discovery document of an issuer is.
///
/// # Errors
/// When the issuer is not a URL of `https` (or of this machine) without query and fragment.
pub fn well_known(issuer: &str) -> Result<String, DiscoveryError> {
    check(issuer, "issuer", Plain::Allowed)?;
    if issuer.contains('?') {
        return Err(DiscoveryError::Url("issuer"));
    }
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    Ok(format!("{base}/.well-known/openid-configuration"))
}

impl Discovery {
    /// Reads the document of that issuer.
    ///
    /// # Errors
    /// When it is not a document of exactly that issuer, or leads to where it must not.
    pub fn parse(bytes: &[u8], issuer: &str) -> Result<Self, DiscoveryError> {
        if bytes.len() > MAX_DOCUMENT {
            return Err(DiscoveryError::TooLarge);
        }
        let document = json::object(bytes, DOCUMENT_DEPTH).map_err(|_| DiscoveryError::Json)?;
        if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(DiscoveryError::Issuer);
        }
        // An issuer elsewhere has no business on this machine.
        let plain = match check(issuer, "issuer", Plain::Allowed)? {
            Place::ThisMachine => Plain::Allowed,
            Place::Elsewhere => Plain::Refused,
        };
        let url = |name| match document.get(name) {
            None => Ok(None),
            Some(Value::String(url)) => check(url, name, plain).map(|_| Some(url.clone())),
            Some(_) => Err(DiscoveryError::Url(name)),
        };
        Ok(Self {
            jwks_uri: url("jwks_uri")?.ok_or(DiscoveryError::Url("jwks_uri"))?,
            introspection_endpoint: url("introspection_endpoint")?,
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Plain {
    Allowed,
    Refused,
}

enum Place {
    ThisMachine,
    Elsewhere,
}

/// A URL of plain characters, without user, password and fragment, whose scheme is `https`, or
/// `http` to this machine where that is allowed.
fn check(url: &str, name: &'static str, plain: Plain) -> Result<Place, DiscoveryError> {
    let (scheme, rest) = url.split_once("://").ok_or(DiscoveryError::Url(name))?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let unfit = |byte: u8| !byte.is_ascii_graphic() || b"\\#\"<>^`{|}".contains(&byte);
    if rest.bytes().any(unfit) || authority.contains('@') {
        return Err(DiscoveryError::Url(name));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => {
            let (host, after) = bracketed.split_once(']').ok_or(DiscoveryError::Url(name))?;
            let port = match after.strip_prefix(':') {
                None if after.is_empty() => None,
                None => return Err(DiscoveryError::Url(name)),
                port => port,
            };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(DiscoveryError::Url(name));
    }
    let local = matches!(host, "localhost" | "127.0.0.1" | "::1");
    match (scheme, local) {
        ("https", false) => Ok(Place::Elsewhere),
        ("https", true) => Ok(Place::ThisMachine),
        ("http", true) if plain == Plain::Allowed => Ok(Place::ThisMachine),
        _ => Err(DiscoveryError::NotSecure(name)),
    }
}
