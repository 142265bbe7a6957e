//! Bodies: held back and bounded, or passed on as they come; and the answer's, in which what was
//! admitted lives until its last byte.

use crate::link::Coming;
use crate::settings::Settings;
use crate::wire::Running;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use palisade_guard::{Admitted, Outcome, Reason};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Reads a body to its end, if that comes in time and is not too far.
pub(crate) async fn read(
    mut body: Incoming,
    most: u64,
    settings: &Settings,
) -> Result<Vec<u8>, Reason> {
    let broken = |code| Reason::Malformed { code };
    let mut whole = Vec::new();
    let mut waited = Duration::ZERO;
    if body.is_end_stream() {
        return Ok(whole);
    }
    loop {
        let began = Instant::now();
        let frame = tokio::time::timeout(settings.body_pause, body.frame()).await;
        let Some(frame) = frame.map_err(|_| broken("body-slow"))? else {
            return Ok(whole);
        };
        waited += began.elapsed();
        // Trailers were not part of what anybody looks at: they end here.
        let Ok(data) = frame.map_err(|_| broken("body-broken"))?.into_data() else {
            continue;
        };
        whole.extend_from_slice(&data);
        let length = u64::try_from(whole.len()).unwrap_or(u64::MAX);
        if length > most {
            return Err(Reason::TooLarge { most });
        }
        let counted = waited.saturating_sub(settings.body_grace).as_secs();
        if length < counted.saturating_mul(settings.body_rate) {
            return Err(broken("body-slow"));
        }
    }
}

/// Why a body ended before its end: a code.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BodyError(pub(crate) &'static str);

/// A pause that is too long.
#[derive(Debug)]
struct Pause {
    most: Duration,
    running: Option<Pin<Box<Sleep>>>,
}

impl Pause {
    fn new(most: Duration) -> Self {
        Self {
            most,
            running: None,
        }
    }

    /// Whether what was polled has kept everybody waiting for too long.
    fn is_over<T>(&mut self, cx: &mut Context<'_>, polled: &Poll<T>) -> bool {
        if polled.is_ready() {
            self.running = None;
            return false;
        }
        let most = self.most;
        let running = self
            .running
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(most)));
        running.as_mut().poll(cx).is_ready()
    }
}

/// A body on its way to a target.
#[derive(Debug)]
pub(crate) enum Sent {
    /// All of it.
    Whole(Option<Bytes>),
    /// As it comes.
    Streamed(Box<Streamed>),
}

/// A body that is passed on as it comes, as far as its route takes it. Trailers end here: nobody
/// has looked at them.
#[derive(Debug)]
pub(crate) struct Streamed {
    inner: Incoming,
    left: u64,
    pause: Pause,
    /// Why it ended before its end.
    failed: Arc<OnceLock<&'static str>>,
}

impl Sent {
    pub(crate) fn whole(bytes: Vec<u8>) -> Self {
        let bytes = Bytes::from(bytes);
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }

    pub(crate) fn streamed(
        inner: Incoming,
        most: u64,
        settings: &Settings,
        failed: Arc<OnceLock<&'static str>>,
    ) -> Self {
        if inner.is_end_stream() {
            return Self::Whole(None);
        }
        Self::Streamed(Box::new(Streamed {
            inner,
            left: most,
            pause: Pause::new(settings.stream_pause),
            failed,
        }))
    }

    /// The same once more, where that can be had.
    pub(crate) fn again(&self) -> Option<Self> {
        match self {
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            Self::Streamed(_) => None,
        }
    }
}

impl Streamed {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        if self.pause.is_over(cx, &polled) {
            return Poll::Ready(Some(Err("body-slow")));
        }
        let Poll::Ready(frame) = polled else {
            return Poll::Pending;
        };
        let data = match frame {
            None => return Poll::Ready(None),
            Some(Err(_)) => return Poll::Ready(Some(Err("body-broken"))),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => data,
                Err(_) => return Poll::Ready(None),
            },
        };
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => return Poll::Ready(Some(Err("too-large"))),
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Streamed(streamed) => streamed.poll(cx).map(|frame| {
                frame.map(|result| {
                    result.map_err(|code| {
                        let _ = streamed.failed.set(code);
                        BodyError(code)
                    })
                })
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Streamed(streamed) => streamed.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => exactly(bytes.as_ref()),
            Self::Streamed(streamed) => streamed.inner.size_hint(),
        }
    }
}

/// The length of what is there as a whole.
fn exactly(bytes: Option<&Bytes>) -> SizeHint {
    let length = bytes.map_or(0, Bytes::len);
    SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    source: Source,
    /// The connection is not idle before this has gone.
    _running: Option<Running>,
}

#[derive(Debug)]
enum Source {
    Whole(Option<Bytes>),
    Through(Box<Through>),
}

/// An answer that is passed on as it comes.
#[derive(Debug)]
struct Through {
    inner: Coming,
    pause: Pause,
    bytes: u64,
    status: u16,
    /// Why it breaks off.
    broken: Option<BodyError>,
    /// Until its end is on record. Dropped before, it is recorded as ended half-way.
    admitted: Option<Admitted>,
}

impl Answer {
    pub(crate) fn whole(bytes: impl Into<Bytes>, running: Option<Running>) -> Self {
        let bytes = bytes.into();
        Self {
            source: Source::Whole((!bytes.is_empty()).then_some(bytes)),
            _running: running,
        }
    }

    pub(crate) fn through(
        inner: Coming,
        status: u16,
        admitted: Admitted,
        settings: &Settings,
        running: Running,
    ) -> Self {
        let mut through = Through {
            inner,
            pause: Pause::new(settings.stream_pause),
            bytes: 0,
            status,
            broken: None,
            admitted: Some(admitted),
        };
        // Nobody asks a body that is empty for its end.
        through.end_if_over();
        Self {
            source: Source::Through(Box::new(through)),
            _running: Some(running),
        }
    }
}

impl Through {
    fn end(&mut self, failed: Option<&'static str>) {
        let Some(admitted) = self.admitted.take() else {
            return;
        };
        admitted.finish(&match failed {
            Some(code) => Outcome::Failed { code },
            None => Outcome::Answered {
                status: Some(self.status),
                bytes: self.bytes,
                violations: Vec::new(),
            },
        });
    }

    /// Breaks off the next time: hyper gives up what it has not sent yet when a body breaks, and the
    /// caller is to have what has come.
    fn break_off(
        &mut self,
        cx: &Context<'_>,
        code: &'static str,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.end(Some(code));
        self.broken = Some(BodyError(code));
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn end_if_over(&mut self) {
        if self.inner.is_end_stream() {
            self.end(None);
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let through = match &mut self.get_mut().source {
            Source::Whole(bytes) => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            Source::Through(through) => through,
        };
        if let Some(error) = through.broken {
            return Poll::Ready(Some(Err(error)));
        }
        let polled = Pin::new(&mut through.inner).poll_frame(cx);
        if through.pause.is_over(cx, &polled) {
            return through.break_off(cx, "answer-slow");
        }
        let Poll::Ready(frame) = polled else {
            return Poll::Pending;
        };
        Poll::Ready(match frame {
            None => {
                through.end(None);
                None
            }
            Some(Err(_)) => return through.break_off(cx, "answer-broken"),
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let length = u64::try_from(length).unwrap_or(u64::MAX);
                through.bytes = through.bytes.saturating_add(length);
                through.end_if_over();
                Some(Ok(frame))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_none(),
            Source::Through(through) => through.inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(bytes) => exactly(bytes.as_ref()),
            Source::Through(through) => through.inner.size_hint(),
        }
    }
}
