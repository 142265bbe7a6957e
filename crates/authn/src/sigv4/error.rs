//! Why a signature was refused. No text here holds anything that the caller sent.

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SigV4Error {
    /// There is no signature.
    #[error("the request carries no AWS signature")]
    Missing,
    /// There is one in the header and one in the query.
    #[error("the request is signed in its header and in its query; one of them is allowed")]
    TwoForms,
    /// Something that must be there once is there twice.
    #[error("a header or parameter that the signature rests on is there more than once")]
    Duplicate,
    /// It is not written as it must be.
    #[error("the signature is not of the form that AWS specifies")]
    Malformed,
    /// There is more of it than any honest caller sends.
    #[error("the request has more or longer headers and parameters than are looked at")]
    TooLarge,
    /// Signature Version 4A (asymmetric).
    #[error("the request is signed with Signature Version 4A, which cannot be verified here")]
    AsymmetricVersion,
    /// Another algorithm than the one allowed.
    #[error("the request is signed with another algorithm than AWS4-HMAC-SHA256")]
    Algorithm,
    /// Presigned requests are not taken here.
    #[error("presigned requests are not taken here")]
    PresignedRefused,
    /// The date of the scope is not that of the request.
    #[error("the scope of the signature names another day than the request")]
    ScopeDate,
    /// It was made for another region.
    #[error("the signature was made for another region")]
    ScopeRegion,
    /// It was made for another service.
    #[error("the signature was made for another service")]
    ScopeService,
    /// It was made too long ago.
    #[error("the signature is older than the allowed difference of clocks")]
    TooOld,
    /// It was made in the future.
    #[error("the signature is from the future, by more than the allowed difference of clocks")]
    FromTheFuture,
    /// The presigned request has expired.
    #[error("the presigned request has expired")]
    Expired,
    /// The presigned request would be valid for longer than is allowed.
    #[error("the presigned request is valid for longer than is allowed here")]
    LivesTooLong,
    /// A header that must be under the signature is not.
    #[error("`host`, `content-type` or an `x-amz-` header is not under the signature")]
    HeaderNotSigned,
    /// A header that is said to be signed is not there.
    #[error("a header that the signature names is not in the request")]
    SignedHeaderAbsent,
    /// The body is not under the signature.
    #[error("the body is not under the signature, which this route demands")]
    PayloadUnsigned,
    /// The body must be read before the signature can be verified.
    #[error("the request does not name the hash of its body, so the body must be read first")]
    BodyNeeded,
    /// The body is not the one that was signed.
    #[error("the body is not the one that was signed")]
    PayloadMismatch,
    /// The session token is not that of the credential.
    #[error("the session token is absent, or not that of the credential")]
    SessionToken,
    /// The credential has expired.
    #[error("the credential has expired")]
    CredentialExpired,
    /// There is no such access key.
    #[error("the access key is not known")]
    UnknownAccessKey,
    /// The signature is another one.
    #[error("the signature does not match")]
    Mismatch,
}

impl SigV4Error {
    /// The stable name of the reason, for records and operators. A caller is told the same for
    /// all of them.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "aws-signature-missing",
            Self::TwoForms => "aws-signature-two-forms",
            Self::Duplicate => "aws-signature-duplicate",
            Self::Malformed => "aws-signature-malformed",
            Self::TooLarge => "aws-signature-too-large",
            Self::AsymmetricVersion => "aws-signature-v4a",
            Self::Algorithm => "aws-signature-algorithm",
            Self::PresignedRefused => "aws-signature-presigned",
            Self::ScopeDate => "aws-signature-scope-date",
            Self::ScopeRegion => "aws-signature-scope-region",
            Self::ScopeService => "aws-signature-scope-service",
            Self::TooOld => "aws-signature-too-old",
            Self::FromTheFuture => "aws-signature-from-the-future",
            Self::Expired => "aws-signature-expired",
            Self::LivesTooLong => "aws-signature-lives-too-long",
            Self::HeaderNotSigned => "aws-signature-header-not-signed",
            Self::SignedHeaderAbsent => "aws-signature-signed-header-absent",
            Self::PayloadUnsigned => "aws-signature-payload-unsigned",
            Self::BodyNeeded => "aws-signature-body-needed",
            Self::PayloadMismatch => "aws-signature-payload-mismatch",
            Self::SessionToken => "aws-session-token",
            Self::CredentialExpired => "aws-credential-expired",
            Self::UnknownAccessKey => "aws-access-key-unknown",
            Self::Mismatch => "aws-signature-mismatch",
        }
    }
}
