//! What is counted, for Prometheus. Nothing that callers choose becomes a label.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: String,
    status: u32,
    decision: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Broken {
    grant: String,
    decision: &'static str,
}

/// The counters of a gateway.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Asked, Counter>,
    denials: Family<Refused, Counter>,
    break_glass: Family<Broken, Counter>,
    latency: Histogram,
    unwritten: Gauge,
    pub(crate) connections: Gauge,
    pub(crate) turned_away: Counter,
    pub(crate) malformed: Counter,
}

/// Seconds.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("palisade_guard");
        let requests = Family::default();
        let denials = Family::default();
        let break_glass = Family::default();
        let latency = Histogram::new(BUCKETS);
        let connections = Gauge::default();
        let turned_away = Counter::default();
        let malformed = Counter::default();
        let unwritten = Gauge::default();
        registry.register("requests", "Requests", Family::clone(&requests));
        registry.register("denials", "Refused requests", Family::clone(&denials));
        registry.register(
            "break_glass",
            "Requests under a break-glass grant",
            Family::clone(&break_glass),
        );
        registry.register(
            "latency_seconds",
            "Time until an answer begins",
            latency.clone(),
        );
        registry.register("connections", "Open connections", connections.clone());
        registry.register(
            "connections_turned_away",
            "Connections over a cap",
            turned_away.clone(),
        );
        registry.register(
            "malformed",
            "Connections that brought what is no request",
            malformed.clone(),
        );
        registry.register(
            "unrecorded",
            "Records that could not be written",
            unwritten.clone(),
        );
        Self {
            registry,
            requests,
            denials,
            break_glass,
            latency,
            unwritten,
            connections,
            turned_away,
            malformed,
        }
    }

    pub(crate) fn text(&self, unrecorded: u64) -> String {
        self.unwritten
            .set(i64::try_from(unrecorded).unwrap_or(i64::MAX));
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }

    pub(crate) fn denied(&self, code: &'static str) {
        self.denials.get_or_create(&Refused { code }).inc();
    }

    /// A call under a break-glass grant, which the operators have named.
    pub(crate) fn shout(&self, grant: &str, decision: &'static str) {
        let grant = grant.to_owned();
        let broken = Broken { grant, decision };
        self.break_glass.get_or_create(&broken).inc();
    }

    fn asked(&self, route: String, status: u16, decision: &'static str, took: Duration) {
        let asked = Asked {
            route,
            status: status.into(),
            decision,
        };
        self.requests.get_or_create(&asked).inc();
        self.latency.observe(took.as_secs_f64());
    }
}

/// One request, until its answer begins.
#[derive(Debug)]
pub(crate) struct Meter {
    metrics: Arc<Metrics>,
    began: Instant,
    pub(crate) route: String,
    pub(crate) status: u16,
    pub(crate) decision: &'static str,
}

impl Meter {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            metrics,
            began: Instant::now(),
            route: String::new(),
            status: 0,
            decision: "aborted",
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let route = std::mem::take(&mut self.route);
        let took = self.began.elapsed();
        self.metrics.asked(route, self.status, self.decision, took);
    }
}
