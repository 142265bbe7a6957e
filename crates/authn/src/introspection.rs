//! Opaque tokens: only their issuer knows what they stand for, so it is asked (RFC 7662). Its
//! answer is held against the same policy as a signed token.

use serde_json::Value;

use crate::{TokenError, TokenPolicy, Verified, json, jws::MAX_TOKEN, jwt::admit};

/// How many bytes an answer may have.
const MAX_ANSWER: usize = 64 * 1024;
const ANSWER_DEPTH: u8 = 16;

/// The body of the question, as `application/x-www-form-urlencoded`.
///
/// # Errors
/// When the token is too long, or not made of the characters that a bearer token may have
/// (RFC 6750, 2.1): then there is no need to ask.
pub fn introspection_form(token: &[u8]) -> Result<String, TokenError> {
    if token.len() > MAX_TOKEN {
        return Err(TokenError::TooLarge);
    }
    let mut form = String::with_capacity(token.len() + 48);
    form.push_str("token=");
    for byte in token {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                form.push(char::from(*byte));
            }
            b'+' => form.push_str("%2B"),
            b'/' => form.push_str("%2F"),
            b'=' => form.push_str("%3D"),
            _ => return Err(TokenError::Encoding),
        }
    }
    if token.is_empty() {
        return Err(TokenError::Malformed);
    }
    form.push_str("&token_type_hint=access_token");
    Ok(form)
}

/// Reads the answer. Where it does not name an issuer, it is the one that was asked.
///
/// # Errors
/// When the token is not active, or not as `policy` asks.
pub fn introspected(answer: &[u8], policy: &TokenPolicy, now: i64) -> Result<Verified, TokenError> {
    if answer.len() > MAX_ANSWER {
        return Err(TokenError::TooLarge);
    }
    let mut claims = json::object(answer, ANSWER_DEPTH)?;
    match claims.get("active") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Err(TokenError::Inactive),
        Some(_) => return Err(TokenError::ClaimInvalid("active".to_owned())),
        None => return Err(TokenError::MissingClaim("active".to_owned())),
    }
    claims
        .entry("iss")
        .or_insert_with(|| policy.issuer.as_str().into());
    admit(claims, policy, now)
}
