//! Who a caller is, as functions are told: a short-lived signed token, never a bare header field.

use http::HeaderValue;
use palisade_authn::{Minter, Principal};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Signs what functions are told of a caller.
pub trait Identity: std::fmt::Debug + Send + Sync {
    /// A token that says to `audience` who calls. Nothing when none can be made: then nothing is
    /// forwarded.
    fn token(&self, principal: &Arc<Principal>, audience: &str) -> Option<HeaderValue>;

    /// The keys that such tokens are verified with: a JSON Web Key Set.
    fn keys(&self) -> String;
}

/// Identity by tokens that Palisade signs itself. A token is used again for calls of the same caller
/// to the same function, for half of its life at most: signing is dearer than most of what else is
/// done for a call.
pub struct Minted {
    minter: RwLock<Minter>,
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
    made: Mutex<BTreeMap<u64, Made>>,
    hasher: RandomState,
}

/// A token that was made.
struct Made {
    principal: Arc<Principal>,
    audience: String,
    token: HeaderValue,
    /// When it was made, until when it is used, and when it expires.
    from: i64,
    until: i64,
    expires: i64,
}

/// So many callers' tokens are kept.
const MOST: usize = 8192;

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
            made: Mutex::new(BTreeMap::new()),
            hasher: RandomState::new(),
        }
    }

    /// Announces or changes keys. What was signed before is not used again.
    pub fn change<T>(&self, change: impl FnOnce(&mut Minter) -> T) -> T {
        let mut minter = self.minter.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut minter);
        self.made().clear();
        changed
    }

    fn made(&self) -> MutexGuard<'_, BTreeMap<u64, Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    /// Whether it says what another one would, and lives no longer than what was shown now.
    fn is_for(
        &self,
        minter: &Minter,
        principal: &Arc<Principal>,
        audience: &str,
        now: i64,
    ) -> bool {
        let is_same = Arc::ptr_eq(&self.principal, principal)
            || minter.says_the_same(&self.principal, principal);
        let lives = principal
            .expires
            .is_none_or(|expires| self.expires <= expires);
        is_same && lives && self.audience == audience && (self.from..self.until).contains(&now)
    }
}

impl Identity for Minted {
    fn token(&self, principal: &Arc<Principal>, audience: &str) -> Option<HeaderValue> {
        let now = (self.now)();
        let key = (principal.means, &principal.issuer, &principal.id, audience);
        let key = self.hasher.hash_one(key);
        // Until a token is kept, no key can be changed: what is kept was signed with the one that is.
        let minter = self.minter.read().unwrap_or_else(PoisonError::into_inner);
        let known = self.made();
        if let Some(made) = known.get(&key)
            && made.is_for(&minter, principal, audience, now)
        {
            return Some(made.token.clone());
        }
        drop(known);
        let (token, expires) = minter.mint(principal, audience, now).ok()?;
        let mut token = HeaderValue::from_str(&token).ok()?;
        token.set_sensitive(true);
        let made = Made {
            principal: principal.clone(),
            audience: audience.to_owned(),
            token: token.clone(),
            from: now,
            until: now + (expires - now) / 2,
            expires,
        };
        let mut known = self.made();
        if known.len() >= MOST {
            known.retain(|_, made| now < made.until);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, made);
        Some(token)
    }

    fn keys(&self) -> String {
        let minter = self.minter.read().unwrap_or_else(PoisonError::into_inner);
        minter.public_keys((self.now)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use palisade_authn::{Means, MintingKey};
    use std::sync::atomic::{AtomicI64, Ordering};

    #[test]
    fn the_key_that_signs_is_published_and_stays_so() {
        let key = |number| MintingKey::ed25519(&[number; 32]).unwrap();
        let minter = Minter::new("https://gateway.example.com", 60, Vec::new(), key(1));
        let identity = Minted::new(minter, Arc::new(|| 1000));
        let principal = Arc::new(Principal::anonymous());
        let head = |token: HeaderValue| {
            let text = token.to_str().unwrap().to_owned();
            text.split('.').next().unwrap().to_owned()
        };
        let before = identity.token(&principal, "orders").unwrap();
        identity.change(|minter| {
            minter.announce(key(2));
            assert!(minter.rotate(60, 1000));
        });
        let after = identity.token(&principal, "orders").unwrap();
        assert_ne!(head(before), head(after), "another key id");
        for number in [1, 2] {
            assert!(identity.keys().contains(key(number).kid()));
        }
    }

    #[test]
    fn a_token_is_used_again_by_the_same_caller_for_half_of_its_life() {
        let time = Arc::new(AtomicI64::new(1000));
        let now = time.clone();
        let key = MintingKey::ed25519(&[1; 32]).unwrap();
        let minter = Minter::new("https://gateway.example.com", 60, Vec::new(), key);
        let identity = Minted::new(minter, Arc::new(move || now.load(Ordering::Relaxed)));
        let jane = Arc::new(Principal::new(Means::Token, "idp", "jane"));
        let claims = |token: Option<HeaderValue>| {
            let token = token.unwrap();
            let payload = token.to_str().unwrap().split('.').nth(1).unwrap();
            let json = URL_SAFE_NO_PAD.decode(payload).unwrap();
            serde_json::from_slice::<serde_json::Value>(&json).unwrap()
        };
        let first = claims(identity.token(&jane, "orders"));
        assert_eq!(
            (&first["sub"], &first["aud"]),
            (&"jane".into(), &"orders".into())
        );
        time.store(1029, Ordering::Relaxed);
        assert_eq!(
            claims(identity.token(&Arc::new((*jane).clone()), "orders")),
            first
        );
        // Another function, another person, the same one with other rights or of another issuer.
        assert_eq!(claims(identity.token(&jane, "refunds"))["aud"], "refunds");
        let mut clerk = (*jane).clone();
        clerk.roles.push("clerk".to_owned());
        assert_eq!(
            claims(identity.token(&Arc::new(clerk), "orders"))["roles"][0],
            "clerk"
        );
        let other = Arc::new(Principal::new(Means::Token, "other", "jane"));
        assert_eq!(claims(identity.token(&other, "orders"))["idp"], "other");
        assert!(claims(identity.token(&jane, "orders"))["roles"][0].is_null());
        // What is shown now ends before the token would.
        let mut short = (*jane).clone();
        short.expires = Some(1040);
        assert_eq!(
            claims(identity.token(&Arc::new(short), "orders"))["exp"],
            1040
        );
        // Later, and where the clock was set back.
        for then in [1060, 900] {
            time.store(then, Ordering::Relaxed);
            let again = claims(identity.token(&jane, "orders"));
            assert_eq!(again["iat"], then);
        }
    }

    #[test]
    fn callers_without_number_take_no_memory_without_end() {
        let key = MintingKey::ed25519(&[1; 32]).unwrap();
        let minter = Minter::new("https://gateway.example.com", 60, Vec::new(), key);
        let identity = Minted::new(minter, Arc::new(|| 1000));
        for number in 0..MOST + 10 {
            let caller = Principal::new(Means::Token, "idp", number.to_string());
            assert!(identity.token(&Arc::new(caller), "orders").is_some());
        }
        assert!(identity.made().len() <= MOST);
    }
}
