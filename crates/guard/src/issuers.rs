//! Tokens of issuers: keys are fetched when they are needed, believed for a stated time, and tokens
//! that were seen before are not verified again.

mod introspection;

use crate::config::{self, AudienceClaim};
use crate::guard::Trouble;
use crate::lock::lock;
use crate::reason::Reason;
use introspection::Asked;
use palisade_authn::{
    Audience, Binding, ClaimPath, Decision, Discovery, Expiry, IssuerKeys, Jwt, KeySet, Means,
    Principal, Refresh, RequiredClaim, Ticket, TokenCache, TokenDigest, TokenError, TokenPolicy,
    certificate, introspected, introspection_form, well_known,
};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
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

/// A fetch that came to nothing, and why, in words for operators.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);

/// So many verified tokens are remembered for each issuer.
const REMEMBERED: usize = 16_384;
/// A token is verified again after so many seconds, however long it is valid.
const REMEMBERED_FOR: i64 = 300;
/// What an opaque token stands for is asked again after so many seconds.
const INTROSPECTED_FOR: i64 = 30;
/// How long a caller waits for keys that somebody else is fetching.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why something could not be had when it was last asked for.
type Lack = Mutex<Option<String>>;

/// An issuer, with what is known of its keys and tokens.
pub(crate) struct Issuer {
    config: config::Issuer,
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
    lack: Lack,
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
            config: config.clone(),
            keys: match given {
                Some(keys) => Keys::Given(keys),
                None => Keys::Published(Arc::new(Published {
                    issuer: policy.issuer.clone(),
                    state: Mutex::new(IssuerKeys::new(Refresh::default())),
                    place: config.keys.clone(),
                    discovered: Mutex::default(),
                    news: Notify::new(),
                    lack: Lack::default(),
                    seen: seen.clone(),
                    fetch: fetch.clone(),
                })),
            },
            introspection: introspection.map(|(place, secret)| Asked::new(place, &secret)),
            seen,
            opaque: TokenPolicy {
                audience: match &policy.audience {
                    Audience::Required(list) => Audience::WhenStated(list.clone()),
                    other => other.clone(),
                },
                ..policy.clone()
            },
            policy,
            fetch,
        }
    }

    /// Goes on with what was known of the issuer of the same name before a reload: all of it where
    /// nothing has changed, else the keys that are published in the same place. An issuer that can't
    /// be reached must not take its callers with it because another line was changed.
    pub(crate) fn after(self, before: &Arc<Self>) -> Arc<Self> {
        if let (Keys::Published(new), Keys::Published(old)) = (&self.keys, &before.keys) {
            let secret = |issuer: &Self| {
                let asked = issuer.introspection.as_ref();
                asked.map(|asked| asked.authorization.clone())
            };
            if self.config == before.config && secret(&self) == secret(before) {
                return before.clone();
            }
            if (&new.issuer, &new.place) == (&old.issuer, &old.place) {
                *lock(&new.state) = lock(&old.state).again();
                lock(&new.discovered).clone_from(&lock(&old.discovered));
                lock(&new.lack).clone_from(&lock(&old.lack));
            }
        }
        Arc::new(self)
    }

    /// Fetches keys that are not there yet or old, so that no caller need wait for them. To be
    /// called where tokio runs.
    pub(crate) fn tend(&self, now: i64) {
        if let Keys::Published(published) = &self.keys
            && published.fetch.is_some()
        {
            let due = lock(&published.state).due(now);
            if let Some(ticket) = due {
                published.begin(ticket, now);
            }
        }
    }

    /// What it could not be asked for when that was last tried.
    pub(crate) fn troubles(&self, name: &str) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        if let Keys::Published(published) = &self.keys
            && let Some(what) = lock(&published.lack).clone()
        {
            let about = format!("the keys of the issuer `{name}`");
            troubles.push(Trouble::new(about, what));
        }
        if let Some(what) = self
            .introspection
            .as_ref()
            .and_then(|asked| lock(&asked.lack).clone())
        {
            let about = format!("the introspection of the issuer `{name}`");
            troubles.push(Trouble::new(about, what));
        }
        troubles
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

    /// Who a token stands for, that came over a connection with this certificate.
    pub(crate) async fn verify(
        &self,
        token: &[u8],
        certificate: Option<&[u8]>,
        now: i64,
    ) -> Result<Arc<Principal>, Reason> {
        let caller = self.caller(token, now).await?;
        match certificate::is_shown(&caller, certificate) {
            true => Ok(caller),
            false => Err(refused(TokenError::Certificate)),
        }
    }

    /// Who a token stands for, if it comes from whom it is bound to.
    async fn caller(&self, token: &[u8], now: i64) -> Result<Arc<Principal>, Reason> {
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
        *lock(&asked.lack) = answer.as_ref().err().map(ToString::to_string);
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
            *lock(&published.lack) = fetched.as_ref().err().map(ToString::to_string);
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
        let wrong = |what: &str| FetchError(what.to_owned());
        let fetch = self.fetch.as_ref().ok_or_else(|| wrong("nothing asks"))?;
        let discovered = lock(&self.discovered).clone();
        let url = match self.place.clone().or(discovered) {
            Some(url) => url,
            None => {
                let url = well_known(&self.issuer).map_err(|error| wrong(&error.to_string()))?;
                let document = fetch.get(&url).await?;
                let document = Discovery::parse(&document, &self.issuer);
                let document = document.map_err(|error| FetchError(format!("`{url}`: {error}")))?;
                lock(&self.discovered).insert(document.jwks_uri).clone()
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
        match keys.is_empty() {
            true => Err(FetchError(format!("`{url}` has no key that can be used"))),
            false => Ok(keys),
        }
    }
}

fn policy(config: &config::Issuer) -> TokenPolicy {
    let required = config.require.iter().map(|(claim, values)| RequiredClaim {
        claim: ClaimPath::new(claim.as_str()),
        values: values.iter().map(|value| value.as_str().into()).collect(),
    });
    TokenPolicy {
        issuer: config.issuer.clone(),
        audience: match config.audience_claim {
            AudienceClaim::Aud => Audience::Required(config.audiences.clone()),
            AudienceClaim::ClientId => Audience::Client(config.audiences.clone()),
        },
        algorithms: config.algorithms.clone(),
        types: config.types.clone(),
        skew: config.skew,
        expiry: Expiry::Required,
        binding: match config.certificate_bound {
            true => Binding::Required,
            false => Binding::Certificate,
        },
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
