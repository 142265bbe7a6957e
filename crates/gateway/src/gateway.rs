//! The gateway as a whole: what it serves with, how that is replaced, and how it stops.

use crate::error::GatewayError;
use crate::identity::Identity;
use crate::metrics::Metrics;
use crate::pool::{self, Pool};
use crate::settings::Settings;
use crate::slots::Slots;
use crate::tls::Tls;
use crate::{admin, connection};
use arc_swap::ArcSwap;
use palisade_guard::{Guard, Trouble};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What a gateway needs from outside, and keeps when its configuration is replaced.
#[derive(Debug)]
pub struct Parts {
    /// What tells functions who calls; without it they are not told.
    pub identity: Option<Arc<dyn Identity>>,
    /// The authorities that targets are verified with; those of this machine unless given.
    pub authorities: Option<Arc<RootCertStore>>,
    /// Sizes and times.
    pub settings: Settings,
}

/// Stands before functions and forwards what the guard admits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Gateway(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    live: ArcSwap<Live>,
    pub(crate) identity: Option<Arc<dyn Identity>>,
    pub(crate) settings: Settings,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) slots: Slots,
    targets: Arc<ClientConfig>,
    stage: watch::Sender<Stage>,
}

/// What a configuration stands for, until the next takes its place. A request keeps the one that it
/// began with.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) guard: Guard,
    pub(crate) pools: BTreeMap<String, Arc<Pool>>,
    tls: Option<Arc<ServerConfig>>,
    /// What `Strict-Transport-Security` says.
    pub(crate) hsts: Option<String>,
}

/// Where a gateway is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// It takes what comes.
    Open,
    /// What runs may end; nothing new is taken.
    Ending,
    /// Whatever still runs is cut off.
    Over,
}

impl Live {
    fn new(
        guard: Guard,
        tls: Option<&Tls>,
        settings: &Settings,
        targets: &Arc<ClientConfig>,
        before: Option<&Self>,
    ) -> Result<Self, GatewayError> {
        let config = guard.config();
        let mut pools = BTreeMap::new();
        for (name, target) in &config.targets {
            // What has not changed keeps its connections, and what is known of its addresses.
            let kept = before.and_then(|live| live.pools.get(name));
            let pool = match kept.filter(|pool| pool.is_of(target)) {
                Some(pool) => pool.clone(),
                None => Arc::new(Pool::new(name, target, targets, settings)?),
            };
            pools.insert(name.clone(), pool);
        }
        let asks = config.asks_for_certificates();
        let tls = tls.map(|tls| tls.config(asks)).transpose()?;
        let age = config.listen.as_ref().and_then(|listen| listen.hsts);
        let hsts = age.filter(|_| tls.is_some());
        Ok(Self {
            hsts: hsts.map(|age| format!("max-age={age}; includeSubDomains")),
            guard,
            pools,
            tls,
        })
    }
}

impl Shared {
    pub(crate) fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Waits until the gateway is so far.
    pub(crate) async fn reach(&self, stage: Stage) {
        let mut now = self.stage.subscribe();
        // It can't fail: the sender is ours.
        let _ = now.wait_for(|now| *now >= stage).await;
    }
}

impl Gateway {
    /// A gateway for what a guard decides. To be called where tokio runs.
    ///
    /// # Errors
    /// When the certificate or a target can't be used.
    pub fn new(guard: Guard, tls: Option<&Tls>, parts: Parts) -> Result<Self, GatewayError> {
        let settings = parts.settings;
        let targets = pool::tls(parts.authorities.unwrap_or_else(pool::system))?;
        let live = Live::new(guard, tls, &settings, &targets, None)?;
        Ok(Self(Arc::new(Shared {
            live: ArcSwap::from_pointee(live),
            identity: parts.identity,
            metrics: Arc::new(Metrics::new()),
            slots: Slots::new(settings.connections),
            settings,
            targets,
            stage: watch::Sender::new(Stage::Open),
        })))
    }

    /// Takes another configuration, or the same with a new certificate. No connection is dropped;
    /// requests that run end with what they began with.
    ///
    /// # Errors
    /// When the certificate or a target can't be used, or TLS would end: then everything stays as
    /// it is.
    pub fn reload(&self, guard: Guard, tls: Option<&Tls>) -> Result<(), GatewayError> {
        let before = self.0.live();
        let live = Live::new(guard, tls, &self.0.settings, &self.0.targets, Some(&before))?;
        // Where callers expect TLS, they are not served without.
        if before.tls.is_some() && live.tls.is_none() {
            return Err(GatewayError::Plaintext);
        }
        self.0.live.store(Arc::new(live));
        Ok(())
    }

    /// What calls are held to at present.
    #[must_use]
    pub fn guard(&self) -> Guard {
        self.0.live().guard.clone()
    }

    /// Targets that are not reached, or not well.
    #[must_use]
    pub fn troubles(&self) -> Vec<Trouble> {
        let live = self.0.live();
        let pools = live.pools.iter();
        pools.flat_map(|(name, pool)| pool.troubles(name)).collect()
    }

    /// Takes another certificate, or another floor of TLS; all else stays as it is. Connections that
    /// are open stay, too.
    ///
    /// # Errors
    /// When the certificate can't be used.
    pub fn replace_tls(&self, tls: &Tls) -> Result<(), GatewayError> {
        self.reload(self.guard(), Some(tls))
    }

    /// Listens on an address.
    ///
    /// # Errors
    /// When it can't be listened on, or would be reached without TLS from elsewhere though nothing
    /// is said to stand in front.
    pub async fn bind(&self, address: SocketAddr) -> Result<TcpListener, GatewayError> {
        let live = self.0.live();
        let listen = live.guard.config().listen.as_ref();
        let said = listen.is_some_and(|listen| listen.plaintext && !listen.behind.is_empty());
        if live.tls.is_none() && !said && !address.ip().is_loopback() {
            return Err(GatewayError::Plaintext);
        }
        Ok(TcpListener::bind(address).await?)
    }

    /// Serves callers until the gateway is stopped.
    pub async fn serve(&self, listener: TcpListener) {
        let accepting = self.accept(&listener);
        tokio::select! {
            () = accepting => {}
            () = self.0.reach(Stage::Ending) => {}
        }
    }

    async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, address)) => self.take(stream, address),
                // No file descriptors, most likely: what runs gives some back.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn take(&self, stream: TcpStream, address: SocketAddr) {
        let live = self.0.live();
        let config = live.guard.config();
        // The same address however it is written.
        let ip = address.ip().to_canonical();
        let behind = config.listen.as_ref().map(|listen| &listen.behind);
        let most = match behind.filter(|behind| !behind.is_empty()) {
            None => config.admission.connections,
            // What stands in front has the connections of all its callers; nobody else has any.
            Some(behind) if behind.iter().any(|network| network.contains(ip)) => u32::MAX,
            Some(_) => 0,
        };
        let Some(slot) = self.0.slots.take(ip, most) else {
            self.0.metrics.turned_away.inc();
            return;
        };
        let _ = stream.set_nodelay(true);
        let served = connection::serve(self.0.clone(), live.tls.clone(), stream, ip, slot);
        tokio::spawn(served);
    }

    /// Serves metrics, health and the keys of identity tokens, until the gateway has stopped. Its
    /// address is never the one that callers use.
    pub async fn serve_admin(&self, listener: TcpListener) {
        tokio::select! {
            () = admin::serve(&self.0, &listener) => {}
            () = self.0.reach(Stage::Over) => {}
        }
    }

    /// Takes nothing new, lets what runs end within a time, and cuts off what does not. Says how
    /// many connections that were.
    pub async fn stop(&self, within: Duration) -> usize {
        self.0.stage.send_replace(Stage::Ending);
        let _ = tokio::time::timeout(within, self.0.slots.all_free()).await;
        let left = self.0.slots.taken();
        self.0.stage.send_replace(Stage::Over);
        // What is cut off is recorded as it is dropped: that has happened when nothing is left.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.0.slots.all_free()).await;
        left
    }
}
