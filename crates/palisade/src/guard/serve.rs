//! `palisade guard serve`: the gateway that a configuration describes, until it is told to stop. A
//! changed configuration takes the place of the one before without dropping a connection; a bad one
//! is told, and changes nothing.

use super::book::take_up;
use super::check::{grant_text, now, ready};
use super::fetch::Network;
use super::parts::{Loaded, unusable};
use super::tame;
use crate::cli::PlaceArgs;
use crate::cli::guard::ServeArgs;
use crate::failure::CommandError;
use crate::ledger::{Place, open, show, stopped, tell};
use palisade_authn::{Minter, MintingKey};
use palisade_gateway::{Floor, Gateway, GatewayError, Identity, Minted, Settings, Tls};
use palisade_guard::authorize::Shout;
use palisade_guard::config::ContractFile;
use palisade_guard::{Guard, Parts};
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
/// Tokens that tell a function who calls are valid for so many seconds.
const IDENTITY: u32 = 60;

pub(crate) fn run(arguments: &ServeArgs) -> Result<ExitCode, CommandError> {
    let loaded = Loaded::read(&arguments.config.config).map_err(|wrong| unusable(&wrong))?;
    // All that is wrong is told at once, and before a ledger is begun.
    ready(&loaded).map_err(|wrong| unusable(&wrong))?;
    let runtime = threads()?;
    let stop = stopped(&runtime)?;
    let ledger = opened(&loaded)?;
    let network = Arc::new(Network::new(arguments.ca.as_deref())?);
    runtime.block_on(async {
        let served = Served::start(loaded, ledger.clone(), network).await?;
        let scheme = served.scheme();
        let mut said = format!("guard at {scheme}://{}", served.address);
        if let Some(admin) = served.admin {
            said += &format!(", metrics and health at http://{admin}");
        }
        tell(&said);
        served.grants.iter().for_each(|grant| tell(grant));
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

/// What is told of calls under a break-glass grant, once a second at most for each.
fn used(shout: &Shout) -> String {
    let grant = &shout.grant;
    let (_, _, caller) = grant.caller();
    let (requester, approver) = grant.people();
    tame(&format!(
        "BREAK-GLASS grant `{}` used by `{caller}`: {} calls permitted, {} denied; reason: {}; asked for by {requester}, approved by {approver}, holds until {}",
        grant.id(),
        shout.permitted,
        shout.denied,
        grant.reason(),
        show(grant.until().saturating_mul(1000)),
    ))
}

/// The break-glass grants that hold, or will.
fn given(guard: &Guard) -> Vec<String> {
    let grants = guard.grants().left(now());
    let told = grants.map(|grant| format!("BREAK-GLASS grant {}", grant_text(grant)));
    told.collect()
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
    /// The break-glass grants that were given, as they are told.
    grants: Vec<String>,
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
        let seen = stamps(files(&loaded));
        let tls = tls(&loaded)?;
        let parts = loaded.serving(ledger, network, Arc::default())?;
        let guard = loaded
            .guard(parts.clone())
            .map_err(|wrong| unusable(&wrong))?;
        let grants = given(&guard);
        let around = palisade_gateway::Parts {
            identity: Some(identity(&parts, listen.address)?),
            unrecorded: parts.unrecorded.clone(),
            authorities: None,
            settings: Settings::default(),
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
            grants,
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
            // The same trouble is told once.
            let mut wrong = self.gateway.tend().err().unwrap_or_default();
            if let Some((ledger, store)) = self.parts.ledger.as_ref().zip(self.store.as_ref()) {
                wrong.extend(take_up(ledger, store).await.err());
            }
            for what in wrong.iter().filter(|what| !told.contains(what)) {
                tell(what);
            }
            told = wrong;
            for shout in self.parts.shouts.take() {
                tell(&used(&shout));
            }
        }
        let cut = self.gateway.stop(GRACE).await;
        for shout in self.parts.shouts.take() {
            tell(&used(&shout));
        }
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
            Ok((seen, grants)) => {
                tell(&format!("took `{}` anew", self.file.display()));
                let new = grants.iter().filter(|grant| !self.grants.contains(grant));
                new.for_each(|grant| tell(grant));
                (self.seen, self.grants) = (seen, grants);
            }
            Err(error) => tell(&format!(
                "`{}`, or a file that it names, has changed and can't be taken; what ran before runs on: {error}",
                self.file.display()
            )),
        }
    }

    fn reloaded(&self) -> Result<(Stamps, Vec<String>), CommandError> {
        let loaded = Loaded::read(&self.file).map_err(|wrong| unusable(&wrong))?;
        let seen = stamps(files(&loaded));
        let tls = tls(&loaded)?;
        let guard = loaded
            .guard(self.parts.clone())
            .map_err(|wrong| unusable(&wrong))?;
        let grants = given(&guard);
        let reloaded = self.gateway.reload(guard, tls.as_ref());
        reloaded.map_err(|error| CommandError::usage(error.to_string()))?;
        Ok((seen, grants))
    }
}

/// The files that a configuration is made of.
fn files(loaded: &Loaded) -> impl Iterator<Item = PathBuf> {
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
    std::iter::once(PathBuf::from(&loaded.name)).chain(named.map(|name| loaded.beside(name)))
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
fn tls(loaded: &Loaded) -> Result<Option<Tls>, CommandError> {
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
        floor: Floor::Tls13,
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
