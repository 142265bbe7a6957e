//! Who a caller is, as functions are told: a short-lived signed token, never a bare header field.

use palisade_authn::Principal;

/// Signs what functions are told of a caller.
pub trait Identity: std::fmt::Debug + Send + Sync {
    /// A token that says who calls `audience` with the invocation `correlation`. Nothing when none
    /// can be made: then nothing is forwarded.
    fn token(&self, principal: &Principal, correlation: &str, audience: &str) -> Option<String>;

    /// The keys that such tokens are verified with: a JSON Web Key Set.
    fn keys(&self) -> String;
}
