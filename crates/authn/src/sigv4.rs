//! AWS Signature Version 4 of incoming requests, in its header and in its query (presigned) form:
//! the request is brought into canonical form again and signed again with the caller's secret.
//!
//! Two steps, so that the secret may come from anywhere: [`read`] checks everything that needs no
//! secret and tells the access key id; [`Presented::prove`] takes the credential of that id (or
//! that there is none) and compares the signatures. Without a credential the same work is done
//! with a secret that nobody has, so that time does not tell which ids exist.
//!
//! What a signature protects: the method, the path, the query, the signed headers and, unless the
//! policy lets it be unsigned, the body. It must cover `host`, `content-type` where there is one,
//! and every `x-amz-*` header. For HTTP/2 the caller of this module puts `:authority` in as `host`.
//!
//! What it does not protect from: a request that is sent twice. It stays valid for twice the
//! skew at most (its time may lie before and after now), a presigned one until it expires.

mod canonical;
mod credential;
mod error;
mod presented;
mod stamp;
#[cfg(test)]
mod tests;

pub use credential::Credential;
pub use error::SigV4Error;
pub use presented::{Form, Payload, Presented, Verified, read};

/// A request as it was received. Nothing in it has been decoded or put into order.
#[derive(Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The method, as received.
    pub method: &'a str,
    /// The path, as received, without the query.
    pub path: &'a str,
    /// What stands behind the first question mark; empty when there is none.
    pub query: &'a str,
    /// All headers in the order in which they came; a name may be there several times.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The body, as far as it is known yet.
    pub body: Body<'a>,
}

impl std::fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedRequest").finish_non_exhaustive()
    }
}

/// What is known of a request's body.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Its SHA-256.
    Sha256([u8; 32]),
    /// Nothing yet: it comes later, and whoever passes it on checks it against
    /// [`Payload::Expected`].
    Unread,
}

impl std::fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body")
    }
}

/// What signatures a route takes.
#[derive(Clone, Debug)]
pub struct SigV4Policy {
    /// The region for which callers sign.
    pub region: String,
    /// The service for which they sign (`execute-api`, `lambda`, `s3`).
    pub service: String,
    /// How that service brings a request into canonical form.
    pub dialect: Dialect,
    /// By how many seconds a caller's clock may differ; 900 at most.
    pub skew: u32,
    /// For how many seconds a presigned request may be valid, seven days at most. Without it
    /// presigned requests are refused.
    pub presigned: Option<u32>,
    /// Whether the body must be under the signature.
    pub payload: PayloadRule,
}

/// How a service brings a request into canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As all services but S3 do: dot segments and repeated slashes of the path are removed, and
    /// it is encoded once more. (So `/a/../b` and `/b` have one signature: the path that is
    /// authorised and forwarded must be the normal one.)
    General,
    /// The same, but the path is taken as it is.
    Literal,
    /// As S3 does: the path is taken as it is and encoded once; the body of a presigned request
    /// is unsigned.
    S3,
}

/// Whether the body must be under the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadRule {
    /// Its hash must be signed.
    Signed,
    /// It may be unsigned (`UNSIGNED-PAYLOAD`), or signed in chunks (`STREAMING-…`): signatures of
    /// chunks are not looked at.
    MayBeUnsigned,
}

/// The longest skew that makes sense, in seconds: what S3 allows.
const MAX_SKEW: u32 = 15 * 60;
/// The longest life of a presigned request, in seconds: seven days.
const MAX_PRESIGNED: u32 = 7 * 24 * 60 * 60;
