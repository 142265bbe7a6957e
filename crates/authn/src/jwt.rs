//! Signed claims (RFC 7519), checked as RFC 8725 asks. A token says nothing about a caller until
//! its signature, issuer, audience, times and type have been held against a [`TokenPolicy`].

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    Jws, Key, KeyId, KeySet, Means, Principal, TokenError, TokenPolicy, certificate, json,
    policy::{Audience, Binding, Expiry},
};

const CLAIMS_DEPTH: u8 = 16;
/// The end of the year 9999: no date is later.
const LAST_DATE: i64 = 253_402_300_799;
/// How long the name of a subject may be.
const MAX_SUBJECT: usize = 1024;

/// A token whose claims have been read, but not verified.
#[derive(Clone)]
pub struct Jwt<'a> {
    jws: Jws<'a>,
    claims: Map<String, Value>,
}

impl fmt::Debug for Jwt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Jwt").field(&self.jws).finish()
    }
}

/// What a token has shown.
#[derive(Clone)]
pub struct Verified {
    /// Who the caller is.
    pub principal: Principal,
    /// With which key it was signed; none where the issuer itself was asked.
    pub key: Option<KeyId>,
    /// Until when this may be believed without looking again.
    pub until: i64,
}

/// Without what the token says.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Reads a token and verifies it.
///
/// # Errors
/// For anything that is not as `policy` asks; see [`TokenError`].
pub fn verify(
    token: &[u8],
    keys: &KeySet,
    policy: &TokenPolicy,
    now: i64,
) -> Result<Verified, TokenError> {
    let token = Jwt::parse(token)?;
    token.check_header(policy)?;
    let key = keys.find(token.jws.kid(), token.jws.algorithm())?;
    token.verify(key, policy, now)
}

impl<'a> Jwt<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// When it is not a signed token whose claims are a JSON object.
    pub fn parse(token: &'a [u8]) -> Result<Self, TokenError> {
        let jws = Jws::parse(token)?;
        let claims = json::object(&jws.unverified_payload()?, CLAIMS_DEPTH)?;
        Ok(Self { jws, claims })
    }

    /// The message around the claims.
    #[must_use]
    pub fn jws(&self) -> &Jws<'a> {
        &self.jws
    }

    /// Who it says has issued it. Good for choosing the policy to verify it with, and for nothing
    /// else.
    #[must_use]
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Refuses a type or an algorithm that the policy does not take, before any key is looked for.
    ///
    /// # Errors
    /// When it does not take it.
    pub fn check_header(&self, policy: &TokenPolicy) -> Result<(), TokenError> {
        if !policy.algorithms.contains(&self.jws.algorithm()) {
            return Err(TokenError::AlgorithmNotAllowed);
        }
        if !policy.takes(self.jws.typ()) {
            return Err(TokenError::TypeNotAllowed);
        }
        Ok(())
    }

    /// Verifies it.
    ///
    /// # Errors
    /// For anything that is not as `policy` asks; see [`TokenError`].
    pub fn verify(self, key: &Key, policy: &TokenPolicy, now: i64) -> Result<Verified, TokenError> {
        self.check_header(policy)?;
        self.jws.verify(key)?;
        let mut verified = admit(self.claims, policy, now)?;
        verified.key = Some(key.id());
        Ok(verified)
    }
}

/// Holds claims, whose origin is verified, against the policy.
pub(crate) fn admit(
    claims: Map<String, Value>,
    policy: &TokenPolicy,
    now: i64,
) -> Result<Verified, TokenError> {
    if required(&claims, "iss")? != policy.issuer {
        return Err(TokenError::Issuer);
    }
    audience(&claims, &policy.audience)?;
    // Bound to a key of its holder (RFC 7800, 8705, 9449): taking it from any bearer would undo what
    // binding it is for.
    match (claims.get("cnf"), policy.binding) {
        (None, Binding::Refused | Binding::Certificate) => {}
        (None, Binding::Required) => return Err(TokenError::MissingClaim("cnf".to_owned())),
        (Some(cnf), Binding::Certificate | Binding::Required)
            if certificate::named(cnf).is_some() => {}
        (Some(_), _) => return Err(TokenError::ClaimRefused("cnf".to_owned())),
    }
    let expires = times(&claims, policy, now)?;
    let subject = required(&claims, &policy.subject)?;
    if subject.is_empty() || subject.len() > MAX_SUBJECT || subject.chars().any(char::is_control) {
        return Err(TokenError::ClaimInvalid(policy.subject.clone()));
    }
    for wanted in &policy.required_claims {
        let name = || wanted.claim.as_str().to_owned();
        match wanted.claim.find(&claims) {
            None => return Err(TokenError::MissingClaim(name())),
            Some(found) if !wanted.holds(found) => return Err(TokenError::ClaimRefused(name())),
            Some(_) => {}
        }
    }
    let mut scopes = words(claims.get("scope"), "scope", Split::Spaces)?;
    scopes.extend(words(claims.get("scp"), "scp", Split::Spaces)?);
    tidy(&mut scopes);
    for wanted in &policy.required_scopes {
        if scopes.binary_search(wanted).is_err() {
            return Err(TokenError::ScopeMissing(wanted.clone()));
        }
    }
    let mut roles = match &policy.roles {
        Some(path) => words(path.find(&claims), path.as_str(), Split::Not)?,
        None => Vec::new(),
    };
    tidy(&mut roles);
    let principal = Principal {
        means: Means::Token,
        issuer: policy.issuer.clone(),
        id: subject.to_owned(),
        roles,
        scopes,
        expires,
        claims,
    };
    Ok(Verified {
        principal,
        key: None,
        until: expires.map_or(i64::MAX, |expires| {
            expires.saturating_add(i64::from(policy.skew))
        }),
    })
}

fn required<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, TokenError> {
    match claims.get(name) {
        None => Err(TokenError::MissingClaim(name.to_owned())),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(TokenError::ClaimInvalid(name.to_owned())),
    }
}

fn audience(claims: &Map<String, Value>, wanted: &Audience) -> Result<(), TokenError> {
    let (wanted, stated) = match (wanted, claims.get("aud")) {
        (Audience::Required(list) | Audience::WhenStated(list), Some(stated)) => (list, stated),
        (Audience::WhenStated(_), None) => return Ok(()),
        (Audience::Required(_), None) => return Err(TokenError::MissingClaim("aud".to_owned())),
        (Audience::Client(_), Some(_)) => return Err(TokenError::ClaimRefused("aud".to_owned())),
        (Audience::Client(list), None) => {
            let client = required(claims, "client_id")?;
            let is_meant = list.iter().any(|meant| meant == client);
            return is_meant.then_some(()).ok_or(TokenError::Audience);
        }
    };
    let invalid = || TokenError::ClaimInvalid("aud".to_owned());
    let meant = |entry: &String| wanted.contains(entry);
    let met = match stated {
        Value::String(entry) => meant(entry),
        Value::Array(list) => {
            let mut met = false;
            for entry in list {
                let Value::String(entry) = entry else {
                    return Err(invalid());
                };
                met |= meant(entry);
            }
            met
        }
        _ => return Err(invalid()),
    };
    if met {
        Ok(())
    } else {
        Err(TokenError::Audience)
    }
}

/// Checks all times, and gives the end.
fn times(
    claims: &Map<String, Value>,
    policy: &TokenPolicy,
    now: i64,
) -> Result<Option<i64>, TokenError> {
    let skew = i64::from(policy.skew);
    let expires = date(claims, "exp", f64::floor)?;
    let starts = date(claims, "nbf", f64::ceil)?;
    let issued = date(claims, "iat", f64::floor)?;
    match expires {
        Some(end) if now >= end.saturating_add(skew) => return Err(TokenError::Expired),
        None if policy.expiry == Expiry::Required => {
            return Err(TokenError::MissingClaim("exp".to_owned()));
        }
        _ => {}
    }
    let latest = now.saturating_add(skew);
    if starts.is_some_and(|start| start > latest) {
        return Err(TokenError::NotYetValid);
    }
    if issued.is_some_and(|issued| issued > latest) {
        return Err(TokenError::IssuedInFuture);
    }
    if let Some(most) = policy.max_lifetime {
        let missing = |name: &str| TokenError::MissingClaim(name.to_owned());
        let end = expires.ok_or_else(|| missing("exp"))?;
        let issued = issued.ok_or_else(|| missing("iat"))?;
        if end - issued > i64::from(most) {
            return Err(TokenError::LifetimeTooLong);
        }
    }
    Ok(expires)
}

/// A NumericDate: seconds since 1970, perhaps with a fraction, which is rounded so that a token is
/// never valid for longer.
fn date(
    claims: &Map<String, Value>,
    name: &str,
    round: fn(f64) -> f64,
) -> Result<Option<i64>, TokenError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = match value {
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(seconds), _) => Some(seconds),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rounded; too large a number saturates, and is out of range then"
            )]
            (None, Some(seconds)) if seconds >= 0.0 => Some(round(seconds) as i64),
            _ => None,
        },
        _ => None,
    };
    match seconds {
        Some(seconds) if (0..=LAST_DATE).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(TokenError::ClaimInvalid(name.to_owned())),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Split {
    Spaces,
    Not,
}

/// A claim that is a text or a list of texts.
fn words(claim: Option<&Value>, name: &str, split: Split) -> Result<Vec<String>, TokenError> {
    match claim {
        None => Ok(Vec::new()),
        Some(Value::String(text)) if split == Split::Spaces => {
            let words = text.split(' ').filter(|word| !word.is_empty());
            Ok(words.map(str::to_owned).collect())
        }
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(list)) => list
            .iter()
            .map(|word| word.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| TokenError::ClaimInvalid(name.to_owned())),
        Some(_) => Err(TokenError::ClaimInvalid(name.to_owned())),
    }
}

fn tidy(words: &mut Vec<String>) {
    words.sort_unstable();
    words.dedup();
}
