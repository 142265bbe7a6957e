//! `palisade guard serve`: the gateway that a configuration describes, until it is told to stop. A
//! changed configuration takes the place of the one before without dropping a connection; a bad one
//! is told, and changes nothing.

use super::book::take_up;
use super::fetch::Network;
use super::floor::{self, Allowed};
use super::parts::{Loaded, unusable};
use crate::cli::PlaceArgs;
use crate::cli::guard::ServeArgs;
use crate::failure::CommandError;
use crate::ledger::{Place, open, stopped, tell};
use crate::scan::today;
use palisade_authn::{Minter, MintingKey};
use palisade_core::Date;
use palisade_gateway::settings::CONNECTIONS;
use palisade_gateway::{Floor, Gateway, GatewayError, Identity, Minted, Settings, Tls};
use palisade_guard::Parts;
use palisade_guard::config::ContractFile;
use palisade_ledger::Ledger;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

/// What runs when the gateway is told to stop may go on for so long.
const GRACE: Duration = Duration::from_secs(30);
/// How often changed files are looked for, keys are read again and quotas are written down.
const TEND: Duration = Duration::from_secs(1);
/// Files that are open beside connections: the ledger's, stores, what is read anew.
const FILES: usize = 128;
/// Tokens that tell a function who calls are valid for so many seconds.
const IDENTITY: u32 = 60;

pub(crate) fn run(arguments: &ServeArgs) -> Result<ExitCode, CommandError> {
    let loaded = Loaded::read(&arguments.config.config).map_err(|wrong| unusable(&wrong))?;
    let runtime = threads()?;
    let stop = stopped(&runtime)?;
    let ledger = opened(&loaded)?;
    let network = Arc::new(Network::new(arguments.ca.as_deref())?);
    runtime.block_on(async {
        let served = Served::start(loaded, ledger.clone(), network).await?;
        let scheme = served.scheme();
        let most = connections();
        if most < CONNECTIONS {
            tell(&format!(
                "at most {most} connections at the same time, not {CONNECTIONS}: `ulimit -n` is too low for more"
            ));
        }
        let mut said = format!("guard at {scheme}://{}", served.address);
        if let Some(admin) = served.admin {
            said += &format!(", metrics and health at http://{admin}");
        }
        tell(&said);
        served.until(stop).await;
        Ok::<_, CommandError>(())
    })?;
    // What is left of the records is written as the ledger goes.
    drop(runtime);
    drop(ledger);
    tell("stopped");
    Ok(ExitCode::SUCCESS)
}

/// What requests run on: every core.
pub(super) fn threads() -> Result<Runtime, CommandError> {
    let built = Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| CommandError::internal(format!("no threads for requests: {error}")))
}

/// The ledger that a configuration names; it is begun where there is none.
pub(super) fn opened(loaded: &Loaded) -> Result<Ledger, CommandError> {
    let said = &loaded.config.ledger;
    let place = PlaceArgs {
        dir: loaded.beside(&said.dir),
        key_file: said.key.as_ref().map(|key| loaded.beside(key)),
        passphrase_file: None,
    };
    open(&Place::new(&place)?, None)
}

/// Files, and what tells one version of them from the next.
type Stamps = Vec<(PathBuf, Option<(u64, SystemTime)>)>;

/// A gateway that runs.
pub(super) struct Served {
    gateway: Gateway,
    parts: Parts,
    file: PathBuf,
    seen: Stamps,
    /// The store of API keys: what was done to it while the ledger was ours is taken up.
    store: Option<PathBuf>,
    is_plaintext: bool,
    /// The last day on which an exception lets TLS 1.2 in, and what is taken then.
    narrows: Option<(Date, Tls)>,
    /// Where callers come in.
    pub(super) address: SocketAddr,
    /// Where metrics are.
    pub(super) admin: Option<SocketAddr>,
}

impl Served {
    pub(super) async fn start(
        loaded: Loaded,
        ledger: Ledger,
        network: Arc<Network>,
    ) -> Result<Self, CommandError> {
        let listen = loaded.config.listen.as_ref().ok_or_else(|| {
            CommandError::usage(format!(
                "`{}` has no [listen]: it says which events may come, and nothing about callers",
                loaded.name
            ))
        })?;
        let allowed = allowed(&loaded)?;
        let seen = stamps(files(&loaded, &allowed));
        let tls = tls(&loaded, &allowed)?;
        let narrows = narrows(tls.as_ref(), &allowed);
        let parts = loaded.serving(ledger, network, Arc::default())?;
        let guard = loaded
            .guard(parts.clone())
            .map_err(|wrong| unusable(&wrong))?;
        let around = palisade_gateway::Parts {
            identity: Some(identity(&parts, listen.address)?),
            unrecorded: parts.unrecorded.clone(),
            authorities: None,
            settings: Settings {
                connections: connections(),
                ..Settings::default()
            },
        };
        let refused = |error: GatewayError| CommandError::usage(error.to_string());
        let gateway = Gateway::new(guard, tls.as_ref(), around).map_err(refused)?;
        let unheard = |address: SocketAddr, error: &dyn std::fmt::Display| {
            CommandError::usage(format!("can't listen on {address}: {error}"))
        };
        let listener = gateway.bind(listen.address).await;
        let listener = listener.map_err(|error| unheard(listen.address, &error))?;
        let at = |listener: &TcpListener| {
            let address = listener.local_addr();
            address.map_err(|error| CommandError::internal(error.to_string()))
        };
        let address = at(&listener)?;
        let admin = match listen.admin {
            None => None,
            Some(admin) => {
                let listener = TcpListener::bind(admin).await;
                let listener = listener.map_err(|error| unheard(admin, &error))?;
                let (serving, address) = (gateway.clone(), at(&listener)?);
                tokio::spawn(async move { serving.serve_admin(listener).await });
                Some(address)
            }
        };
        let serving = gateway.clone();
        tokio::spawn(async move { serving.serve(listener).await });
        Ok(Self {
            gateway,
            parts,
            file: PathBuf::from(&loaded.name),
            seen,
            store: loaded
                .config
                .keys
                .as_ref()
                .map(|keys| loaded.beside(&keys.store)),
            is_plaintext: listen.plaintext,
            narrows,
            address,
            admin,
        })
    }

    pub(super) const fn scheme(&self) -> &'static str {
        match self.is_plaintext {
            true => "http",
            false => "https",
        }
    }

    /// Serves until `stop`, and does meanwhile what is due by itself.
    pub(super) async fn until(mut self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut ticks = tokio::time::interval(TEND);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut told: Vec<String> = Vec::new();
        loop {
            tokio::select! {
                () = &mut stop => break,
                _ = ticks.tick() => {}
            }
            if let Some(changed) = self.changed() {
                self.reload(changed);
            }
            self.narrow(today());
            // The same trouble is told once.
            let mut wrong = self.gateway.tend().err().unwrap_or_default();
            if let Some((ledger, store)) = self.parts.ledger.as_ref().zip(self.store.as_ref()) {
                wrong.extend(take_up(ledger, store).await.err());
            }
            for what in wrong.iter().filter(|what| !told.contains(what)) {
                tell(what);
            }
            told = wrong;
        }
        let cut = self.gateway.stop(GRACE).await;
        if cut > 0 {
            tell(&format!(
                "{cut} connections were cut off after {} s",
                GRACE.as_secs()
            ));
        }
        if let Some(quotas) = &self.parts.quotas
            && let Err(error) = quotas.release()
        {
            tell(&error.to_string());
        }
    }

    /// The stamps of the files that count, where one of them is another one now.
    fn changed(&self) -> Option<Stamps> {
        let now = stamps(self.seen.iter().map(|(path, _)| path.clone()));
        (now != self.seen).then_some(now)
    }

    fn reload(&mut self, now: Stamps) {
        // What is bad now is not tried again before it changes again.
        self.seen = now;
        match self.reloaded() {
            Ok((seen, narrows)) => {
                self.seen = seen;
                self.narrows = narrows;
                tell(&format!("took `{}` anew", self.file.display()));
            }
            Err(error) => {
                tell(&format!(
                    "`{}`, or a file that it names, has changed and can't be taken; what ran before runs on: {error}",
                    self.file.display()
                ));
                // But for what the policy does not allow any more.
                let loaded = Loaded::read(&self.file);
                if loaded.is_ok_and(|loaded| allowed(&loaded).is_err()) {
                    self.narrow_now();
                }
            }
        }
    }

    fn reloaded(&self) -> Result<(Stamps, Option<(Date, Tls)>), CommandError> {
        let loaded = Loaded::read(&self.file).map_err(|wrong| unusable(&wrong))?;
        let allowed = allowed(&loaded)?;
        let seen = stamps(files(&loaded, &allowed));
        let tls = tls(&loaded, &allowed)?;
        let guard = loaded
            .guard(self.parts.clone())
            .map_err(|wrong| unusable(&wrong))?;
        let reloaded = self.gateway.reload(guard, tls.as_ref());
        reloaded.map_err(|error| CommandError::usage(error.to_string()))?;
        Ok((seen, narrows(tls.as_ref(), &allowed)))
    }

    /// Takes TLS 1.3 alone once the exception that let 1.2 in has ended.
    fn narrow(&mut self, today: Date) {
        if self
            .narrows
            .as_ref()
            .is_some_and(|(until, _)| today > *until)
        {
            self.narrow_now();
        }
    }

    fn narrow_now(&mut self) {
        let Some((until, tls)) = self.narrows.take() else {
            return;
        };
        match self.gateway.replace_tls(&tls) {
            Ok(()) => {
                tell("no exception lets TLS 1.2 in any more: TLS 1.3 alone is taken from now on")
            }
            // A moment ago the certificate could be used; it is tried again.
            Err(error) => {
                tell(&format!("TLS 1.2 is taken still: {error}"));
                self.narrows = Some((until, tls));
            }
        }
    }
}

/// Connections that there are file descriptors for, with as many to targets and some for files: what
/// can't be taken is turned away, and does not wait while others hold all of them.
#[expect(clippy::disallowed_methods, reason = "this is the rim")]
fn connections() -> usize {
    // Other systems don't tell.
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let mut lines = limits.lines();
    let line = lines.find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    let room = soft.map_or(CONNECTIONS, |soft| soft.saturating_sub(FILES) / 2);
    room.clamp(1, CONNECTIONS)
}

fn allowed(loaded: &Loaded) -> Result<Allowed, CommandError> {
    floor::allowed(loaded, today()).map_err(|wrong| unusable(&[wrong]))
}

fn narrows(tls: Option<&Tls>, allowed: &Allowed) -> Option<(Date, Tls)> {
    let floor = Floor::Tls13;
    let narrow = tls.map(|tls| Tls {
        floor,
        ..tls.clone()
    });
    allowed.until.zip(narrow)
}

/// The files that a configuration is made of.
fn files(loaded: &Loaded, allowed: &Allowed) -> impl Iterator<Item = PathBuf> {
    let config = &loaded.config;
    let listen = config.listen.iter();
    let tls = listen.flat_map(|listen| listen.certificate.iter().chain(&listen.private_key));
    let contracts = config.contracts.values().map(|contract| match contract {
        ContractFile::OpenApi(file) | ContractFile::Schema(file) => file,
    });
    let trust = config.trust.values();
    let trust = trust.flat_map(|trust| trust.authorities.iter().chain(&trust.revoked));
    let aws = config.aws.iter().map(|aws| &aws.credentials);
    let others = config.policies.iter().chain(&config.grants);
    let named = tls.chain(contracts).chain(trust).chain(aws).chain(others);
    let named = named.map(|name| loaded.beside(name));
    std::iter::once(PathBuf::from(&loaded.name))
        .chain(named)
        .chain(allowed.files.clone())
}

fn stamps(files: impl Iterator<Item = PathBuf>) -> Stamps {
    let each = files.map(|path| {
        let found = std::fs::metadata(&path).ok();
        let stamp = found.and_then(|found| Some((found.len(), found.modified().ok()?)));
        (path, stamp)
    });
    each.collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the rim")]
fn tls(loaded: &Loaded, allowed: &Allowed) -> Result<Option<Tls>, CommandError> {
    let listen = loaded.config.listen.as_ref();
    let pair =
        listen.and_then(|listen| listen.certificate.as_ref().zip(listen.private_key.as_ref()));
    let Some((chain, key)) = pair else {
        return Ok(None);
    };
    let read = |name: &String| {
        let path = loaded.beside(name);
        let read = std::fs::read(&path);
        read.map_err(|error| CommandError::usage(format!("`{}`: {error}", path.display())))
    };
    Ok(Some(Tls {
        chain: read(chain)?,
        key: read(key)?,
        floor: allowed.floor,
    }))
}

/// Who signs what functions are told of a caller: a key that lives as long as the process.
fn identity(parts: &Parts, address: SocketAddr) -> Result<Arc<dyn Identity>, CommandError> {
    let mut random = Zeroizing::new([0; 32]);
    (parts.random.0)(random.as_mut_slice());
    let key = MintingKey::ed25519(&random);
    let key = key.map_err(|error| CommandError::internal(error.to_string()))?;
    let clock = parts.clock.clone();
    let now = move || i64::try_from(clock.now() / 1000).unwrap_or(i64::MAX);
    let minter = Minter::new(format!("https://{address}"), IDENTITY, Vec::new(), key);
    Ok(Arc::new(Minted::new(minter, Arc::new(now))))
}
