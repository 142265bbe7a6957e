//! What operators and functions ask the gateway itself: health, metrics, and the keys that identity
//! tokens are verified with.

use crate::answer;
use crate::body::Answer;
use crate::gateway::Shared;
use crate::headers;
use http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Few ask at a time.
const CONNECTIONS: usize = 64;

pub(crate) async fn serve(shared: &Arc<Shared>, listener: &TcpListener) {
    let slots = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let shared = shared.clone();
        let service = service_fn(move |request| {
            let response = respond(&shared, &request);
            std::future::ready(Ok::<_, Infallible>(response))
        });
        tokio::spawn(async move {
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), service);
            // Whoever asks and goes away before the answer has none.
            let _ = served.await;
            drop(slot);
        });
    }
}

fn respond(shared: &Shared, request: &Request<Incoming>) -> Response<Answer> {
    let (kind, text) = match (request.method(), request.uri().path()) {
        // Nothing is admitted any more: who sends calls here should send them elsewhere.
        (&Method::GET, "/healthz") if shared.live().guard.stopped().is_some() => {
            return status(StatusCode::SERVICE_UNAVAILABLE);
        }
        (&Method::GET, "/healthz") => ("text/plain", "ok\n".to_owned()),
        (&Method::GET, "/metrics") => (
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            shared.metrics.text(shared.live().guard.unrecorded()),
        ),
        (&Method::GET, "/.well-known/jwks.json") => match &shared.identity {
            Some(identity) => return answer::keys(identity.keys()),
            None => return status(StatusCode::NOT_FOUND),
        },
        (_, "/healthz" | "/metrics" | "/.well-known/jwks.json") => {
            return status(StatusCode::METHOD_NOT_ALLOWED);
        }
        _ => return status(StatusCode::NOT_FOUND),
    };
    let mut response = Response::new(Answer::whole(text, None));
    headers::set(response.headers_mut(), header::CONTENT_TYPE, kind);
    response
}

fn status(status: StatusCode) -> Response<Answer> {
    let mut response = Response::new(Answer::whole("", None));
    *response.status_mut() = status;
    response
}
