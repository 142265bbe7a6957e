//! What a caller's access key stands for.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, Tag, sign};
use zeroize::Zeroizing;

/// What an access key id stands for: the secret, and whose it is.
#[derive(Clone)]
pub struct Credential {
    /// `AWS4` and the secret access key: the first key of the derivation.
    secret: Zeroizing<Vec<u8>>,
    session_token: Option<Zeroizing<Vec<u8>>>,
    /// The account that vouches for the caller.
    pub account: String,
    /// Who the caller is.
    pub arn: String,
    /// The roles that the configuration gives the caller.
    pub roles: Vec<String>,
    /// Until when the credential holds, in seconds since 1970.
    pub expires: Option<i64>,
}

impl Credential {
    /// A lasting credential.
    #[must_use]
    pub fn new(secret: &str, account: impl Into<String>, arn: impl Into<String>) -> Self {
        let mut key = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        key.extend_from_slice(b"AWS4");
        key.extend_from_slice(secret.as_bytes());
        Self {
            secret: key,
            session_token: None,
            account: account.into(),
            arn: arn.into(),
            roles: Vec::new(),
            expires: None,
        }
    }

    /// The same, of a session: every request must bring this token.
    #[must_use]
    pub fn with_session_token(mut self, token: &str) -> Self {
        self.session_token = Some(Zeroizing::new(token.as_bytes().to_vec()));
        self
    }

    pub(super) fn session_token(&self) -> Option<&[u8]> {
        self.session_token.as_ref().map(|token| token.as_slice())
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("arn", &self.arn)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// What takes the secret's place when there is no credential: nobody can know a signature by it,
/// because it is never accepted.
pub(super) const NOBODY: &[u8] = b"AWS4nobody-has-a-secret-of-these-40-letters";

/// The signature of a text, with the key derived for a day, a region and a service.
pub(super) fn signature(secret: &[u8], scope: [&str; 3], text: &[u8]) -> Tag {
    let key = scope
        .into_iter()
        .chain(["aws4_request"])
        .fold(Key::new(HMAC_SHA256, secret), |key, part| {
            Key::new(HMAC_SHA256, sign(&key, part.as_bytes()).as_ref())
        });
    sign(&key, text)
}
