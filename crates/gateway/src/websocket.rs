//! WebSockets: once both sides have agreed, bytes go both ways and nobody looks at them. One is one
//! invocation, from its first byte to its last.

use crate::answer;
use crate::body::Answer;
use crate::connection::Connection;
use crate::gateway::{Shared, Stage};
use crate::wire::Running;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use palisade_guard::{Admitted, Outcome};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::io::copy_bidirectional;

/// Joins the caller's side with the function's.
pub(crate) fn join(
    shared: &Arc<Shared>,
    asked: Option<(OnUpgrade, Arc<Connection>)>,
    mut response: Response<Incoming>,
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
    let activity = running.activity();
    activity.is_upgraded.store(true, Ordering::Relaxed);
    let shared = shared.clone();
    tokio::spawn(async move {
        // What is dropped here is recorded as ended half-way; the connection counts until then.
        let _connection = connection;
        let _running = running;
        let both = async {
            let (caller, function) = (caller.await.ok()?, function.await.ok()?);
            let (mut caller, mut function) = (TokioIo::new(caller), TokioIo::new(function));
            copy_bidirectional(&mut caller, &mut function).await.ok()
        };
        let copied = tokio::select! {
            copied = both => copied,
            () = shared.reach(Stage::Over) => return,
        };
        admitted.finish(&match copied {
            Some((_, bytes)) => Outcome::Answered {
                status: Some(StatusCode::SWITCHING_PROTOCOLS.as_u16()),
                bytes,
                violations: Vec::new(),
            },
            None => Outcome::Failed {
                code: "websocket-broken",
            },
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
