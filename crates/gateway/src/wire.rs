//! A connection as hyper sees it: looked at by [`Scan`], given up when the other end takes nothing,
//! and watched, so that whoever holds one without asking for anything is shut out.

use crate::frames::Frames;
use crate::scan::Scan;
use crate::settings;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};

/// What is known of a connection while it lasts.
#[derive(Debug)]
pub(crate) struct Activity {
    began: Instant,
    /// Requests that are being answered.
    running: AtomicU64,
    /// Since when none is, in milliseconds since it began.
    idle_since: AtomicU64,
    /// Since when a head is being read; 0 when none is.
    head_since: AtomicU64,
    /// It is no HTTP/1 any more.
    pub(crate) is_upgraded: AtomicBool,
    /// What came was no request.
    pub(crate) is_malformed: AtomicBool,
    /// Why what came was refused before anybody could make a request of it: a code.
    pub(crate) refused: OnceLock<&'static str>,
    /// Requests that came to nothing by the fault of who asked.
    faults: AtomicU32,
    /// There are too many of them.
    pub(crate) alarm: Notify,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            running: AtomicU64::new(0),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(0),
            is_upgraded: AtomicBool::new(false),
            is_malformed: AtomicBool::new(false),
            refused: OnceLock::new(),
            faults: AtomicU32::new(0),
            alarm: Notify::new(),
        }
    }

    /// A credential that does not hold, or a request that was given up before it was answered.
    pub(crate) fn fault(&self) {
        let faults = self.faults.fetch_add(1, Ordering::Relaxed) + 1;
        if faults == settings::FAULTS || faults == 2 * settings::FAULTS {
            self.alarm.notify_one();
        }
    }

    /// Whether there have been so many faults that whoever is at the other end is to go.
    pub(crate) fn is_to_go(&self) -> bool {
        self.faults.load(Ordering::Relaxed) >= settings::FAULTS
    }

    /// Whether whoever was asked to go has gone on all the same.
    pub(crate) fn goes_on(&self) -> bool {
        self.faults.load(Ordering::Relaxed) >= 2 * settings::FAULTS
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A request begins; it ends when what comes back is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::Relaxed);
        Running(self.clone())
    }

    /// How long nothing has been asked for.
    pub(crate) fn idle(&self) -> Duration {
        match self.running.load(Ordering::Relaxed) {
            0 => {
                let since = self.idle_since.load(Ordering::Relaxed);
                Duration::from_millis(self.now().saturating_sub(since))
            }
            _ => Duration::ZERO,
        }
    }

    /// For how long a head has been coming.
    pub(crate) fn head(&self) -> Duration {
        match self.head_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis(self.now().saturating_sub(since)),
        }
    }

    fn see(&self, is_in_head: bool) {
        let since = self.head_since.load(Ordering::Relaxed);
        match (is_in_head, since) {
            (true, 0) => self.head_since.store(self.now().max(1), Ordering::Relaxed),
            (false, 1..) => self.head_since.store(0, Ordering::Relaxed),
            _ => {}
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Running(Arc<Activity>);

impl Running {
    pub(crate) fn activity(&self) -> &Activity {
        &self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.idle_since.store(self.0.now(), Ordering::Relaxed);
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Wire<S> {
    stream: S,
    /// Nothing, where TLS has said that it is HTTP/2.
    scan: Option<Scan>,
    /// What is sent, where it is HTTP/2.
    frames: Option<Frames>,
    activity: Arc<Activity>,
    /// Runs while the other end takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
    patience: Duration,
    /// Runs while what nobody reads any more is taken before the end.
    linger: Option<(Pin<Box<Sleep>>, usize)>,
    is_shut: bool,
    instead: Instead,
}

/// What hyper reads instead of what was refused: no request has it, and the end of a head, without
/// which hyper would wait for more.
#[derive(Debug)]
struct Instead(&'static [u8]);

impl Instead {
    fn give(&mut self, into: &mut ReadBuf<'_>) {
        let count = into.remaining().min(self.0.len());
        let (now, later) = self.0.split_at(count);
        into.put_slice(now);
        self.0 = later;
    }
}

/// So many bytes, and so long, are taken from a client that is still sending when it has been
/// answered: a connection that is closed over them would take the answer with it (RFC 9112,
/// section 9.6).
const LINGER: (usize, Duration) = (256 * 1024, Duration::from_millis(500));

impl<S: AsyncRead + Unpin> Wire<S> {
    /// Takes what is there, as far as it is worth it.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (bytes, time) = LINGER;
        let (end, left) = self
            .linger
            .get_or_insert_with(|| (Box::pin(tokio::time::sleep(time)), bytes));
        let mut space = [0; 4096];
        while *left > 0 && end.as_mut().poll(cx).is_pending() {
            let mut into = ReadBuf::new(&mut space);
            match Pin::new(&mut self.stream).poll_read(cx, &mut into) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !into.filled().is_empty() => {
                    *left = left.saturating_sub(into.filled().len());
                }
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl<S> Wire<S> {
    pub(crate) fn new(
        stream: S,
        scan: Option<Scan>,
        activity: Arc<Activity>,
        patience: Duration,
    ) -> Self {
        Self {
            stream,
            frames: scan.is_none().then(Frames::default),
            scan,
            activity,
            stuck: None,
            patience,
            linger: None,
            is_shut: false,
            instead: Instead(b"\0\r\n\r\n"),
        }
    }

    /// Looks at what was sent.
    fn sent(&mut self, bytes: &[u8]) {
        let frames = self.frames.as_mut();
        if let Some(code) = frames.and_then(|frames| frames.follow(bytes)) {
            self.activity.is_malformed.store(true, Ordering::Relaxed);
            let _ = self.activity.refused.set(code);
        }
    }

    fn patiently<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stuck = None;
            return polled;
        }
        let patience = self.patience;
        let stuck = self
            .stuck
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match stuck.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let Some(scan) = &mut this.scan else {
            return Pin::new(&mut this.stream).poll_read(cx, into);
        };
        if this.activity.is_malformed.load(Ordering::Relaxed) {
            this.instead.give(into);
            return Poll::Ready(Ok(()));
        }
        let before = into.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, into);
        if !matches!(read, Poll::Ready(Ok(()))) {
            return read;
        }
        if this.activity.is_upgraded.load(Ordering::Relaxed) {
            scan.stop();
        }
        let followed = scan.follow(into.filled().get(before..).unwrap_or_default());
        if let Err(at) = followed {
            if scan.is_before_body() {
                let _ = this.activity.refused.set("head-malformed");
            }
            this.activity.is_malformed.store(true, Ordering::Relaxed);
            into.set_filled(before + at);
            this.instead.give(into);
            // What has come with it, so that the answer is not lost.
            let _ = this.poll_drain(cx);
            this.activity.see(false);
            return read;
        }
        this.activity.see(scan.is_in_head());
        if this.frames.is_none() && scan.is_second() {
            this.frames = Some(Frames::default());
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &written {
            this.sent(bytes.get(..*count).unwrap_or_default());
        }
        this.patiently(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(cx);
        this.patiently(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = match this.is_shut {
            true => Poll::Ready(Ok(())),
            false => Pin::new(&mut this.stream).poll_shutdown(cx),
        };
        let shut = this.patiently(cx, shut);
        if !matches!(shut, Poll::Ready(Ok(()))) {
            return shut;
        }
        this.is_shut = true;
        this.poll_drain(cx).map(Ok)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        if let (Poll::Ready(Ok(count)), true) = (&written, this.frames.is_some()) {
            let mut left = *count;
            for part in parts {
                let (taken, _) = part.split_at(left.min(part.len()));
                left -= taken.len();
                this.sent(taken);
            }
        }
        this.patiently(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
