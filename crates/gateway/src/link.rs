//! Connections to one address of a target, and calls over them.
//!
//! A connection of HTTP/1 has no task of its own: it is moved on by whoever has a call on it, in the
//! task of that call, so that nobody has to be woken to send a request or to take an answer. One of
//! HTTP/2 carries the calls of many, and has its task.

use crate::body::Sent;
use crate::settings::{self, Settings};
use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, Uri, Version, header};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::{Connection as _, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower_service::Service;

type Connector = HttpsConnector<HttpConnector>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// One address of a target, and the connections to it that are open.
#[derive(Debug)]
pub(crate) struct Links {
    scheme: Scheme,
    authority: Authority,
    /// What `Host` says.
    host: HeaderValue,
    connector: Connector,
    /// For what HTTP/1 alone can become: it offers nothing else to TLS.
    first_only: Connector,
    /// HTTP/2 is known to be spoken.
    is_second: bool,
    /// Of HTTP/1, those that nobody uses; the last one used is the last.
    idle: Mutex<Vec<Idle>>,
    /// For how long those are kept.
    kept: Duration,
    /// Of HTTP/2, the one that all use.
    second: Mutex<Option<http2::SendRequest<Sent>>>,
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkError {
    /// No connection was taken: nothing was sent.
    Unreachable,
    /// It broke, and nobody knows what has become of the request.
    Broken,
}

#[derive(Debug)]
struct Idle {
    link: Link,
    since: Instant,
}

/// A connection of HTTP/1.
struct Link {
    sender: http1::SendRequest<Sent>,
    driver: Driver,
}

/// What moves a connection on; nothing when it has ended.
type Driver = Option<Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>>;

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// A new connection.
enum Made {
    First(Link),
    Second(http2::SendRequest<Sent>),
}

impl Links {
    pub(crate) fn new(
        scheme: Scheme,
        authority: Authority,
        is_second: bool,
        tls: &Arc<ClientConfig>,
        settings: &Settings,
    ) -> Option<Self> {
        let default = if scheme == Scheme::HTTPS { 443 } else { 80 };
        let host = match authority.port_u16() {
            Some(port) if port == default => authority.host(),
            _ => authority.as_str(),
        };
        Some(Self {
            host: HeaderValue::from_str(host).ok()?,
            connector: connector(tls, scheme == Scheme::HTTPS),
            first_only: connector(tls, false),
            scheme,
            authority,
            is_second,
            idle: Mutex::default(),
            kept: settings.kept,
            second: Mutex::default(),
        })
    }

    /// Sends a request, over a connection that is open or a new one. One that turns out to have been
    /// closed before anything was sent is not the last that is tried.
    pub(crate) async fn send(
        self: &Arc<Self>,
        path: &PathAndQuery,
        request: Request<Sent>,
    ) -> Result<Response<Coming>, LinkError> {
        let upgrades = request.headers().contains_key(header::UPGRADE);
        let mut request = request;
        loop {
            let (made, is_new) = match self.kept(upgrades) {
                Some(made) => (made, false),
                // Seldom, and large.
                None => (Box::pin(self.connect(upgrades)).await?, true),
            };
            let sent = match made {
                Made::First(link) => {
                    *request.version_mut() = Version::HTTP_11;
                    *request.uri_mut() = Uri::from(path.clone());
                    request
                        .headers_mut()
                        .insert(header::HOST, self.host.clone());
                    self.over_first(link, request).await
                }
                Made::Second(sender) => {
                    *request.uri_mut() = self.uri(path).ok_or(LinkError::Broken)?;
                    request.headers_mut().remove(header::HOST);
                    *request.version_mut() = Version::HTTP_2;
                    self.over_second(sender, request).await
                }
            };
            let mut error = match sent {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            match error.take_message() {
                Some(unsent) if !is_new => request = unsent,
                _ => return Err(LinkError::Broken),
            }
        }
    }

    fn uri(&self, path: &PathAndQuery) -> Option<Uri> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path.clone());
        Uri::from_parts(parts).ok()
    }

    /// A connection that is open, as far as anybody knows.
    fn kept(&self, upgrades: bool) -> Option<Made> {
        if !upgrades {
            let mut second = lock(&self.second);
            match second.as_ref() {
                Some(sender) if sender.is_closed() => *second = None,
                Some(sender) => return Some(Made::Second(sender.clone())),
                None => {}
            }
        }
        let idle = lock(&self.idle).pop()?;
        let is_young = idle.since.elapsed() < self.kept;
        is_young.then_some(Made::First(idle.link))
    }

    /// Closes what has not been used for too long.
    pub(crate) fn tidy(&self) {
        lock(&self.idle).retain(|idle| idle.since.elapsed() < self.kept);
    }

    async fn connect(&self, upgrades: bool) -> Result<Made, LinkError> {
        let origin = self.uri(&PathAndQuery::from_static("/"));
        let origin = origin.ok_or(LinkError::Unreachable)?;
        let mut connector = match upgrades {
            true => self.first_only.clone(),
            false => self.connector.clone(),
        };
        let connected = async {
            poll_fn(|cx| connector.poll_ready(cx)).await.ok()?;
            connector.call(origin).await.ok()
        };
        // `HttpConnector` has a time for the connection, and none for the handshake of TLS.
        let stream = tokio::time::timeout(settings::HANDSHAKE, connected).await;
        let stream = stream.ok().flatten().ok_or(LinkError::Unreachable)?;
        let made = match self.is_second || stream.connected().is_negotiated_h2() {
            true => self.second(stream).await.map(Made::Second),
            false => first(stream).await.map(Made::First),
        };
        made.map_err(|_| LinkError::Unreachable)
    }

    async fn second(&self, stream: Stream) -> hyper::Result<http2::SendRequest<Sent>> {
        let (sender, driver) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(64 * 1024)
            .handshake(stream)
            .await?;
        tokio::spawn(driver);
        *lock(&self.second) = Some(sender.clone());
        Ok(sender)
    }

    async fn over_first(
        self: &Arc<Self>,
        mut link: Link,
        request: Request<Sent>,
    ) -> Result<Response<Coming>, TrySendError<Request<Sent>>> {
        let response = link.ask(request).await?;
        let lent = Some((link, self.clone()));
        Ok(response.map(|body| Coming { body, lent }))
    }

    async fn over_second(
        &self,
        mut sender: http2::SendRequest<Sent>,
        request: Request<Sent>,
    ) -> Result<Response<Coming>, TrySendError<Request<Sent>>> {
        let response = sender.try_send_request(request).await?;
        Ok(response.map(|body| Coming { body, lent: None }))
    }
}

async fn first(stream: Stream) -> hyper::Result<Link> {
    let (sender, driver) = http1::handshake(stream).await?;
    Ok(Link {
        sender,
        driver: Some(Box::pin(driver.with_upgrades())),
    })
}

impl Link {
    /// Sends a request, and moves the connection on until the answer begins.
    async fn ask(
        &mut self,
        request: Request<Sent>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Sent>>> {
        let asked = self.sender.try_send_request(request);
        // What comes back comes by our own moving: there is nothing else to be woken for, and no
        // budget of tokio's to wait for.
        let mut asked = pin!(tokio::task::coop::unconstrained(asked));
        let driver = &mut self.driver;
        poll_fn(|cx| {
            go_on(driver, cx);
            asked.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        })
        .await
    }

    /// Whether it can be kept for another call. Nobody is woken for it from then on.
    fn rests(&mut self) -> bool {
        go_on(&mut self.driver, &mut Context::from_waker(Waker::noop()));
        self.driver.is_some() && self.sender.is_ready()
    }
}

/// What is in there stays whole: each change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Moves a connection on. What it says when it ends, it has said to the call on it.
fn go_on(driver: &mut Driver, cx: &mut Context<'_>) {
    if let Some(running) = driver
        && running.as_mut().poll(cx).is_ready()
    {
        *driver = None;
    }
}

/// The body of an answer, with the connection that it comes over: that is free for others when the
/// body is over, and closed when somebody loses interest before.
#[derive(Debug)]
pub(crate) struct Coming {
    body: Incoming,
    /// Nothing of HTTP/2.
    lent: Option<(Link, Arc<Links>)>,
}

impl Coming {
    /// Moves the connection on by itself: it becomes something else, and no answer's.
    pub(crate) fn upgrade(&mut self) {
        let lent = self.lent.take();
        if let Some(driver) = lent.and_then(|(link, _)| link.driver) {
            tokio::spawn(driver);
        }
    }

    fn give_back(&mut self) {
        if let Some((mut link, links)) = self.lent.take()
            && link.rests()
        {
            let since = Instant::now();
            lock(&links.idle).push(Idle { link, since });
        }
    }
}

impl Body for Coming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let mut polled = Pin::new(&mut this.body).poll_frame(cx);
        if let (true, Some((link, _))) = (polled.is_pending(), &mut this.lent) {
            go_on(&mut link.driver, cx);
            polled = Pin::new(&mut this.body).poll_frame(cx);
        }
        if this.body.is_end_stream() || matches!(polled, Poll::Ready(None)) {
            this.give_back();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        // An empty body is never asked for its end.
        if self.body.is_end_stream() {
            self.give_back();
        }
    }
}

fn connector(tls: &Arc<ClientConfig>, may_be_second: bool) -> Connector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(settings::CONNECT));
    let builder = HttpsConnectorBuilder::new()
        .with_tls_config(ClientConfig::clone(tls))
        .https_or_http()
        .enable_http1();
    match may_be_second {
        true => builder.enable_http2().wrap_connector(connector),
        false => builder.wrap_connector(connector),
    }
}
