//! Tokens of issuers: keys are fetched when they are needed, believed for a stated time, and tokens
//! that were seen before are not verified again.

mod introspection;

use crate::config;
use crate::reason::Reason;
use introspection::Asked;
use palisade_authn::{
    Audience, ClaimPath, Decision, Discovery, Expiry, IssuerKeys, Jwt, KeySet, Means, Principal,
    Refresh, RequiredClaim, Ticket, TokenCache, TokenDigest, TokenError, TokenPolicy, introspected,
    introspection_form, well_known,
};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// What becomes of a fetch.
pub type Fetched<'f> = Pin<Box<dyn Future<Output = Result<Vec<u8>, FetchError>> + Send + 'f>>;

/// Fetches what issuers publish. Bounded in size and time by whoever implements it.
pub trait Fetch: fmt::Debug + Send + Sync {
    /// The body behind an address.
    fn get<'f>(&'f self, url: &'f str) -> Fetched<'f>;

    /// The answer to a form, sent with this `Authorization`.
    fn post_form<'f>(&'f self, url: &'f str, form: String, authorization: &'f str) -> Fetched<'f>;
}

/// A fetch that came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer could not be reached, or gave no useful answer")]
pub struct FetchError;

/// So many verified tokens are remembered for each issuer.
const REMEMBERED: usize = 16_384;
/// A token is verified again after so many seconds, however long it is valid.
const REMEMBERED_FOR: i64 = 300;
/// What an opaque token stands for is asked again after so many seconds.
const INTROSPECTED_FOR: i64 = 30;
/// How long a caller waits for keys that somebody else is fetching.
const PATIENCE: Duration = Duration::from_secs(10);

/// An issuer, with what is known of its keys and tokens.
pub(crate) struct Issuer {
    policy: TokenPolicy,
    /// Of opaque tokens: issuers often answer without saying for whom they are.
    opaque: TokenPolicy,
    keys: Keys,
    introspection: Option<Asked>,
    seen: Arc<Mutex<TokenCache>>,
    fetch: Option<Arc<dyn Fetch>>,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

enum Keys {
    /// From a file.
    Given(KeySet),
    /// From the issuer.
    Published(Arc<Published>),
}

/// Keys that an issuer publishes.
struct Published {
    issuer: String,
    state: Mutex<IssuerKeys>,
    /// Where they are, if that was said; else discovery tells.
    place: Option<String>,
    discovered: Mutex<Option<String>>,
    news: Notify,
    seen: Arc<Mutex<TokenCache>>,
    fetch: Option<Arc<dyn Fetch>>,
}

impl Issuer {
    pub(crate) fn new(
        config: &config::Issuer,
        given: Option<KeySet>,
        secret: Option<Zeroizing<String>>,
        fetch: Option<Arc<dyn Fetch>>,
    ) -> Self {
        let policy = policy(config);
        let introspection = config.introspection.as_ref().zip(secret);
        let seen = Arc::new(Mutex::new(TokenCache::new(
            REMEMBERED,
            match config.introspection {
                Some(_) => INTROSPECTED_FOR,
                None => REMEMBERED_FOR,
            },
        )));
        Self {
            keys: match given {
                Some(keys) => Keys::Given(keys),
                None => Keys::Published(Arc::new(Published {
                    issuer: policy.issuer.clone(),
                    state: Mutex::new(IssuerKeys::new(Refresh::default())),
                    place: config.keys.clone(),
                    discovered: Mutex::default(),
                    news: Notify::new(),
                    seen: seen.clone(),
                    fetch: fetch.clone(),
                })),
            },
            introspection: introspection.map(|(place, secret)| Asked::new(place, &secret)),
            seen,
            opaque: TokenPolicy {
                audience: Audience::WhenStated(config.audiences.clone()),
                ..policy.clone()
            },
            policy,
            fetch,
        }
    }

    /// Whether a token says that it is from here. Nothing is verified by that.
    pub(crate) fn is_named_by(&self, token: &[u8]) -> bool {
        let jwt = Jwt::parse(token);
        jwt.is_ok_and(|jwt| jwt.claimed_issuer() == Some(self.policy.issuer.as_str()))
    }

    /// Whether tokens that say nothing can be asked about.
    pub(crate) const fn takes_opaque(&self) -> bool {
        self.introspection.is_some()
    }

    /// Who a token stands for.
    pub(crate) async fn verify(&self, token: &[u8], now: i64) -> Result<Arc<Principal>, Reason> {
        let digest = TokenDigest::new(0, token);
        let miss = match lock(&self.seen).get(digest, now) {
            Ok(principal) => return Ok(principal),
            Err(miss) => miss,
        };
        let verified = match (Jwt::parse(token), &self.introspection) {
            (Ok(jwt), _) => self.verify_signed(jwt, now).await?,
            (Err(_), Some(asked)) => return self.verify_opaque(asked, token, digest, now).await,
            (Err(error), None) => return Err(refused(error)),
        };
        Ok(lock(&self.seen).insert(miss, verified, now))
    }

    async fn verify_opaque(
        &self,
        asked: &Asked,
        token: &[u8],
        digest: TokenDigest,
        now: i64,
    ) -> Result<Arc<Principal>, Reason> {
        asked.known(digest, now)?;
        let _turn = asked.turn().await?;
        // Somebody else may have asked the same meanwhile.
        let miss = match lock(&self.seen).get(digest, now) {
            Ok(principal) => return Ok(principal),
            Err(miss) => miss,
        };
        asked.known(digest, now)?;
        match self.ask(asked, token, now).await {
            Ok(verified) => Ok(lock(&self.seen).insert(miss, verified, now)),
            Err(reason) => {
                asked.note(digest, &reason, now);
                Err(reason)
            }
        }
    }

    async fn verify_signed(
        &self,
        jwt: Jwt<'_>,
        now: i64,
    ) -> Result<palisade_authn::Verified, Reason> {
        jwt.check_header(&self.policy).map_err(refused)?;
        let (kid, algorithm) = (jwt.jws().kid().map(str::to_owned), jwt.jws().algorithm());
        let published = match &self.keys {
            Keys::Given(keys) => {
                let key = keys.find(kid.as_deref(), algorithm).map_err(refused)?;
                return jwt.verify(key, &self.policy, now).map_err(refused);
            }
            Keys::Published(published) => published,
        };
        // Keys are fetched at most once for one token.
        for _ in 0..3 {
            let news = published.news.notified();
            let decision = lock(&published.state).decide(kid.as_deref(), algorithm, now);
            match decision {
                Decision::Use(key) => {
                    // Old keys hold meanwhile; one that the issuer withdrew is gone after it.
                    let due = lock(&published.state).due(now);
                    if let Some(ticket) = due {
                        published.begin(ticket, now);
                    }
                    return jwt.verify(&key, &self.policy, now).map_err(refused);
                }
                Decision::Refuse(error) => return Err(refused(error)),
                Decision::Fetch(ticket) => published.begin(ticket, now),
                Decision::Wait => {}
            }
            if tokio::time::timeout(PATIENCE, news).await.is_err() {
                break;
            }
        }
        Err(unverifiable(TokenError::KeysUnavailable.code()))
    }

    async fn ask(
        &self,
        asked: &Asked,
        token: &[u8],
        now: i64,
    ) -> Result<palisade_authn::Verified, Reason> {
        let form = introspection_form(token).map_err(refused)?;
        let fetch = self
            .fetch
            .as_ref()
            .ok_or_else(|| unverifiable("no-network"))?;
        let answer = fetch
            .post_form(&asked.url, form, &asked.authorization)
            .await;
        let answer = answer.map_err(|_| unverifiable("introspection-unavailable"))?;
        introspected(&answer, &self.opaque, now).map_err(refused)
    }
}

impl Published {
    /// Fetches the keys, whatever becomes of the caller whose token needs them: who hangs up must
    /// not keep them from all others.
    fn begin(self: &Arc<Self>, ticket: Ticket, now: i64) {
        let published = self.clone();
        tokio::spawn(async move {
            let fetched = published.fetched().await;
            {
                let mut state = lock(&published.state);
                let replaced = match fetched {
                    Ok(keys) => state.fetched(ticket, keys, now),
                    Err(_) => {
                        state.failed(ticket, now);
                        None
                    }
                };
                if let Some(keys) = replaced {
                    lock(&published.seen).keys_replaced(&published.issuer, &keys);
                }
            }
            published.news.notify_waiters();
        });
    }

    async fn fetched(&self) -> Result<KeySet, FetchError> {
        let fetch = self.fetch.as_ref().ok_or(FetchError)?;
        let discovered = lock(&self.discovered).clone();
        let url = match self.place.clone().or(discovered) {
            Some(url) => url,
            None => {
                let url = well_known(&self.issuer).map_err(|_| FetchError)?;
                let document = fetch.get(&url).await?;
                let document = Discovery::parse(&document, &self.issuer);
                let url = document.map_err(|_| FetchError)?.jwks_uri;
                lock(&self.discovered).insert(url).clone()
            }
        };
        let keys = match fetch.get(&url).await {
            Ok(answer) => KeySet::from_json(&answer).0,
            Err(error) => {
                // Perhaps they have moved.
                *lock(&self.discovered) = None;
                return Err(error);
            }
        };
        Ok(keys)
    }
}

fn policy(config: &config::Issuer) -> TokenPolicy {
    let known = palisade_authn::Algorithm::ALL.into_iter();
    let is_listed = |name: &str| config.algorithms.iter().any(|listed| listed == name);
    let audiences = config.audiences.clone();
    let required = config.require.iter().map(|(claim, values)| RequiredClaim {
        claim: ClaimPath::new(claim.as_str()),
        values: values.iter().map(|value| value.as_str().into()).collect(),
    });
    TokenPolicy {
        issuer: config.issuer.clone(),
        audience: Audience::Required(audiences),
        algorithms: known
            .filter(|algorithm| is_listed(algorithm.name()))
            .collect(),
        types: config.types.clone(),
        skew: config.skew,
        expiry: Expiry::Required,
        max_lifetime: config.max_lifetime,
        subject: config.subject.clone(),
        required_claims: required.collect(),
        required_scopes: Vec::new(),
        roles: config.roles.as_deref().map(ClaimPath::new),
    }
}

fn refused(error: TokenError) -> Reason {
    match error {
        // The token may be good: nobody can tell at present.
        TokenError::KeysUnavailable => unverifiable(error.code()),
        _ => Reason::Credential {
            means: Means::Token,
            code: error.code(),
        },
    }
}

const fn unverifiable(code: &'static str) -> Reason {
    Reason::Unverifiable {
        means: Means::Token,
        code,
    }
}

/// What is behind the lock stays whole whatever panics: each change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
