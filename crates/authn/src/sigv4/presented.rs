//! From a request to what it claims, and from a claim to who it is.

use std::borrow::Cow;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::canonical::{self, Query};
use super::credential::{NOBODY, signature};
use super::{
    Body, Credential, Dialect, MAX_PRESIGNED, MAX_SKEW, PayloadRule, SigV4Error, SigV4Policy,
    SignedRequest, stamp,
};
use crate::hex::{hash_of_hex, hex_of_hash};
use crate::{Means, Principal};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const MAX_HEADERS: usize = 256;
const MAX_SIGNED: usize = 64;
const MAX_TEXT: usize = 64 * 1024;

/// Where the signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query: the request was signed for somebody else to send it.
    Query,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
        }
    }
}

/// What the signature says of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// It is the one that was signed.
    Verified,
    /// It was not there yet. It must have this SHA-256, and whoever reads it must see to that.
    Expected([u8; 32]),
    /// Nothing.
    Unsigned,
}

/// A caller whose signature was verified.
#[derive(Clone)]
pub struct Verified {
    /// The caller.
    pub principal: Principal,
    /// What is known of the body.
    pub payload: Payload,
    /// The signature: what tells this request from all others.
    pub signature: [u8; 32],
    /// Until when the same request could be sent again, in seconds since 1970.
    pub valid_until: i64,
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verified")
            .field("principal", &self.principal)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// A signed request, read but not verified.
pub struct Presented<'a> {
    access_key: String,
    form: Form,
    day: String,
    region: String,
    service: String,
    text: Vec<u8>,
    signature: [u8; 32],
    token: Option<Cow<'a, [u8]>>,
    claim: BodyClaim,
    body: Body<'a>,
    signed_at: i64,
    valid_until: i64,
    now: i64,
}

/// What stands under the signature for the body.
enum BodyClaim {
    /// A hash that the request names; the body must still be held against it.
    Named([u8; 32]),
    /// The hash of the body that is there.
    Taken,
    /// Nothing.
    None,
}

impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// What the `Authorization` header or the query says.
struct Parts<'a> {
    form: Form,
    credential: Cow<'a, str>,
    signed_headers: Cow<'a, str>,
    signature: [u8; 32],
    token: Option<Cow<'a, [u8]>>,
    signed_at: i64,
    /// For how many seconds a presigned request is valid.
    expires: Option<u32>,
    /// What stands for the body's hash.
    payload: Option<Cow<'a, [u8]>>,
}

/// Reads a signed request, and checks all that can be checked without the caller's secret.
///
/// # Errors
/// There is no signature, or one that could not hold whatever the secret is.
pub fn read<'a>(
    request: &SignedRequest<'a>,
    policy: &SigV4Policy,
    now: i64,
) -> Result<Presented<'a>, SigV4Error> {
    bounded(request)?;
    let query = Query::read(request.query)?;
    let parts = parts(request, &query)?;
    let [access_key, day, region, service] = credential(&parts.credential)?;
    if region != policy.region {
        return Err(SigV4Error::ScopeRegion);
    }
    if service != policy.service {
        return Err(SigV4Error::ScopeService);
    }
    let time = stamp::write_basic(parts.signed_at).ok_or(SigV4Error::Malformed)?;
    if time.get(..8) != Some(day) {
        return Err(SigV4Error::ScopeDate);
    }
    let valid_until = valid_until(&parts, policy, now)?;
    let signed = signed_headers(&parts.signed_headers, request.headers)?;
    let (claim, hash) = payload(request, &parts, policy)?;
    let canonical = canonical::request(request, policy.dialect, &query, &signed, &hash)?;

    let mut text = Vec::with_capacity(192);
    for part in [
        ALGORITHM,
        "\n",
        &time,
        "\n",
        day,
        "/",
        region,
        "/",
        service,
        "/aws4_request\n",
    ] {
        text.extend_from_slice(part.as_bytes());
    }
    text.extend_from_slice(&hex_of_hash(digest(&SHA256, &canonical).as_ref()));

    Ok(Presented {
        access_key: access_key.to_owned(),
        form: parts.form,
        day: day.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        text,
        signature: parts.signature,
        token: parts.token,
        claim,
        body: request.body,
        signed_at: parts.signed_at,
        valid_until,
        now,
    })
}

impl Presented<'_> {
    /// The access key id that the request names. It is not verified, and comes from the caller.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// Where the signature stands.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Verifies the signature with what is known of the access key: its credential, or that there
    /// is none.
    ///
    /// # Errors
    /// The request is not from the holder of the credential, or is not the one that was signed.
    pub fn prove(self, credential: Option<&Credential>) -> Result<Verified, SigV4Error> {
        let secret = credential.map_or(NOBODY, Credential::secret);
        let scope = [self.day.as_str(), &self.region, &self.service];
        let right = signature(secret, scope, &self.text);
        let matches = verify_slices_are_equal(right.as_ref(), &self.signature).is_ok();
        let credential = credential.ok_or(SigV4Error::UnknownAccessKey)?;
        if !matches {
            return Err(SigV4Error::Mismatch);
        }
        match (credential.session_token(), self.token.as_deref()) {
            (None, None) => {}
            (Some(right), Some(given)) if verify_slices_are_equal(right, given).is_ok() => {}
            _ => return Err(SigV4Error::SessionToken),
        }
        if credential.expires.is_some_and(|end| end <= self.now) {
            return Err(SigV4Error::CredentialExpired);
        }
        let payload = match (&self.claim, self.body) {
            (BodyClaim::None, _) => Payload::Unsigned,
            (BodyClaim::Taken, _) => Payload::Verified,
            (BodyClaim::Named(hash), Body::Unread) => Payload::Expected(*hash),
            (BodyClaim::Named(hash), body) if hash_of(body).as_ref() == Some(hash) => {
                Payload::Verified
            }
            (BodyClaim::Named(_), _) => return Err(SigV4Error::PayloadMismatch),
        };
        Ok(Verified {
            payload,
            signature: self.signature,
            valid_until: self.valid_until,
            principal: self.principal(credential),
        })
    }

    fn principal(self, credential: &Credential) -> Principal {
        let mut principal = Principal::new(
            Means::AwsSignature,
            credential.account.as_str(),
            credential.arn.as_str(),
        );
        principal.roles.clone_from(&credential.roles);
        principal.expires = match self.form {
            Form::Header => credential.expires,
            Form::Query => credential.expires.map_or(Some(self.valid_until), |end| {
                Some(end.min(self.valid_until))
            }),
        };
        let mut claim = |name: &str, value: Value| principal.claims.insert(name.to_owned(), value);
        claim("account", credential.account.as_str().into());
        claim("arn", credential.arn.as_str().into());
        claim("access_key", self.access_key.into());
        claim("region", self.region.into());
        claim("service", self.service.into());
        claim("form", self.form.name().into());
        claim("signed_at", self.signed_at.into());
        principal
    }
}

fn hash_of(body: Body<'_>) -> Option<[u8; 32]> {
    match body {
        Body::Bytes(bytes) => digest(&SHA256, bytes).as_ref().try_into().ok(),
        Body::Sha256(hash) => Some(hash),
        Body::Unread => None,
    }
}

fn bounded(request: &SignedRequest<'_>) -> Result<(), SigV4Error> {
    let headers = request.headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let texts = request.method.len() + request.path.len() + request.query.len() + headers;
    if texts > MAX_TEXT || request.headers.len() > MAX_HEADERS {
        return Err(SigV4Error::TooLarge);
    }
    if request.method.is_empty() || !request.method.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(SigV4Error::Malformed);
    }
    Ok(())
}

/// The parameters that make up a signature in the query.
const PARAMETERS: [&str; 8] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-Content-Sha256",
];

fn parts<'a>(request: &SignedRequest<'a>, query: &Query) -> Result<Parts<'a>, SigV4Error> {
    let authorization = single(request.headers, "authorization")?;
    let mut found = [None; PARAMETERS.len()];
    for (name, value) in query.pairs() {
        let Some(index) = PARAMETERS.iter().position(|p| p.eq_ignore_ascii_case(name)) else {
            continue;
        };
        if PARAMETERS[index] != name {
            return Err(SigV4Error::Malformed);
        }
        if found[index].replace(value).is_some() {
            return Err(SigV4Error::Duplicate);
        }
    }
    match (authorization, found.iter().any(Option::is_some)) {
        (Some(_), true) => Err(SigV4Error::TwoForms),
        (Some(value), false) => header_form(request, value),
        (None, true) => query_form(request, found),
        (None, false) => Err(SigV4Error::Missing),
    }
}

fn header_form<'a>(
    request: &SignedRequest<'a>,
    authorization: &'a [u8],
) -> Result<Parts<'a>, SigV4Error> {
    let text = std::str::from_utf8(authorization).map_err(|_| SigV4Error::Missing)?;
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.starts_with("AWS4-") {
        return Err(SigV4Error::Missing);
    }
    algorithm(scheme)?;
    let mut found = [None; 3];
    for part in rest.split(',') {
        let (name, value) = part
            .trim_matches(' ')
            .split_once('=')
            .ok_or(SigV4Error::Malformed)?;
        let index = ["Credential", "SignedHeaders", "Signature"]
            .iter()
            .position(|known| *known == name)
            .ok_or(SigV4Error::Malformed)?;
        if found[index].replace(value).is_some() {
            return Err(SigV4Error::Duplicate);
        }
    }
    let [Some(credential), Some(signed_headers), Some(signature)] = found else {
        return Err(SigV4Error::Malformed);
    };
    let stamp = match single(request.headers, "x-amz-date")? {
        Some(stamp) => text_of(stamp)?,
        None => {
            let date = single(request.headers, "date")?.ok_or(SigV4Error::Malformed)?;
            if !signed_headers.split(';').any(|name| name == "date") {
                return Err(SigV4Error::HeaderNotSigned);
            }
            text_of(date)?
        }
    };
    let http_date = || stamp::http_date(stamp);
    Ok(Parts {
        form: Form::Header,
        credential: credential.into(),
        signed_headers: signed_headers.into(),
        signature: hash_of_hex(signature.as_bytes()).ok_or(SigV4Error::Malformed)?,
        token: single(request.headers, "x-amz-security-token")?.map(Cow::Borrowed),
        signed_at: stamp::basic(stamp)
            .or_else(http_date)
            .ok_or(SigV4Error::Malformed)?,
        expires: None,
        payload: single(request.headers, "x-amz-content-sha256")?.map(Cow::Borrowed),
    })
}

fn query_form<'a>(
    request: &SignedRequest<'a>,
    found: [Option<&str>; PARAMETERS.len()],
) -> Result<Parts<'a>, SigV4Error> {
    let [
        Some(scheme),
        Some(credential),
        Some(date),
        Some(expires),
        Some(signed_headers),
        Some(signature),
        token,
        payload,
    ] = found
    else {
        return Err(SigV4Error::Malformed);
    };
    algorithm(scheme)?;
    let digits = expires.len() <= 6 && expires.bytes().all(|b| b.is_ascii_digit());
    let expires = expires.parse().ok().filter(|e| digits && *e > 0);
    // Either place, but not both: which one counts would be anybody's guess.
    let either = |name, parameter: Option<&str>| match (single(request.headers, name)?, parameter) {
        (Some(_), Some(_)) => Err(SigV4Error::Duplicate),
        (Some(header), None) => Ok(Some(Cow::Borrowed(header))),
        (None, Some(parameter)) => Ok(Some(Cow::Owned(decoded(parameter)?))),
        (None, None) => Ok(None),
    };
    let utf8 = |bytes| String::from_utf8(bytes).map_err(|_| SigV4Error::Malformed);
    Ok(Parts {
        form: Form::Query,
        credential: utf8(decoded(credential)?)?.into(),
        signed_headers: utf8(decoded(signed_headers)?)?.into(),
        signature: hash_of_hex(signature.as_bytes()).ok_or(SigV4Error::Malformed)?,
        token: either("x-amz-security-token", token)?,
        signed_at: stamp::basic(date).ok_or(SigV4Error::Malformed)?,
        expires: Some(expires.ok_or(SigV4Error::Malformed)?),
        payload: either("x-amz-content-sha256", payload)?,
    })
}

fn algorithm(name: &str) -> Result<(), SigV4Error> {
    match name {
        ALGORITHM => Ok(()),
        "AWS4-ECDSA-P256-SHA256" => Err(SigV4Error::AsymmetricVersion),
        _ => Err(SigV4Error::Algorithm),
    }
}

/// The parts of `key/day/region/service/aws4_request`.
fn credential(text: &str) -> Result<[&str; 4], SigV4Error> {
    let mut parts = text.split('/');
    let mut next = || parts.next().ok_or(SigV4Error::Malformed);
    let (key, day, region, service, end) = (next()?, next()?, next()?, next()?, next()?);
    let key_char = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let key_fits = (1..=128).contains(&key.len()) && key.bytes().all(key_char);
    if end != "aws4_request" || parts.next().is_some() || !key_fits {
        return Err(SigV4Error::Malformed);
    }
    Ok([key, day, region, service])
}

/// Until when the request may be sent, if it may be sent now.
fn valid_until(parts: &Parts<'_>, policy: &SigV4Policy, now: i64) -> Result<i64, SigV4Error> {
    let skew = i64::from(policy.skew.min(MAX_SKEW));
    if parts.signed_at > now.saturating_add(skew) {
        return Err(SigV4Error::FromTheFuture);
    }
    let (life, late) = match parts.expires {
        None => (skew, SigV4Error::TooOld),
        Some(expires) => {
            let longest = policy.presigned.ok_or(SigV4Error::PresignedRefused)?;
            if expires > longest.min(MAX_PRESIGNED) {
                return Err(SigV4Error::LivesTooLong);
            }
            (i64::from(expires), SigV4Error::Expired)
        }
    };
    let until = parts.signed_at.saturating_add(life);
    if until < now { Err(late) } else { Ok(until) }
}

/// The names under the signature, if they are all that must be there.
fn signed_headers<'a>(
    list: &'a str,
    headers: &[(&str, &[u8])],
) -> Result<Vec<&'a str>, SigV4Error> {
    let names: Vec<&str> = list.split(';').take(MAX_SIGNED + 1).collect();
    if names.len() > MAX_SIGNED {
        return Err(SigV4Error::TooLarge);
    }
    let fits =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&b);
    let written_well = |name: &&str| !name.is_empty() && name.bytes().all(fits);
    if !names.iter().all(written_well) || !names.is_sorted_by(|a, b| a < b) {
        return Err(SigV4Error::Malformed);
    }
    single(headers, "host")?;
    single(headers, "content-type")?;
    let signed = |name: &str| names.binary_search_by(|n| cmp_lower(n, name)).is_ok();
    let must = |name: &str| {
        name.eq_ignore_ascii_case("content-type")
            || name
                .get(..6)
                .is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
    };
    if !signed("host") || headers.iter().any(|(name, _)| must(name) && !signed(name)) {
        return Err(SigV4Error::HeaderNotSigned);
    }
    Ok(names)
}

/// Compares a lower-case name with one of any case.
fn cmp_lower(lower: &str, any: &str) -> std::cmp::Ordering {
    let any = any.bytes().map(|byte| byte.to_ascii_lowercase());
    lower.bytes().cmp(any)
}

/// What stands under the signature for the body, and how it is written there.
fn payload<'a>(
    request: &SignedRequest<'_>,
    parts: &'a Parts<'_>,
    policy: &SigV4Policy,
) -> Result<(BodyClaim, Cow<'a, [u8]>), SigV4Error> {
    const UNSIGNED: [&[u8]; 4] = [
        b"UNSIGNED-PAYLOAD",
        b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    ];
    let text = match parts.payload.as_deref() {
        Some(text) => text,
        None if parts.form == Form::Query && policy.dialect == Dialect::S3 => UNSIGNED[0],
        None => {
            let hash = hash_of(request.body).ok_or(SigV4Error::BodyNeeded)?;
            return Ok((BodyClaim::Taken, Cow::Owned(hex_of_hash(&hash).to_vec())));
        }
    };
    let claim = if UNSIGNED.contains(&text) {
        match policy.payload {
            PayloadRule::Signed => return Err(SigV4Error::PayloadUnsigned),
            PayloadRule::MayBeUnsigned => BodyClaim::None,
        }
    } else {
        BodyClaim::Named(hash_of_hex(text).ok_or(SigV4Error::Malformed)?)
    };
    Ok((claim, Cow::Borrowed(text)))
}

/// The one value of a header, if it is there.
fn single<'a>(headers: &[(&str, &'a [u8])], name: &str) -> Result<Option<&'a [u8]>, SigV4Error> {
    let mut values = headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value);
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(SigV4Error::Duplicate),
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, SigV4Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| SigV4Error::Malformed)?;
    Ok(text.trim_matches([' ', '\t']))
}

fn decoded(text: &str) -> Result<Vec<u8>, SigV4Error> {
    let mut bytes = Vec::with_capacity(text.len());
    canonical::decode(text, |byte| bytes.push(byte))?;
    Ok(bytes)
}
