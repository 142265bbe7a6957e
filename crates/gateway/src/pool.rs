//! Targets: where functions are reached, and which of their addresses are well.

use crate::body::Sent;
use crate::error::GatewayError;
use crate::link::{Coming, LinkError, Links};
use crate::settings::{self, Settings};
use http::uri::{PathAndQuery, Scheme};
use http::{Request, Response, Uri};
use palisade_guard::Trouble;
use palisade_guard::config::Target;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// A target, ready to be called.
#[derive(Debug)]
pub(crate) struct Pool {
    target: Target,
    places: Arc<Places>,
    tending: tokio::task::AbortHandle,
}

#[derive(Debug)]
struct Places {
    places: Vec<Place>,
    next: AtomicUsize,
    began: Instant,
}

/// One address of a target.
#[derive(Debug)]
pub(crate) struct Place {
    url: String,
    links: Arc<Links>,
    /// What stands before each path, without a slash at its end.
    prefix: String,
    weight: usize,
    is_well: AtomicBool,
    /// It took the last connection that was asked of it.
    is_reached: AtomicBool,
    /// It is left alone until then, in milliseconds since the beginning.
    down_until: AtomicU64,
}

impl Pool {
    pub(crate) fn new(
        name: &str,
        target: &Target,
        tls: &Arc<ClientConfig>,
        settings: &Settings,
    ) -> Result<Self, GatewayError> {
        let places = target.urls.iter().map(|(url, weight)| {
            place(url, *weight, tls, settings).map_err(|problem| GatewayError::Target {
                target: name.to_owned(),
                url: url.clone(),
                problem,
            })
        });
        let places = Arc::new(Places {
            places: places.collect::<Result<_, _>>()?,
            next: AtomicUsize::new(0),
            began: Instant::now(),
        });
        let tending = tend(places.clone(), target.health.clone(), settings.health);
        Ok(Self {
            target: target.clone(),
            places,
            tending: tokio::spawn(tending).abort_handle(),
        })
    }

    /// Whether it is made of the same words.
    pub(crate) fn is_of(&self, target: &Target) -> bool {
        self.target == *target
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.target.timeout.into())
    }

    pub(crate) fn len(&self) -> usize {
        self.places.places.len()
    }

    /// The next address, by weight, of those that are well; of all, when none is. Not one that was
    /// tried already, as long as there is another.
    pub(crate) fn pick(&self, tried: Option<&Place>) -> Option<&Place> {
        let now = self.places.now();
        let is_other = |place: &&Place| !tried.is_some_and(|tried| std::ptr::eq(tried, *place));
        let well = |place: &&Place| is_other(place) && place.is_up(now);
        let turn = self.places.next.fetch_add(1, Ordering::Relaxed);
        let all = &self.places.places;
        by_weight(all.iter().filter(well), turn)
            .or_else(|| by_weight(all.iter().filter(is_other), turn))
            .or_else(|| all.first())
    }

    /// Its addresses that do not work.
    pub(crate) fn troubles(&self, name: &str) -> Vec<Trouble> {
        let places = self.places.places.iter();
        let troubles = places.filter_map(|place| {
            Some(Trouble {
                about: format!("the target `{name}` at {}", place.url),
                what: place.trouble()?.to_owned(),
            })
        });
        troubles.collect()
    }

    /// It did not take a connection.
    pub(crate) fn is_down(&self, place: &Place) {
        let pause = u64::try_from(settings::DOWN.as_millis()).unwrap_or(u64::MAX);
        let until = self.places.now().saturating_add(pause);
        place.down_until.store(until, Ordering::Relaxed);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.tending.abort();
    }
}

impl Places {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Place {
    fn is_up(&self, now: u64) -> bool {
        self.is_well.load(Ordering::Relaxed) && self.down_until.load(Ordering::Relaxed) <= now
    }

    /// Sends a request here.
    pub(crate) async fn send(
        &self,
        path: &PathAndQuery,
        request: Request<Sent>,
    ) -> Result<Response<Coming>, LinkError> {
        let sent = self.links.send(path, request).await;
        let is_reached = !matches!(sent, Err(LinkError::Unreachable));
        if self.is_reached.load(Ordering::Relaxed) != is_reached {
            self.is_reached.store(is_reached, Ordering::Relaxed);
        }
        sent
    }

    /// What does not work here.
    fn trouble(&self) -> Option<&'static str> {
        match (
            self.is_reached.load(Ordering::Relaxed),
            self.is_well.load(Ordering::Relaxed),
        ) {
            (false, _) => Some("takes no connection"),
            (true, false) => Some("says that it is not well, or nothing"),
            (true, true) => None,
        }
    }

    /// What a path is called here.
    pub(crate) fn path(&self, path: &str, query: &str) -> Option<PathAndQuery> {
        let text = match query {
            "" => format!("{}{path}", self.prefix),
            query => format!("{}{path}?{query}", self.prefix),
        };
        PathAndQuery::try_from(text).ok()
    }
}

fn by_weight<'a>(
    places: impl Iterator<Item = &'a Place> + Clone,
    turn: usize,
) -> Option<&'a Place> {
    let total: usize = places.clone().map(|place| place.weight).sum();
    let mut turn = turn.checked_rem(total)?;
    for place in places {
        match turn.checked_sub(place.weight) {
            Some(rest) => turn = rest,
            None => return Some(place),
        }
    }
    None
}

fn place(
    url: &str,
    weight: u32,
    tls: &Arc<ClientConfig>,
    settings: &Settings,
) -> Result<Place, &'static str> {
    let uri = Uri::try_from(url).map_err(|_| "it is no URL")?;
    let (scheme, is_second) = match uri.scheme_str() {
        Some("http") => (Scheme::HTTP, false),
        // HTTP/2 without TLS, known beforehand (RFC 9113, section 3.3).
        Some("h2c") => (Scheme::HTTP, true),
        Some("https") => (Scheme::HTTPS, false),
        _ => return Err("it begins with none of `https://`, `http://` and `h2c://`"),
    };
    let authority = uri.authority().ok_or("it has no host")?.clone();
    if uri.query().is_some() || authority.as_str().contains('@') {
        return Err("it has a query or a user");
    }
    let links = Links::new(scheme, authority, is_second, tls, settings);
    Ok(Place {
        url: url.to_owned(),
        links: Arc::new(links.ok_or("its host can't be said")?),
        prefix: uri.path().trim_end_matches('/').to_owned(),
        weight: usize::try_from(weight).unwrap_or(usize::MAX),
        is_well: AtomicBool::new(true),
        is_reached: AtomicBool::new(true),
        down_until: AtomicU64::new(0),
    })
}

/// How targets are verified: by these authorities, and with TLS 1.3 alone.
pub(crate) fn tls(roots: Arc<RootCertStore>) -> Result<Arc<ClientConfig>, GatewayError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| GatewayError::Certificate(error.to_string()))?;
    let config = config.with_root_certificates(roots);
    Ok(Arc::new(config.with_no_client_auth()))
}

/// The authorities that this machine trusts; what can't be read of them is left out, and what they
/// alone vouch for is not reached.
pub(crate) fn system() -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Arc::new(roots)
}

/// Closes connections that nobody uses, and asks addresses whether they are well, where there is a
/// path to ask for.
async fn tend(places: Arc<Places>, health: Option<String>, pause: Duration) {
    loop {
        for place in &places.places {
            place.links.tidy();
            if let Some(path) = &health {
                let is_well = is_well(place, path).await;
                place.is_well.store(is_well, Ordering::Relaxed);
                if is_well {
                    place.down_until.store(0, Ordering::Relaxed);
                }
            }
        }
        tokio::time::sleep(pause).await;
    }
}

async fn is_well(place: &Place, path: &str) -> bool {
    let Some(path) = place.path(path, "") else {
        return false;
    };
    let asked = place.send(&path, Request::new(Sent::Whole(None)));
    match tokio::time::timeout(settings::CONNECT, asked).await {
        Ok(Ok(answer)) => answer.status().as_u16() < 400,
        _ => false,
    }
}
