//! Why a token is refused. Nothing that a caller sent is in here: names of claims come from the
//! standards or from the configuration.

use std::fmt;

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Longer than [`crate::MAX_TOKEN`], or its header is longer than a header needs to be.
    TooLarge,
    /// Not three parts.
    Malformed,
    /// Five parts: it is encrypted, where a signed one is due.
    Encrypted,
    /// A part is not base64url without padding in its one spelling.
    Encoding,
    /// The header, the claims or the answer are not a JSON object.
    Json,
    /// A member stands in an object twice (RFC 8725, 2.4).
    DuplicateMember,
    /// JSON is nested deeper than any token needs.
    TooDeep,
    /// The algorithm is `none`, in whatever spelling.
    Unsigned,
    /// The algorithm is not one that Palisade knows.
    UnknownAlgorithm,
    /// The algorithm is not among those that the issuer may use.
    AlgorithmNotAllowed,
    /// The header carries a member that makes a token unsafe: a key, where to get one, extensions.
    HeaderRefused(&'static str),
    /// A member of the header is missing or not of its type.
    HeaderInvalid(&'static str),
    /// The token is of another type than this route takes (RFC 8725, 3.11).
    TypeNotAllowed,
    /// No key of the issuer has this id and algorithm.
    UnknownKey,
    /// More than one key could be meant.
    AmbiguousKey,
    /// The issuer's keys could not be had, or only so long ago that they no longer count.
    KeysUnavailable,
    /// The signature does not hold.
    Signature,
    /// A claim that must be there is not.
    MissingClaim(String),
    /// A claim has another type than it must have, or is out of range.
    ClaimInvalid(String),
    /// A claim has another value than the configuration asks for.
    ClaimRefused(String),
    /// It is another issuer's.
    Issuer,
    /// It is meant for somebody else.
    Audience,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It was issued in the future.
    IssuedInFuture,
    /// It is valid for longer than the configuration lets tokens be.
    LifetimeTooLong,
    /// A scope that is asked for is not in it.
    ScopeMissing(String),
    /// It is bound to a certificate that the caller has not shown.
    Certificate,
    /// The issuer says that it is not valid (any more).
    Inactive,
}

impl TokenError {
    /// The stable name, as records and reports have it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "token-too-large",
            Self::Malformed => "token-malformed",
            Self::Encrypted => "token-encrypted",
            Self::Encoding => "token-encoding",
            Self::Json => "token-json",
            Self::DuplicateMember => "token-duplicate-member",
            Self::TooDeep => "token-too-deep",
            Self::Unsigned => "token-unsigned",
            Self::UnknownAlgorithm => "token-unknown-algorithm",
            Self::AlgorithmNotAllowed => "token-algorithm-not-allowed",
            Self::HeaderRefused(_) => "token-header-refused",
            Self::HeaderInvalid(_) => "token-header-invalid",
            Self::TypeNotAllowed => "token-type-not-allowed",
            Self::UnknownKey => "token-key-unknown",
            Self::AmbiguousKey => "token-key-ambiguous",
            Self::KeysUnavailable => "issuer-keys-unavailable",
            Self::Signature => "token-signature",
            Self::MissingClaim(_) => "token-claim-missing",
            Self::ClaimInvalid(_) => "token-claim-invalid",
            Self::ClaimRefused(_) => "token-claim-refused",
            Self::Issuer => "token-issuer",
            Self::Audience => "token-audience",
            Self::Expired => "token-expired",
            Self::NotYetValid => "token-not-yet-valid",
            Self::IssuedInFuture => "token-issued-in-future",
            Self::LifetimeTooLong => "token-lifetime-too-long",
            Self::ScopeMissing(_) => "token-scope-missing",
            Self::Certificate => "token-certificate",
            Self::Inactive => "token-inactive",
        }
    }
}

impl std::error::Error for TokenError {}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the token or its header is longer than allowed",
            Self::Malformed => "the token does not have the three parts of a signed token",
            Self::Encrypted => "the token is encrypted; a signed one is due",
            Self::Encoding => "a part of the token is not strict base64url",
            Self::Json => "what the token says is not a JSON object",
            Self::DuplicateMember => "the token's JSON has a member twice",
            Self::TooDeep => "the token's JSON is nested too deep",
            Self::Unsigned => "the token says that it is not signed",
            Self::UnknownAlgorithm => "the token names an unknown algorithm",
            Self::AlgorithmNotAllowed => "the token's algorithm is not allowed for its issuer",
            Self::HeaderRefused(name) => {
                return write!(
                    f,
                    "the token's header has `{name}`, which is never accepted"
                );
            }
            Self::HeaderInvalid(name) => {
                return write!(f, "`{name}` in the token's header is missing or not valid");
            }
            Self::TypeNotAllowed => "the token is of a type that is not accepted here",
            Self::UnknownKey => "no key of the issuer fits the token",
            Self::AmbiguousKey => "more than one key of the issuer could be meant",
            Self::KeysUnavailable => "the issuer's keys cannot be had",
            Self::Signature => "the token's signature does not hold",
            Self::MissingClaim(name) => return write!(f, "the token has no claim `{name}`"),
            Self::ClaimInvalid(name) => {
                return write!(f, "the token's claim `{name}` has a wrong type or range");
            }
            Self::ClaimRefused(name) => {
                return write!(
                    f,
                    "the token's claim `{name}` has a value that is not accepted"
                );
            }
            Self::Issuer => "the token is from another issuer",
            Self::Audience => "the token is meant for another audience",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::IssuedInFuture => "the token was issued in the future",
            Self::LifetimeTooLong => "the token is valid for longer than allowed",
            Self::ScopeMissing(name) => return write!(f, "the token lacks the scope `{name}`"),
            Self::Certificate => {
                "the token is bound to a certificate that the caller has not shown"
            }
            Self::Inactive => "the issuer says that the token is not active",
        })
    }
}
