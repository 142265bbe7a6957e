//! Sizes and times of the gateway. Each is a constant with its reason; tests use shorter times.

use std::time::Duration;

/// Connections at the same time, from all addresses: what a process with 65,536 file descriptors
/// can hold together with as many to its targets.
pub const CONNECTIONS: usize = 16_384;

/// A TLS handshake that takes longer is somebody holding a connection.
pub const HANDSHAKE: Duration = Duration::from_secs(10);

/// The head of a request is one packet or two; a client that needs longer sends it byte by byte.
pub const HEAD: Duration = Duration::from_secs(10);

/// A connection without a request is closed after this time. Longer than what clients keep theirs
/// open, so that they rarely meet a connection that is being closed.
pub const IDLE: Duration = Duration::from_secs(75);

/// The longest pause in a body that is being read.
pub const BODY_PAUSE: Duration = Duration::from_secs(10);

/// Bytes of a held-back body that must come in each second of waiting for it, on average.
pub const BODY_RATE: u64 = 512;

/// So long may a body take, before its rate is looked at.
pub const BODY_GRACE: Duration = Duration::from_secs(10);

/// The longest pause in a body that goes through as it comes: those may be waiting for something.
pub const STREAM_PAUSE: Duration = Duration::from_secs(300);

/// A client that takes nothing of what is sent to it for so long holds memory and a target.
pub const WRITE: Duration = Duration::from_secs(30);

/// Fields of a head: what browsers and clouds send is below 40.
pub const FIELDS: usize = 100;

/// Bytes of a head. AWS takes 10,240; a token with many groups takes more.
pub const HEAD_BYTES: usize = 32 * 1024;

/// Streams of an HTTP/2 connection at the same time; RFC 9113 wants 100 at least.
pub const STREAMS: u32 = 128;

/// Streams that a client has reset and nobody has looked at yet, before the connection is closed
/// (CVE-2023-44487).
pub const RESETS: usize = 20;

/// Resets that we had to send for faults of the client, before the connection is closed.
pub const OWN_RESETS: usize = 128;

/// Credentials of one connection that do not hold, and requests that are given up before they are
/// answered, after which it is asked to go: `Connection: close`, GOAWAY. A client that errs connects
/// anew; one that goes on is cut off after twice as many. Not where something stands in front, whose
/// connections carry the requests of many.
pub const FAULTS: u32 = 100;

/// Bytes of a stream, and of a connection, that may come before they are taken.
pub const WINDOW: u32 = 256 * 1024;

/// The largest answer that is held back to be checked; what AWS's gateways take, too.
pub const ANSWER: u64 = 10 * 1024 * 1024;

/// A target that does not take a connection in this time is down.
pub const CONNECT: Duration = Duration::from_secs(3);

/// A connection to a target that nobody uses is closed after this time: before nginx would close it,
/// which waits for 75 s. A server that closes it earlier is noticed.
pub const KEPT: Duration = Duration::from_secs(60);

/// A target that did not take a connection is left alone for so long.
pub const DOWN: Duration = Duration::from_secs(5);

/// How often targets are asked whether they are well.
pub const HEALTH: Duration = Duration::from_secs(5);

/// What differs between a gateway that serves and one in a test.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// See [`CONNECTIONS`].
    pub connections: usize,
    /// See [`HANDSHAKE`].
    pub handshake: Duration,
    /// See [`HEAD`].
    pub head: Duration,
    /// See [`IDLE`].
    pub idle: Duration,
    /// See [`BODY_PAUSE`].
    pub body_pause: Duration,
    /// See [`BODY_RATE`].
    pub body_rate: u64,
    /// See [`BODY_GRACE`].
    pub body_grace: Duration,
    /// See [`STREAM_PAUSE`].
    pub stream_pause: Duration,
    /// See [`WRITE`].
    pub write: Duration,
    /// See [`HEALTH`].
    pub health: Duration,
    /// See [`KEPT`].
    pub kept: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            handshake: HANDSHAKE,
            head: HEAD,
            idle: IDLE,
            body_pause: BODY_PAUSE,
            body_rate: BODY_RATE,
            body_grace: BODY_GRACE,
            stream_pause: STREAM_PAUSE,
            write: WRITE,
            health: HEALTH,
            kept: KEPT,
        }
    }
}
