//! `palisade guard serve`: the gateway that a configuration describes, until it is told to stop. A
//! changed configuration takes the place of the one before without dropping a connection; a bad one
//! is told, and changes nothing.

use super::{parts, problems};
use crate::cli::GuardServeArgs;
use crate::failure::CommandError;
use crate::ledger::{self, tell};
use crate::output;
use palisade_authn::{Minter, MintingKey};
use palisade_gateway::{Floor, Gateway, Identity, Minted, Settings, Tls};
use palisade_guard::config::{Config, ContractFile, Listen};
use palisade_guard::{Guard, Parts};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// What runs when the gateway is told to stop may go on for so long.
const GRACE: Duration = Duration::from_secs(30);
/// How often changed files are looked for, keys are read again and quotas are written down.
const TEND: Duration = Duration::from_secs(1);
/// Tokens that tell a function who calls are valid for so many seconds.
const IDENTITY: u32 = 60;

pub(crate) fn run(arguments: &GuardServeArgs) -> Result<ExitCode, CommandError> {
    let file = arguments.config.as_path();
    let config = parts::read(file)?;
    let listen = config.listen.clone().ok_or_else(|| {
        CommandError::usage(format!(
            "`{}` has no [listen]: it says what events may come, and nothing about callers",
            file.display()
        ))
    })?;
    let runtime = parts::runtime()?;
    let stop = ledger::stopped(&runtime)?;
    let opened = parts::ledger(&config, file)?;
    let guard_parts = parts::parts(&config, file, Some(opened.clone()), parts::Network::Used)?;
    runtime.block_on(async {
        let served = Served::start(file, config, &listen, guard_parts).await?;
        let scheme = if listen.plaintext { "http" } else { "https" };
        let mut said = format!("guard at {scheme}://{}", served.address);
        if let Some(admin) = served.admin {
            said += &format!(", metrics and health at http://{admin}");
        }
        tell(&said);
        output::write(None, &format!("{scheme}://{}\n", served.address))?;
        served.until(stop).await;
        Ok::<_, CommandError>(())
    })?;
    // The last receipts and a checkpoint are written as it goes.
    drop(opened);
    tell("stopped; every decision is on record");
    Ok(ExitCode::SUCCESS)
}

/// A gateway that runs.
pub(super) struct Served {
    gateway: Gateway,
    parts: Parts,
    file: PathBuf,
    seen: Vec<(PathBuf, Option<(u64, SystemTime)>)>,
    /// Where callers come in.
    pub(super) address: std::net::SocketAddr,
    /// Where metrics are.
    pub(super) admin: Option<std::net::SocketAddr>,
}

impl Served {
    pub(super) async fn start(
        file: &Path,
        config: Config,
        listen: &Listen,
        parts: Parts,
    ) -> Result<Self, CommandError> {
        let seen = stamps(&files(file, &config));
        let tls = tls(file, listen)?;
        let guard = Guard::new(config, parts.clone()).map_err(|found| problems(&found))?;
        let gateway = Gateway::new(
            guard,
            tls.as_ref(),
            palisade_gateway::Parts {
                identity: Some(identity(&parts, listen)?),
                unrecorded: parts.unrecorded.clone(),
                authorities: None,
                settings: Settings::default(),
            },
        );
        let gateway = gateway.map_err(|error| CommandError::usage(error.to_string()))?;
        let listener = gateway.bind(listen.address).await.map_err(|error| {
            CommandError::usage(format!("can't listen on {}: {error}", listen.address))
        })?;
        let unheard = |error: std::io::Error| CommandError::internal(error.to_string());
        let address = listener.local_addr().map_err(unheard)?;
        let admin = match listen.admin {
            None => None,
            Some(admin) => {
                let listener = tokio::net::TcpListener::bind(admin)
                    .await
                    .map_err(|error| {
                        CommandError::usage(format!("can't listen on {admin}: {error}"))
                    })?;
                let address = listener.local_addr().map_err(unheard)?;
                let serving = gateway.clone();
                tokio::spawn(async move { serving.serve_admin(listener).await });
                Some(address)
            }
        };
        let serving = gateway.clone();
        tokio::spawn(async move { serving.serve(listener).await });
        Ok(Self {
            gateway,
            parts,
            file: file.to_path_buf(),
            seen,
            address,
            admin,
        })
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
            let wrong = self.gateway.tend().err().unwrap_or_default();
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
    fn changed(&self) -> Option<Vec<(PathBuf, Option<(u64, SystemTime)>)>> {
        let files: Vec<PathBuf> = self.seen.iter().map(|(path, _)| path.clone()).collect();
        let now = stamps(&files);
        (now != self.seen).then_some(now)
    }

    fn reload(&mut self, now: Vec<(PathBuf, Option<(u64, SystemTime)>)>) {
        // What is bad now is not tried again before it changes again.
        self.seen = now;
        let file = self.file.clone();
        let reloaded = || -> Result<Vec<PathBuf>, CommandError> {
            let config = parts::read(&file)?;
            let files = files(&file, &config);
            let listen = config.listen.clone();
            let tls = listen
                .as_ref()
                .map(|listen| tls(&file, listen))
                .transpose()?
                .flatten();
            let guard = Guard::new(config, self.parts.clone()).map_err(|found| problems(&found))?;
            let reloaded = self.gateway.reload(guard, tls.as_ref());
            reloaded.map_err(|error| CommandError::usage(error.to_string()))?;
            Ok(files)
        };
        match reloaded() {
            Ok(files) => {
                self.seen = stamps(&files);
                tell(&format!("took `{}` anew", file.display()));
            }
            Err(error) => tell(&format!(
                "`{}` has changed and can't be taken; what ran before runs on: {error}",
                file.display()
            )),
        }
    }
}

/// The files that a configuration is made of.
fn files(file: &Path, config: &Config) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
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
    std::iter::once(file.to_path_buf())
        .chain(named.map(|name| folder.join(name)))
        .collect()
}

fn stamps(files: &[PathBuf]) -> Vec<(PathBuf, Option<(u64, SystemTime)>)> {
    let each = files.iter().map(|path| {
        let found = std::fs::metadata(path).ok();
        let stamp = found.and_then(|found| Some((found.len(), found.modified().ok()?)));
        (path.clone(), stamp)
    });
    each.collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the rim")]
fn tls(file: &Path, listen: &Listen) -> Result<Option<Tls>, CommandError> {
    let (Some(chain), Some(key)) = (&listen.certificate, &listen.private_key) else {
        return Ok(None);
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    let read = |name: &String| {
        let path = folder.join(name);
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
fn identity(parts: &Parts, listen: &Listen) -> Result<Arc<dyn Identity>, CommandError> {
    let mut random = Zeroizing::new([0; 32]);
    (parts.random.0)(random.as_mut_slice());
    let key = MintingKey::ed25519(&random);
    let key = key.map_err(|error| CommandError::internal(error.to_string()))?;
    let issuer = format!("https://{}", listen.address);
    let clock = parts.clock.clone();
    let now = move || i64::try_from(clock.now() / 1000).unwrap_or(i64::MAX);
    let minter = Minter::new(issuer, IDENTITY, Vec::new(), key);
    Ok(Arc::new(Minted::new(minter, Arc::new(now))))
}
