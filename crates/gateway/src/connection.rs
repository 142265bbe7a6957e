//! One connection of a caller, from its handshake to its end.

use crate::gateway::{Shared, Stage};
use crate::invoke;
use crate::scan::Scan;
use crate::settings;
use crate::slots::Slot;
use crate::wire::{Activity, Wire};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulConnection;
use palisade_guard::{Call, Entry, Headers, Path, Peer, Reason, Request};
use rustls::ServerConfig;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// What belongs to a connection as long as anything of it runs.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) peer: Peer,
    pub(crate) activity: Arc<Activity>,
    _open: Open,
}

/// Room that is taken, and counted.
#[derive(Debug)]
struct Open {
    shared: Arc<Shared>,
    _slot: Slot,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.metrics.connections.dec();
    }
}

pub(crate) async fn serve(
    shared: Arc<Shared>,
    tls: Option<Arc<ServerConfig>>,
    stream: TcpStream,
    address: IpAddr,
    slot: Slot,
) {
    shared.metrics.connections.inc();
    let open = Open {
        shared: shared.clone(),
        _slot: slot,
    };
    let mut peer = Peer {
        address: Some(address),
        is_encrypted: tls.is_some(),
        certificates: Vec::new(),
    };
    let connection = |peer| Connection {
        peer,
        activity: Arc::new(Activity::new()),
        _open: open,
    };
    let Some(tls) = tls else {
        return speak(&shared, stream, connection(peer), false).await;
    };
    let handshake = TlsAcceptor::from(tls).accept(stream);
    let handshake = tokio::select! {
        done = tokio::time::timeout(shared.settings.handshake, handshake) => done,
        () = shared.reach(Stage::Ending) => return,
    };
    let Ok(Ok(stream)) = handshake else {
        return;
    };
    let (_, session) = stream.get_ref();
    for certificate in session.peer_certificates().unwrap_or_default() {
        peer.certificates.push(certificate.to_vec());
    }
    let is_second = session.alpn_protocol() == Some(b"h2");
    speak(&shared, stream, connection(peer), is_second).await;
}

/// HTTP, of either version.
async fn speak<S>(shared: &Arc<Shared>, stream: S, connection: Connection, is_second: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = connection.activity.clone();
    let scan = (!is_second).then(Scan::default);
    let wire = Wire::new(stream, scan, activity.clone(), shared.settings.write);
    // It counts until its end is on record.
    let connection = Arc::new(connection);
    let service = {
        let (shared, connection) = (shared.clone(), connection.clone());
        // In one place from its beginning: it is large, and hyper moves what it is given.
        service_fn(move |request| {
            Box::pin(invoke::invoke(shared.clone(), connection.clone(), request))
        })
    };
    let builder = builder();
    let served = builder.serve_connection_with_upgrades(TokioIo::new(wire), service);
    let ended = last(shared, &activity, served).await;
    let is_malformed = activity.is_malformed.load(Ordering::Relaxed);
    // Where a body was malformed, its request was known and has its own record.
    let ended = ended.filter(|_| !is_malformed);
    let refused = activity.refused.get().copied().or(ended);
    if is_malformed || refused.is_some() {
        shared.metrics.malformed.inc();
    }
    if let Some(code) = refused {
        refuse(shared, &connection, code).await;
    }
}

/// Serves to the end; why what came last was no request, if that was so.
async fn last(
    shared: &Arc<Shared>,
    activity: &Activity,
    served: impl GracefulConnection<Error = Box<dyn std::error::Error + Send + Sync>>,
) -> Option<&'static str> {
    tokio::pin!(served);
    let mut is_ending = false;
    loop {
        tokio::select! {
            biased;
            served = served.as_mut() => return served.err().and_then(|error| code(&*error)),
            () = shared.reach(Stage::Over) => return None,
            () = shared.reach(Stage::Ending), if !is_ending => {
                is_ending = true;
                served.as_mut().graceful_shutdown();
            }
            () = activity.alarm.notified() => {
                if activity.goes_on() {
                    return None;
                }
                is_ending = true;
                served.as_mut().graceful_shutdown();
            }
            () = tokio::time::sleep(next_look(shared, activity, is_ending)) => {
                let settings = &shared.settings;
                if activity.head() >= settings.head {
                    return Some("head-slow");
                }
                if activity.idle() >= settings.idle {
                    // Whoever does not go when asked to goes the next time.
                    if is_ending {
                        return None;
                    }
                    is_ending = true;
                    served.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// What hyper has against a head, if it is that.
fn code(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let error = error.downcast_ref::<hyper::Error>()?;
    match (error.is_parse_too_large(), error.is_parse()) {
        (true, _) => Some("head-too-large"),
        (false, true) => Some("head-malformed"),
        (false, false) => None,
    }
}

/// Puts on record that a connection brought what is no request: once, however much of it came.
async fn refuse(shared: &Shared, connection: &Connection, code: &'static str) {
    let live = shared.live();
    let reason = Reason::Malformed { code };
    shared.metrics.denied(reason.code());
    let call = Call {
        method: String::new(),
        host: String::new(),
        path: Path::unreadable(),
        raw_path: String::new(),
        query: String::new(),
    };
    let request = Request {
        entry: Entry::Http(call),
        peer: connection.peer.clone(),
        headers: Headers::default(),
    };
    live.guard.refuse(request, reason).record().await;
}

/// A look now and then is cheaper than a timer that every request sets anew: when a head that began
/// right after the look before would be too slow, or when it is.
fn next_look(shared: &Shared, activity: &Activity, is_ending: bool) -> Duration {
    let settings = &shared.settings;
    let head = activity.head();
    let next = match (is_ending, head.is_zero()) {
        // Time to go.
        (true, _) => settings.head / 4,
        (false, true) => {
            let idle = settings.idle.saturating_sub(activity.idle());
            settings.head.min(idle)
        }
        (false, false) => settings.head.saturating_sub(head),
    };
    next.max(Duration::from_millis(1))
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // Slow heads are looked after by `Activity`: hyper's time for them would hold for idle
        // connections, too.
        .header_read_timeout(None)
        .max_headers(settings::FIELDS)
        .max_buf_size(settings::HEAD_BYTES)
        .timer(TokioTimer::new());
    let head = u32::try_from(settings::HEAD_BYTES).unwrap_or(u32::MAX);
    builder
        .http2()
        .max_concurrent_streams(settings::STREAMS)
        .max_pending_accept_reset_streams(settings::RESETS)
        .max_local_error_reset_streams(settings::OWN_RESETS)
        .max_header_list_size(head)
        .initial_stream_window_size(settings::WINDOW)
        .initial_connection_window_size(settings::WINDOW)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .timer(TokioTimer::new());
    builder
}
