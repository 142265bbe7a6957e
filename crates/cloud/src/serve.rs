//! A small server: one request in one connection, within a time, of a size, so many at once.

use crate::tls::Identity;
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// So much of what is too large is read and dropped, so that whoever sends it gets the answer.
const DROPPED: usize = 1 << 20;

/// What is let in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections there are at once; others wait.
    pub connections: usize,
    /// How long a connection may take, from its beginning to the end of the answer.
    pub time: Duration,
    /// How large the body of a request may be.
    pub body: usize,
}

/// A request, read to its end.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its method, in capitals.
    pub method: String,
    /// The path of its URL.
    pub path: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer in words.
    #[must_use]
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: body.into(),
        }
    }
}

/// Answers requests until `stop` is ready; then those that have begun are answered to the end.
///
/// Answers are made one at a time, in the runtime's thread: this is not for many callers.
pub async fn serve(
    listener: TcpListener,
    identity: Option<Identity>,
    limits: Limits,
    answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    stop: impl Future<Output = ()>,
) {
    let acceptor = identity.map(|identity| TlsAcceptor::from(identity.0));
    let answer = Arc::new(answer);
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut running = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = room.clone().acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        while running.try_join_next().is_some() {}
        let Ok((stream, _)) = accepted else {
            // Such as no file descriptors left: it passes, or stays; either way without haste.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        running.spawn(async move {
            let talk = talk(stream, acceptor, limits, &*answer);
            // Who is too slow is hung up on.
            let _ = tokio::time::timeout(limits.time, talk).await;
            drop(permit);
        });
    }
    drop(listener);
    while running.join_next().await.is_some() {}
}

async fn talk(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    limits: Limits,
    answer: &impl Fn(&Asked) -> Answer,
) {
    match acceptor {
        None => http(stream, limits, answer).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                http(stream, limits, answer).await;
            }
        }
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    limits: Limits,
    answer: &impl Fn(&Asked) -> Answer,
) {
    let service = service_fn(|request| async move {
        let answer = match read(request, limits.body).await {
            Ok(asked) => answer(&asked),
            Err(refusal) => refusal,
        };
        Ok::<_, Infallible>(response(answer))
    });
    // What is not HTTP is answered or hung up on by hyper; nobody here need know.
    let _ = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(limits.time)
        .max_headers(64)
        .max_buf_size(32 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn read(request: Request<Incoming>, most: usize) -> Result<Asked, Answer> {
    let (parts, mut body) = request.into_parts();
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Answer::text(400, "the body ends early\n"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length > most.saturating_add(DROPPED) {
            break;
        }
        if length <= most {
            bytes.extend_from_slice(&data);
        }
    }
    if length > most {
        let text = format!("at most {most} bytes are taken\n");
        return Err(Answer::text(413, text));
    }
    Ok(Asked {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        body: bytes,
    })
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    let status = StatusCode::from_u16(answer.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if answer.status == 405 {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}
