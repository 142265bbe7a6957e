//! WebSockets: once both sides have agreed, bytes go both ways and nobody looks at them. One is one
//! invocation, from its first byte to its last.

use crate::answer;
use crate::body::Answer;
use crate::connection::Connection;
use crate::gateway::{Shared, Stage};
use crate::link::Coming;
use crate::wire::Running;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use palisade_guard::config::WebSocket;
use palisade_guard::{Admitted, Outcome};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, copy_bidirectional};
use tokio::time::Instant;

/// Joins the caller's side with the function's.
pub(crate) fn join(
    shared: &Arc<Shared>,
    asked: Option<(OnUpgrade, Arc<Connection>)>,
    mut response: Response<Coming>,
    admitted: Admitted,
    running: Running,
) -> Response<Answer> {
    let Some((caller, connection)) = asked else {
        let response = answer::problem(StatusCode::BAD_GATEWAY, admitted.correlation());
        let code = "target-switched";
        admitted.finish(&Outcome::Failed { code });
        return response;
    };
    let function = hyper::upgrade::on(&mut response);
    response.body_mut().upgrade();
    let activity = running.activity();
    activity.is_upgraded.store(true, Ordering::Relaxed);
    let times = admitted
        .route()
        .map_or_else(WebSocket::default, |route| route.websocket);
    let shared = shared.clone();
    tokio::spawn(async move {
        // What is dropped here is recorded as ended half-way; the connection counts until then.
        let _connection = connection;
        let _running = running;
        let seen = Seen::new();
        let both = async {
            let (caller, function) = (caller.await.ok()?, function.await.ok()?);
            let (mut caller, mut function) = (seen.by(caller), seen.by(function));
            copy_bidirectional(&mut caller, &mut function).await.ok()
        };
        let ended = tokio::select! {
            copied = both => copied.ok_or("websocket-broken"),
            code = seen.over(times) => Err(code),
            () = shared.reach(Stage::Over) => return,
        };
        admitted.finish(&match ended {
            Ok((_, bytes)) => Outcome::Answered {
                status: Some(StatusCode::SWITCHING_PROTOCOLS.as_u16()),
                bytes,
                violations: Vec::new(),
            },
            Err(code) => Outcome::Failed { code },
        });
    });
    let (mut parts, _) = response.into_parts();
    crate::headers::remove_hop_by_hop(&mut parts.headers);
    let upgrade = HeaderValue::from_static("upgrade");
    parts.headers.insert(header::CONNECTION, upgrade);
    let websocket = HeaderValue::from_static("websocket");
    parts.headers.insert(header::UPGRADE, websocket);
    let mut response = Response::new(Answer::whole("", None));
    *response.status_mut() = parts.status;
    *response.headers_mut() = parts.headers;
    response
}

/// When something came last, from whichever side.
#[derive(Debug)]
struct Seen {
    began: Instant,
    /// In milliseconds since then.
    last: AtomicU64,
}

impl Seen {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn by(&self, stream: Upgraded) -> Watched<'_> {
        let stream = TokioIo::new(stream);
        Watched { stream, seen: self }
    }

    /// Waits until nothing has come for too long, or it has lasted for too long; which of them, as a
    /// code.
    async fn over(&self, times: WebSocket) -> &'static str {
        let (idle, life) = (u64::from(times.idle), u64::from(times.life));
        loop {
            let now = self.now();
            let silent = now.saturating_sub(self.last.load(Ordering::Relaxed));
            match (life.checked_sub(now), idle.checked_sub(silent)) {
                (None | Some(0), _) => return "websocket-life",
                (_, None | Some(0)) => return "websocket-idle",
                (Some(life), Some(idle)) => {
                    tokio::time::sleep(Duration::from_millis(life.min(idle))).await;
                }
            }
        }
    }
}

/// One side.
#[derive(Debug)]
struct Watched<'a> {
    stream: TokioIo<Upgraded>,
    seen: &'a Seen,
}

impl AsyncRead for Watched<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, into);
        if read.is_ready() {
            self.seen.last.store(self.seen.now(), Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Watched<'_> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
