//! SPIFFE IDs, as "The SPIFFE Identity and Verifiable Identity Document" (2) and "X.509-SVID" (2)
//! define them.

use super::CertificateError;

/// Whether a text is a SPIFFE ID: `spiffe://`, a trust domain of small letters, digits, dots,
/// dashes and underscores, and segments of letters, digits and those, none of them empty, `.` or
/// `..`; nothing is encoded, and nothing follows.
#[must_use]
pub fn is_spiffe_id(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("spiffe://")
        .filter(|_| text.len() <= 2048)
    else {
        return false;
    };
    let (domain, path) = rest
        .split_once('/')
        .map_or((rest, None), |(d, p)| (d, Some(p)));
    let mark = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    let in_domain = |b: u8| b.is_ascii_lowercase() || mark(b);
    let segment = |text: &str| {
        !matches!(text, "" | "." | "..") && text.bytes().all(|b| b.is_ascii_alphabetic() || mark(b))
    };
    (1..=255).contains(&domain.len())
        && domain.bytes().all(in_domain)
        && path.is_none_or(|path| path.split('/').all(segment))
}

/// The SPIFFE ID among the URIs of a certificate. If there is one, it must be the only URI.
pub(super) fn of(uris: &[String]) -> Result<Option<String>, CertificateError> {
    let claims = |uri: &String| {
        let scheme = uri.split(':').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("spiffe"))
    };
    if !uris.iter().any(claims) {
        return Ok(None);
    }
    match uris {
        [only] if is_spiffe_id(only) => Ok(Some(only.clone())),
        _ => Err(CertificateError::Spiffe),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for good in [
            "spiffe://example.org",
            "spiffe://example.org/ns/prod/sa/Orders-1_2.x",
            "spiffe://10.0.0.1/a",
        ] {
            assert!(is_spiffe_id(good), "{good}");
        }
        for bad in [
            "",
            "spiffe://",
            "spiffe:///a",
            "SPIFFE://example.org/a",
            "spiffe://Example.org/a",
            "spiffe://example.org/",
            "spiffe://example.org//a",
            "spiffe://example.org/a/",
            "spiffe://example.org/./a",
            "spiffe://example.org/../a",
            "spiffe://example.org/%61",
            "spiffe://example.org/a?b",
            "spiffe://example.org/a#b",
            "spiffe://user@example.org/a",
            "spiffe://example.org:80/a",
            "spiffe://exämple.org/a",
            "https://example.org/a",
            &format!("spiffe://{}/a", "a".repeat(256)),
            &format!("spiffe://a/{}", "a".repeat(2048)),
        ] {
            assert!(!is_spiffe_id(bad), "{bad}");
        }
    }
}
