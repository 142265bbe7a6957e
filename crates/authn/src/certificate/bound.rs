//! Tokens that hold only together with a certificate (RFC 8705, section 3).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::Principal;

pub(super) fn fingerprint(der: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, der).as_ref());
    hash
}

/// The hash of the certificate that a token's `cnf` names (`x5t#S256`). Nothing if it names something
/// else, such as the key of RFC 9449, or more: what cannot be shown here must not be left out.
pub(crate) fn named(cnf: &Value) -> Option<[u8; 32]> {
    let members = cnf.as_object().filter(|members| members.len() == 1)?;
    let hash = URL_SAFE_NO_PAD.decode(members.get("x5t#S256")?.as_str()?);
    hash.ok()?.try_into().ok()
}

/// Whether the certificate of the connection, in DER, is the one that the caller's token is bound to;
/// so is every certificate, and none at all, where the token is bound to nothing.
#[must_use]
pub fn is_shown(caller: &Principal, certificate: Option<&[u8]>) -> bool {
    match (caller.claims.get("cnf"), certificate) {
        (None, _) => true,
        (Some(cnf), Some(der)) => named(cnf) == Some(fingerprint(der)),
        (Some(_), None) => false,
    }
}
