//! Tokens that hold only together with a certificate (RFC 8705, 3.1).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) fn fingerprint(der: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, der).as_ref());
    hash
}

/// What a token says of the certificate that it is bound to (`cnf`, `x5t#S256`).
#[must_use]
pub fn thumbprint(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(fingerprint(der))
}

/// Whether a token's `x5t#S256` is that of the caller's certificate.
#[must_use]
pub fn is_bound_to(x5t_s256: &str, der: &[u8]) -> bool {
    verify_slices_are_equal(x5t_s256.as_bytes(), thumbprint(der).as_bytes()).is_ok()
}
