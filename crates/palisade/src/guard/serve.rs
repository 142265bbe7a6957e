//! `palisade guard serve`: the gateway that a configuration describes, until it is told to stop. A
//! changed configuration takes the place of the one before without dropping a connection; a bad one
//! is told, and changes nothing.

use super::book::take_up;
use super::check::{grant_text, now, ready, unreachable};
use super::fetch::Network;
use super::floor::{self, Allowed};
use super::parts::{Loaded, policy_files, unusable};
use super::tame;
use crate::cli::PlaceArgs;
use crate::cli::guard::ServeArgs;
use crate::failure::CommandError;
use crate::ledger::{Place, open, show, stopped, tell, wait};
use crate::scan::today;
use palisade_authn::{Minter, MintingKey};
use palisade_core::Date;
use palisade_gateway::settings::CONNECTIONS;
use palisade_gateway::{Floor, Gateway, GatewayError, Identity, Minted, Settings, Tls};
use palisade_guard::authorize::{Grant, Shout};
use palisade_guard::config::{Config, ContractFile};
use palisade_guard::{Guard, Parts, Trouble};
use palisade_ledger::Ledger;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
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
    let (loaded, seen) = read(&arguments.config.config)?;
    // All that is wrong is told at once, and before a ledger is begun.
    ready(&loaded).map_err(|wrong| unusable(&wrong))?;
    if let Some(doubt) = unreachable(&loaded) {
        tell(&format!("warning: {doubt}"));
    }
    let runtime = threads()?;
    let stop = stopped(&runtime)?;
    let ledger = opened(&loaded)?;
    let network = Arc::new(Network::new(arguments.ca.as_deref())?);
    let unrecorded = runtime.block_on(async {
        let mut served = Served::start(loaded, seen, ledger.clone(), network).await?;
        let hangup = signal(SignalKind::hangup());
        served.hangup = Some(hangup.map_err(|error| CommandError::internal(error.to_string()))?);
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
        let unrecorded = served.parts.unrecorded.clone();
        served.grants.iter().for_each(tell_given);
        served.until(stop).await;
        Ok::<_, CommandError>(unrecorded)
    })?;
    // What still ran is recorded as it is dropped. A look-up of a name that hangs must not keep the
    // process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    let signed = wait(ledger.checkpoint());
    let lost = ledger.lost() + unrecorded.load(Ordering::Relaxed);
    drop(ledger);
    match signed {
        Ok(_) => {
            tell("stopped");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(CommandError::internal(format!(
            "stopped; {lost} records were not written: {error}"
        ))),
    }
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

/// The break-glass grants that hold, or will. Those that were not there before are on record first.
async fn given(guard: &Guard, before: &[Grant]) -> Result<Vec<Grant>, CommandError> {
    let grants: Vec<Grant> = guard.grants().left(now()).cloned().collect();
    for grant in grants.iter().filter(|grant| !before.contains(grant)) {
        guard.record_given(grant).await.map_err(|_| {
            CommandError::internal(format!("grant `{}` can't be recorded", grant.id()))
        })?;
    }
    Ok(grants)
}

/// The grants that held still, and that nobody gives any more.
fn withdrawn<'a>(before: &'a [Grant], grants: &[Grant]) -> impl Iterator<Item = &'a Grant> {
    let held = before.iter().filter(|grant| grant.until() > now());
    held.filter(|grant| !grants.contains(grant))
}

fn tell_given(grant: &Grant) {
    tell(&format!("BREAK-GLASS grant {}", grant_text(grant)));
}

/// Files, and what tells one version of them from the next.
pub(super) type Stamps = Vec<(PathBuf, Option<(u64, SystemTime)>)>;

/// A configuration, and the files that it is made of. What tells their versions is looked at before
/// they are read: what changes meanwhile is seen later.
pub(super) fn read(file: &Path) -> Result<(Loaded, Stamps), CommandError> {
    let own = stamp(file.to_path_buf());
    let loaded = Loaded::read(file).map_err(|wrong| unusable(&wrong))?;
    let mut seen = vec![own];
    seen.extend(named(&loaded).map(stamp));
    Ok((loaded, seen))
}

/// A gateway that runs.
pub(super) struct Served {
    gateway: Gateway,
    parts: Parts,
    /// What it began with: some of it can't be changed before the next start.
    began: Config,
    file: PathBuf,
    seen: Stamps,
    /// The store of API keys: what was done to it while the ledger was ours is taken up.
    store: Option<PathBuf>,
    is_plaintext: bool,
    /// Asks for the configuration to be taken anew; without it that signal ends the process.
    hangup: Option<Signal>,
    /// The break-glass grants that were given, and are on record and told.
    grants: Vec<Grant>,
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
        mut seen: Stamps,
        ledger: Ledger,
        network: Arc<Network>,
    ) -> Result<Self, CommandError> {
        let listen = loaded.config.listen.as_ref().ok_or_else(|| {
            CommandError::usage(format!(
                "`{}` has no [listen]: it says which events may come, and nothing about callers",
                loaded.name
            ))
        })?;
        let allowed = allowed(&loaded, &mut seen)?;
        let tls = tls(&loaded, &allowed)?;
        let narrows = narrows(tls.as_ref(), &allowed);
        let parts = loaded.serving(ledger, network)?;
        let guard = loaded
            .guard(parts.clone())
            .map_err(|wrong| unusable(&wrong))?;
        seen.extend(referred(&loaded, &guard));
        let grants = given(&guard, &[]).await?;
        let identity = identity(&parts, listen.url_at(listen.address))?;
        let around = palisade_gateway::Parts {
            identity: Some(identity.clone() as Arc<dyn Identity>),
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
        // The port is known now, where any would do.
        identity.change(|minter| minter.issued_by(listen.url_at(address)));
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
            began: loaded.config.clone(),
            file: PathBuf::from(&loaded.name),
            seen,
            store: store(&loaded),
            is_plaintext: listen.plaintext,
            hangup: None,
            grants,
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
        let mut told = BTreeSet::new();
        loop {
            let asked = async {
                match &mut self.hangup {
                    Some(hangup) => drop(hangup.recv().await),
                    None => std::future::pending().await,
                }
            };
            let is_asked = tokio::select! {
                () = &mut stop => break,
                () = asked => true,
                _ = ticks.tick() => false,
            };
            let now = self.now();
            let is_new = (is_asked || now != self.seen) && self.reload(now).await;
            let mut troubles = self.gateway.guard().tend();
            troubles.extend(self.gateway.troubles());
            if let Some((ledger, store)) = self.parts.ledger.as_ref().zip(self.store.as_ref())
                && let Err(what) = take_up(ledger, store).await
            {
                let about = "events beside the store of API keys".to_owned();
                troubles.push(Trouble { about, what });
            }
            self.narrow(today());
            if is_new {
                // What is asked anew is not well again for that.
                told.retain(|about| troubles.iter().any(|trouble| trouble.about == *about));
            }
            told = tell_changes(&told, troubles);
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

    /// The files that count, as they are now.
    fn now(&self) -> Stamps {
        let files = self.seen.iter().map(|(path, _)| path.clone());
        files.map(stamp).collect()
    }

    /// Takes the configuration anew; whether it was taken.
    async fn reload(&mut self, now: Stamps) -> bool {
        // What is bad now is not tried again before it changes again.
        self.seen = now;
        let name = self.file.display().to_string();
        match self.reloaded().await {
            Ok(grants) => {
                tell(&format!("took `{name}` anew"));
                let new = grants.iter().filter(|grant| !self.grants.contains(grant));
                new.for_each(tell_given);
                for grant in withdrawn(&self.grants, &grants) {
                    let id = tame(&grant.id());
                    tell(&format!("BREAK-GLASS grant `{id}` was withdrawn"));
                    // It does not hold any more, whether that can be recorded or not.
                    let recorded = self.gateway.guard().record_withdrawn(grant).await;
                    if recorded.is_err() {
                        tell(&format!(
                            "that grant `{id}` was withdrawn can't be recorded"
                        ));
                    }
                }
                self.grants = grants;
                true
            }
            Err(error) => {
                tell(&format!(
                    "`{name}`, or a file that it names, can't be taken; what ran before runs on: {error}"
                ));
                // But for what the policy does not allow any more.
                let loaded = Loaded::read(&self.file);
                if loaded.is_ok_and(|loaded| floor::allowed(&loaded, today()).is_err()) {
                    self.narrow_now();
                }
                false
            }
        }
    }

    async fn reloaded(&mut self) -> Result<Vec<Grant>, CommandError> {
        let (loaded, mut seen) = read(&self.file)?;
        let allowed = allowed(&loaded, &mut seen);
        // Should it not be taken: what has to be mended may be in any of them.
        self.seen
            .retain(|(path, _)| !seen.iter().any(|(new, _)| new == path));
        self.seen.extend(seen.iter().cloned());
        let allowed = allowed?;
        let tls = tls(&loaded, &allowed)?;
        let before = self.gateway.guard();
        let guard = loaded.guard_after(&before);
        let guard = guard.map_err(|wrong| unusable(&wrong))?;
        let later = later(&self.began, guard.config());
        let grants = given(&guard, &self.grants).await?;
        seen.extend(referred(&loaded, &guard));
        let reloaded = self.gateway.reload(guard, tls.as_ref());
        reloaded.map_err(|error| CommandError::usage(error.to_string()))?;
        self.seen = seen;
        self.store = store(&loaded);
        self.narrows = narrows(tls.as_ref(), &allowed);
        if !later.is_empty() {
            let later = later.join(", ");
            tell(&format!(
                "of what has changed, {later} will be taken at the next start"
            ));
        }
        Ok(grants)
    }

    /// Takes TLS 1.3 alone once the exception that let 1.2 in has ended.
    fn narrow(&mut self, today: Date) {
        let ends = |(until, _): &(Date, Tls)| today > *until;
        if self.narrows.as_ref().is_some_and(ends) {
            self.narrow_now();
        }
    }

    fn narrow_now(&mut self) {
        let Some((until, tls)) = self.narrows.take() else {
            return;
        };
        match self.gateway.replace_tls(&tls) {
            Ok(()) => {
                tell("no exception lets TLS 1.2 in any more: TLS 1.3 alone is taken from now on");
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

/// What the policy allows of TLS; its files are looked at from now on.
fn allowed(loaded: &Loaded, seen: &mut Stamps) -> Result<Allowed, CommandError> {
    let allowed = || floor::allowed(loaded, today()).map_err(|wrong| unusable(&[wrong]));
    seen.extend(allowed()?.files.into_iter().map(stamp));
    // What changes from here on is seen.
    allowed()
}

fn narrows(tls: Option<&Tls>, allowed: &Allowed) -> Option<(Date, Tls)> {
    let floor = Floor::Tls13;
    let narrow = tls.map(|tls| Tls {
        floor,
        ..tls.clone()
    });
    allowed.until.zip(narrow)
}

/// Tells of what does not work any more, and of what works again; gives what does not work.
fn tell_changes(told: &BTreeSet<String>, troubles: Vec<Trouble>) -> BTreeSet<String> {
    let mut now = BTreeSet::new();
    for Trouble { about, what } in troubles {
        if !told.contains(&about) {
            tell(&format!("{about}: {what}"));
        }
        now.insert(about);
    }
    for about in told.difference(&now) {
        tell(&format!("{about}: well again"));
    }
    now
}

/// What of a configuration a gateway that runs can't take.
fn later(before: &Config, now: &Config) -> Vec<&'static str> {
    let listen = |config: &Config| {
        let listen = config.listen.as_ref();
        listen.map(|listen| (listen.address, listen.admin))
    };
    let url = |config: &Config| config.listen.as_ref().and_then(|listen| listen.url.clone());
    let different = [
        ("the addresses of [listen]", listen(before) != listen(now)),
        ("`url` of [listen]", url(before) != url(now)),
        ("[ledger]", before.ledger != now.ledger),
        ("the file of quotas", before.quotas != now.quotas),
    ];
    let different = different.into_iter().filter(|(_, differs)| *differs);
    different.map(|(what, _)| what).collect()
}

/// The store of API keys.
fn store(loaded: &Loaded) -> Option<PathBuf> {
    let keys = loaded.config.keys.as_ref()?;
    Some(loaded.beside(&keys.store))
}

/// The files that a configuration names, but for stores, which are looked at otherwise.
fn named(loaded: &Loaded) -> impl Iterator<Item = PathBuf> {
    let config = &loaded.config;
    let listen = config.listen.iter();
    let tls = listen.flat_map(|listen| listen.certificate.iter().chain(&listen.private_key));
    let contracts = config.contracts.values().map(|contract| match contract {
        ContractFile::OpenApi(file) | ContractFile::Schema(file) => file,
    });
    let trust = config.trust.values();
    let trust = trust.flat_map(|trust| trust.authorities.iter().chain(&trust.revoked));
    let issuers = config.issuers.values().flat_map(|issuer| {
        let keys = issuer.keys.iter().filter(|place| !place.contains("://"));
        let introspection = issuer.introspection.iter();
        keys.chain(introspection.map(|place| &place.secret_file))
    });
    let aws = config.aws.iter().map(|aws| &aws.credentials);
    let others = config.policies.iter().chain(&config.grants);
    let named = tls.chain(contracts).chain(trust).chain(issuers);
    let named = named.chain(aws).chain(others);
    let policy = config.keys.iter();
    let policy = policy.flat_map(|keys| policy_files(&loaded.beside(&keys.store)));
    named.map(|name| loaded.beside(name)).chain(policy)
}

/// The files that contracts of a configuration refer to.
fn referred(loaded: &Loaded, guard: &Guard) -> Stamps {
    let files = guard.referred().map(|name| loaded.beside(name));
    files.map(stamp).collect()
}

fn stamp(path: PathBuf) -> (PathBuf, Option<(u64, SystemTime)>) {
    let found = std::fs::metadata(&path).ok();
    let stamp = found.and_then(|found| Some((found.len(), found.modified().ok()?)));
    (path, stamp)
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
fn identity(parts: &Parts, url: String) -> Result<Arc<Minted>, CommandError> {
    let mut random = Zeroizing::new([0; 32]);
    (parts.random.0)(random.as_mut_slice());
    let key = MintingKey::ed25519(&random);
    let key = key.map_err(|error| CommandError::internal(error.to_string()))?;
    let clock = parts.clock.clone();
    let now = move || i64::try_from(clock.now() / 1000).unwrap_or(i64::MAX);
    let minter = Minter::new(url, IDENTITY, Vec::new(), key);
    Ok(Arc::new(Minted::new(minter, Arc::new(now))))
}
