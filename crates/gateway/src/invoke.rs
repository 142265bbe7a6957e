//! One request: through the chain, to its function, and back.

use crate::body::{self, Answer};
use crate::connection::Connection;
use crate::forward::{self, Way};
use crate::gateway::{Live, Shared};
use crate::metrics::Meter;
use crate::settings::Settings;
use crate::wire::{Activity, Running};
use crate::{answer, headers, incoming};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use palisade_guard::config::{BodyMode, Cors, KEYS_PATH};
use palisade_guard::{Admitted, Body, Denied, Entry, Guard, Reason, Request as Asked};
use std::convert::Infallible;
use std::sync::Arc;

pub(crate) async fn invoke(
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    mut request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let running = connection.activity.begin();
    let mut meter = Meter::new(shared.metrics.clone());
    let live = shared.live();
    let asks = request.method() == Method::GET && headers::asks_for_websocket(request.headers());
    let upgrade = asks.then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let version = parts.version;
    let front = live.guard.config().listen.as_ref();
    let is_behind = front.is_some_and(|listen| !listen.behind.is_empty());
    let (asked, wrong) = incoming::request(&parts, &connection.peer, is_behind);
    let mut faults = Faults::new(&connection, is_behind);
    let origin = Origin::of(&live, &asked, &parts);
    // Whoever may not come in goes through the chain, which says so.
    let may_ask = wrong.is_none() && live.guard.takes_from(&asked);
    let own = match origin.preflight() {
        Some(response) => Some(("preflight", response)),
        None => keys(&shared, &asked).map(|response| ("keys", response)),
    };
    let way = match own.filter(|_| may_ask) {
        Some((decision, response)) => {
            meter.decision = decision;
            Ok(response)
        }
        None => {
            let upgrade = upgrade.map(|upgrade| (upgrade, connection.clone()));
            let carried = Carried {
                shared: &shared,
                live: &live,
                parts,
                body,
                upgrade,
            };
            carried.bring(asked, wrong, running, &mut meter).await
        }
    };
    let mut response = match way {
        Ok(response) => response,
        Err(denied) => {
            faults.look(denied.reason());
            Box::pin(refuse(&shared, denied, version, &mut meter)).await
        }
    };
    faults.is_answered = true;
    let stays_http = response.status() != StatusCode::SWITCHING_PROTOCOLS;
    if version < Version::HTTP_2 && stays_http && connection.activity.is_to_go() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    origin.show(&mut response);
    if let Some(hsts) = &live.hsts {
        headers::set(
            response.headers_mut(),
            header::STRICT_TRANSPORT_SECURITY,
            hsts,
        );
    }
    meter.status = response.status().as_u16();
    Ok(response)
}

/// The keys that identity tokens are verified with, for who asks for them: they are public.
fn keys(shared: &Shared, asked: &Asked) -> Option<Response<Answer>> {
    let Entry::Http(call) = &asked.entry else {
        return None;
    };
    let is_asked = call.method == "GET" && call.path.decoded() == KEYS_PATH;
    let identity = shared.identity.as_ref().filter(|_| is_asked)?;
    Some(answer::keys(identity.keys()))
}

/// Counts what comes to nothing by the fault of who asks.
struct Faults<'a> {
    activity: Option<&'a Activity>,
    is_answered: bool,
}

impl<'a> Faults<'a> {
    /// What stands in front of us has the connections of all its callers: it is not asked to go.
    fn new(connection: &'a Connection, is_behind: bool) -> Self {
        Self {
            activity: (!is_behind).then_some(&*connection.activity),
            is_answered: false,
        }
    }

    fn look(&self, reason: &Reason) {
        if let (Reason::Credential { .. }, Some(activity)) = (reason, self.activity) {
            activity.fault();
        }
    }
}

impl Drop for Faults<'_> {
    fn drop(&mut self) {
        if let (false, Some(activity)) = (self.is_answered, self.activity) {
            activity.fault();
        }
    }
}

async fn refuse(
    shared: &Shared,
    denied: Denied,
    version: Version,
    meter: &mut Meter,
) -> Response<Answer> {
    shared.metrics.denied(denied.reason().code());
    meter.decision = "denied";
    if let Some(grant) = denied.grant() {
        shared.metrics.shout(&grant.id(), "denied");
    }
    if let Some(route) = denied.route() {
        route.path.as_str().clone_into(&mut meter.route);
    }
    let challenge = answer::challenge(denied.route());
    // Nobody knows where the next request would begin.
    let is_over = matches!(denied.reason(), Reason::Malformed { .. });
    let refusal = denied.record().await;
    let mut response = answer::refusal(&refusal, &challenge);
    if is_over && version < Version::HTTP_2 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// The origin of a browser's request, and what it may do.
struct Origin {
    origin: String,
    /// The method that a preflight asks about.
    asks: Option<String>,
    cors: Option<Cors>,
}

impl Origin {
    fn of(live: &Live, asked: &Asked, parts: &Parts) -> Self {
        let text = |name: &str| {
            let mut values = parts.headers.get_all(name).iter();
            let value = values.next()?.to_str().ok()?;
            values.next().is_none().then(|| value.to_owned())
        };
        let mut found = Self {
            origin: text("origin").unwrap_or_default(),
            asks: None,
            cors: None,
        };
        let Entry::Http(call) = &asked.entry else {
            return found;
        };
        if found.origin.is_empty() {
            return found;
        }
        if parts.method == Method::OPTIONS {
            found.asks = text("access-control-request-method");
        }
        let method = found.asks.as_deref().unwrap_or(&call.method);
        found.cors = live.guard.cors(&call.path, method, &found.origin);
        found
    }

    fn preflight(&self) -> Option<Response<Answer>> {
        let (cors, method) = (self.cors.as_ref()?, self.asks.as_ref()?);
        Some(answer::preflight(cors, &self.origin, method))
    }

    /// Lets the origin see an answer that is not one to a preflight.
    fn show(&self, response: &mut Response<Answer>) {
        match &self.cors {
            Some(cors) if self.asks.is_none() => {
                answer::allow_origin(response, cors, &self.origin);
            }
            // Who asks without being listed must not get it from a cache either.
            None if !self.origin.is_empty() => answer::vary(response),
            _ => {}
        }
    }
}

/// A request on its way.
struct Carried<'a> {
    shared: &'a Arc<Shared>,
    live: &'a Live,
    parts: Parts,
    body: Incoming,
    upgrade: Option<(OnUpgrade, Arc<Connection>)>,
}

impl Carried<'_> {
    async fn bring(
        self,
        asked: Asked,
        wrong: Option<Reason>,
        running: Running,
        meter: &mut Meter,
    ) -> Result<Response<Answer>, Denied> {
        let guard = &self.live.guard;
        if let Some(reason) = wrong {
            return Err(guard.refuse(asked, reason));
        }
        let said = incoming::length(&self.parts.headers);
        let settings = &self.shared.settings;
        let (admitted, body) = chain(guard, asked, said, self.body, settings).await?;
        meter.decision = "permitted";
        if let Some(grant) = admitted.grant() {
            self.shared.metrics.shout(&grant.id(), "permitted");
        }
        if let Some(route) = admitted.route() {
            route.path.as_str().clone_into(&mut meter.route);
        }
        let way = Way {
            shared: self.shared,
            live: self.live,
            parts: self.parts,
            body,
            upgrade: self.upgrade,
            running,
        };
        Ok(forward::forward(way, admitted).await)
    }
}

/// The chain. What comes back beside what is admitted is the body, if it goes through as it comes.
async fn chain(
    guard: &Guard,
    asked: Asked,
    said: Option<u64>,
    body: Incoming,
    settings: &Settings,
) -> Result<(Admitted, Option<Incoming>), Denied> {
    let received = guard.receive(asked)?;
    let Some(route) = received.route() else {
        return Err(received.deny(Reason::NoRoute));
    };
    let (most, mode) = (route.most, route.body);
    if said.is_some_and(|said| said > most) {
        return Err(received.deny(Reason::TooLarge { most }));
    }
    let mut coming = Some(body);
    let mut whole = None;
    if received.wants_body() {
        match take(&mut coming, most, settings).await {
            Ok(bytes) => whole = Some(bytes),
            Err(reason) => return Err(received.deny(reason)),
        }
    }
    let authenticated = received.authenticate(whole.as_deref()).await?;
    let limited = authenticated.limit()?;
    if mode == BodyMode::Buffered && whole.is_none() {
        match take(&mut coming, most, settings).await {
            Ok(bytes) => whole = Some(bytes),
            Err(reason) => return Err(limited.deny(reason)),
        }
    }
    let body = whole.map_or(Body::Streamed, Body::Whole);
    let authorized = limited.validate(body)?.authorize()?;
    Ok((authorized.admit().await?, coming))
}

async fn take(
    coming: &mut Option<Incoming>,
    most: u64,
    settings: &Settings,
) -> Result<Vec<u8>, Reason> {
    match coming.take() {
        Some(incoming) => body::read(incoming, most, settings).await,
        None => Ok(Vec::new()),
    }
}
