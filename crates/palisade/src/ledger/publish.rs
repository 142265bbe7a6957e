//! `palisade ledger publish`, and the same beside `append`: checkpoints go to a file, a URL and
//! witnesses, from what is in the folder. What fails is told and tried again; nobody waits for it.

use super::place::Place;
use super::tell;
use crate::cli::PublishArgs;
use crate::failure::CommandError;
use crate::settings;
use palisade_cloud::{Client, Options};
use palisade_ledger::{Parts, PublishError, Submission, Turn, fork, join, last_checkpoint};
use palisade_policy::LedgerPublish;
use palisade_tlog::{SignedCheckpoint, WitnessKey};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// So long `append` waits at its end for what it signed last to be published.
const LAST: Duration = Duration::from_secs(15);
/// So long anybody may take who is asked.
const ANSWER: Duration = Duration::from_secs(5);
/// The first time that is waited after a failure, and how long that grows.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Only one process publishes at a time.
const LOCK: &str = "publish.lock";

/// Exit code 1 says that a witness or the published file contradicts the ledger.
pub(crate) fn run(arguments: &PublishArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let target = Target::configured(&place)?.ok_or_else(|| {
        CommandError::usage(
            "nothing says where checkpoints go: write `[ledger.publish]` with `file`, `url` or `witnesses` into the `palisade.toml` beside the ledger",
        )
    })?;
    let mut publisher = Publisher::new(place.dir(), place.existing()?, target);
    let runtime = runtime()?;
    if !arguments.once {
        if let Some(every) = arguments.every {
            publisher.target.every = Duration::from_secs(every);
        }
        let stop = stopped(&runtime)?;
        runtime.block_on(publisher.keep_up(stop));
        runtime.shutdown_background();
        return Ok(ExitCode::SUCCESS);
    }
    let troubles = runtime.block_on(publisher.round());
    // A look-up of a name that hangs must not keep the process.
    runtime.shutdown_background();
    if troubles.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let message = lines(&troubles);
    Err(match troubles.iter().any(|trouble| trouble.contradiction) {
        true => CommandError::unverified(message),
        false => CommandError::internal(message),
    })
}

/// What runs requests: one thread is enough.
pub(super) fn runtime() -> Result<Runtime, CommandError> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| CommandError::internal(format!("no runtime for requests: {error}")))
}

/// Is ready when somebody asks the process to end.
pub(crate) fn stopped(runtime: &Runtime) -> Result<impl Future<Output = ()> + use<>, CommandError> {
    let _in = runtime.enter();
    let on = |kind| signal(kind).map_err(|error| CommandError::internal(error.to_string()));
    let (mut interrupt, mut end) = (on(SignalKind::interrupt())?, on(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = end.recv() => {}
        }
    })
}

/// Where checkpoints go.
pub(super) struct Target {
    every: Duration,
    file: Option<PathBuf>,
    url: Option<String>,
    witnesses: Vec<(String, WitnessKey)>,
    client: Client,
}

impl Target {
    /// What the configuration beside a ledger says, which need not be there yet.
    pub(super) fn configured(place: &Place<'_>) -> Result<Option<Self>, CommandError> {
        let dir = place.dir();
        let dir = dir.canonicalize().or_else(|_| std::path::absolute(dir));
        let dir = dir.map_err(|error| CommandError::usage(error.to_string()))?;
        let above = dir.parent().unwrap_or(&dir);
        let Some((config, folder)) = settings::config_in(above)? else {
            return Ok(None);
        };
        config
            .ledger
            .publish
            .map(|p| Self::new(p, &folder))
            .transpose()
    }

    fn new(publish: LedgerPublish, folder: &Path) -> Result<Self, CommandError> {
        let wrong = |what: String| CommandError::usage(format!("`[ledger.publish]`: {what}"));
        let read = |file: String| {
            let path = folder.join(file);
            #[expect(clippy::disallowed_methods, reason = "this is the rim")]
            let read = fs::read(&path);
            read.map_err(|error| wrong(format!("`{}`: {error}", path.display())))
        };
        let options = Options {
            ca: publish.ca.map(read).transpose()?,
            timeout: ANSWER,
            ..Options::default()
        };
        let client = Client::new(options).map_err(|error| wrong(error.to_string()))?;
        let mut witnesses = Vec::new();
        for witness in publish.witnesses {
            let key = witness.key.parse().map_err(|error| {
                wrong(format!(
                    "`{}` is not the verifier key of a witness ({error}); `palisade ledger witness` prints it",
                    witness.key
                ))
            })?;
            witnesses.push((witness.url, key));
        }
        Ok(Self {
            every: Duration::from_secs(publish.every),
            file: publish.file.map(|file| folder.join(file)),
            url: publish.url,
            witnesses,
            client,
        })
    }
}

/// What kept something from being published.
#[derive(PartialEq, Eq)]
struct Trouble {
    message: String,
    /// Whether what is published already says something else than the ledger.
    contradiction: bool,
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self {
            message,
            contradiction: false,
        }
    }
}

impl From<PublishError> for Trouble {
    fn from(error: PublishError) -> Self {
        Self {
            contradiction: error.is_contradiction(),
            message: error.to_string(),
        }
    }
}

fn lines(troubles: &[Trouble]) -> String {
    let lines: Vec<_> = troubles
        .iter()
        .map(|t| format!("not published: {}", t.message))
        .collect();
    lines.join("\n")
}

/// Publishes what is in a folder.
pub(super) struct Publisher {
    dir: PathBuf,
    parts: Parts,
    target: Target,
    /// What was posted last.
    posted: Option<String>,
}

impl Publisher {
    pub(super) fn new(dir: &Path, parts: Parts, target: Target) -> Self {
        Self {
            dir: dir.to_owned(),
            parts,
            target,
            posted: None,
        }
    }

    /// Publishes again and again, until `stop` is ready.
    async fn keep_up(&mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let (mut told, mut pause) = (Vec::new(), Duration::ZERO);
        let every = self.target.every;
        loop {
            let troubles = tokio::select! {
                () = &mut stop => return,
                troubles = self.round() => troubles,
            };
            if troubles != told {
                tell(&match troubles.is_empty() {
                    true => "published again".to_owned(),
                    false => format!("{}; it is tried again", lines(&troubles)),
                });
            }
            pause = match pause * 2 {
                _ if troubles.is_empty() => Duration::ZERO,
                Duration::ZERO => every.min(FIRST_PAUSE),
                longer => longer.min(every.max(LONGEST_PAUSE)),
            };
            told = troubles;
            let wait = if pause.is_zero() { every } else { pause };
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Publishes the last checkpoint everywhere, where that was not done; what went wrong.
    async fn round(&mut self) -> Vec<Trouble> {
        let checkpoint = match last_checkpoint(&self.parts) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return vec![Trouble::from(error.to_string())],
        };
        let _lock = match lock(&self.dir) {
            Ok(lock) => lock,
            Err(trouble) => return vec![trouble.into()],
        };
        let (mut note, mut troubles) = (checkpoint.clone(), Vec::new());
        for (url, key) in &self.target.witnesses {
            match self.witness(&checkpoint, url, key).await {
                Ok(witnessed) => join(&mut note, &witnessed),
                Err(trouble) => troubles.push(trouble),
            }
        }
        if let Some(path) = &self.target.file
            && let Err(trouble) = replace(path, &note, &self.parts)
        {
            troubles.push(trouble);
        }
        let text = note.to_string();
        if let Some(url) = &self.target.url
            && self.posted.as_ref() != Some(&text)
        {
            match self.post(url, text.clone()).await {
                Ok(()) => self.posted = Some(text),
                Err(trouble) => troubles.push(trouble.into()),
            }
        }
        troubles
    }

    async fn witness(
        &self,
        checkpoint: &SignedCheckpoint,
        url: &str,
        key: &WitnessKey,
    ) -> Result<SignedCheckpoint, Trouble> {
        let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        let begun = Submission::begin(&self.parts, checkpoint.clone(), key.clone());
        let (mut submission, mut turn) = begun?;
        loop {
            let body = match turn {
                Turn::Done(witnessed) => return Ok(witnessed),
                Turn::Ask(body) => body,
            };
            let answer = self.target.client.post(&url, "text/plain", body, &[]).await;
            let answer = answer.map_err(|error| error.to_string())?;
            let kind = answer.header("content-type");
            turn = submission.answered(answer.status, kind, &answer.body)?;
        }
    }

    async fn post(&self, url: &str, text: String) -> Result<(), String> {
        const TYPE: &str = "text/plain; charset=utf-8";
        let answer = self.target.client.post(url, TYPE, text, &[]).await;
        let status = answer.map_err(|error| error.to_string())?.status;
        if (200..300).contains(&status) {
            return Ok(());
        }
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        Err(format!("`{shown}` answers with status {status}"))
    }
}

/// Keeps others from publishing meanwhile; a folder that nobody can write has no need of that.
fn lock(dir: &Path) -> Result<Option<File>, String> {
    let path = dir.join(LOCK);
    let failed = |error: &io::Error| format!("`{}`: {error}", path.display());
    let mut options = File::options();
    let file = match options.write(true).create(true).truncate(false).open(&path) {
        Ok(file) => file,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(failed(&error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err("another process is publishing".to_owned()),
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

/// Puts a checkpoint in the place of the last one, unless that tells of a longer history or of
/// another one.
fn replace(path: &Path, note: &SignedCheckpoint, parts: &Parts) -> Result<(), Trouble> {
    let shown = path.display();
    #[expect(clippy::disallowed_methods, reason = "this is the rim")]
    let there = fs::read(path).unwrap_or_default();
    if there == note.to_string().as_bytes() {
        return Ok(());
    }
    if let Ok(there) = SignedCheckpoint::open(&there, &parts.signer.key().clone().into()) {
        let (old, new) = (there.tree(), note.tree());
        let forked = || matches!(fork(parts, std::slice::from_ref(&there)), Ok(Some(_)));
        if old.size > new.size || forked() {
            return Err(Trouble {
                message: format!(
                    "`{shown}` has a checkpoint of {} events that this ledger of {} does not continue: it stays as it is",
                    old.size, new.size
                ),
                contradiction: true,
            });
        }
    }
    let write = || -> io::Result<()> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.new", std::process::id()));
        let mut file = File::create(&beside)?;
        file.write_all(note.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| format!("`{shown}`: {error}").into())
}

/// Publishing beside a process that appends.
pub(super) struct Beside {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Beside {
    pub(super) fn begin(mut publisher: Publisher) -> Result<Self, CommandError> {
        let runtime = runtime()?;
        let (stop, stopped) = oneshot::channel::<()>();
        #[expect(
            clippy::disallowed_methods,
            reason = "appending does not wait for networks"
        )]
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let stopped = async {
                    let _ = stopped.await;
                };
                publisher.keep_up(stopped).await;
                let last = tokio::time::timeout(LAST, publisher.round()).await;
                match last {
                    Ok(troubles) if troubles.is_empty() => {}
                    Ok(troubles) => tell(&lines(&troubles)),
                    Err(_) => tell("not published: it takes too long; `palisade ledger publish --once` does it"),
                }
            });
            runtime.shutdown_background();
        });
        Ok(Self { stop, thread })
    }

    /// Publishes what was signed last, within a time.
    pub(super) fn end(self) {
        drop(self.stop);
        let _ = self.thread.join();
    }
}
