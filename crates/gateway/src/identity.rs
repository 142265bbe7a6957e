//! Who a caller is, as functions are told: a short-lived signed token, never a bare header field.

use palisade_authn::{Minter, Principal};
use std::sync::{Arc, PoisonError, RwLock};

/// Signs what functions are told of a caller.
pub trait Identity: std::fmt::Debug + Send + Sync {
    /// A token that says who calls `audience` with the invocation `correlation`. Nothing when none
    /// can be made: then nothing is forwarded.
    fn token(&self, principal: &Principal, correlation: &str, audience: &str) -> Option<String>;

    /// The keys that such tokens are verified with: a JSON Web Key Set.
    fn keys(&self) -> String;
}

/// Identity by tokens that Palisade signs itself.
pub struct Minted {
    minter: RwLock<Minter>,
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted").finish_non_exhaustive()
    }
}

impl Minted {
    /// Signs with this; `now` gives the seconds since 1970.
    #[must_use]
    pub fn new(minter: Minter, now: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        Self {
            minter: RwLock::new(minter),
            now,
        }
    }

    /// Announces or changes keys.
    pub fn change<T>(&self, change: impl FnOnce(&mut Minter) -> T) -> T {
        change(&mut self.minter.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Identity for Minted {
    fn token(&self, principal: &Principal, correlation: &str, audience: &str) -> Option<String> {
        let minter = self.minter.read().unwrap_or_else(PoisonError::into_inner);
        let minted = minter.mint(principal, audience, correlation, (self.now)());
        minted.ok()
    }

    fn keys(&self) -> String {
        let minter = self.minter.read().unwrap_or_else(PoisonError::into_inner);
        minter.public_keys((self.now)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_authn::MintingKey;

    #[test]
    fn the_key_that_signs_is_published_and_stays_so() {
        let key = |number| MintingKey::ed25519(&[number; 32]).unwrap();
        let minter = Minter::new("https://gateway.example.com", 60, Vec::new(), key(1));
        let identity = Minted::new(minter, Arc::new(|| 1000));
        let principal = Principal::anonymous();
        let before = identity.token(&principal, "c", "orders").unwrap();
        identity.change(|minter| {
            minter.announce(key(2));
            assert!(minter.rotate(60, 1000));
        });
        let after = identity.token(&principal, "c", "orders").unwrap();
        let head = |token: &str| token.split('.').next().unwrap().to_owned();
        assert_ne!(head(&before), head(&after), "another key id");
        for number in [1, 2] {
            assert!(identity.keys().contains(key(number).kid()));
        }
    }
}
