//! A witness for other ledgers: what it has cosigned lasts before a cosignature is given out, so
//! that it never cosigns two histories, whenever it is killed.

use crate::clock::Clock;
use crate::disk::{self, Disk, Folder, Held, Lock};
use crate::error::LedgerError;
use crate::keys::KeyFileError;
use crate::keys::file::{disk_error, place};
use crate::sign;
use crate::store::random;
use palisade_tlog::{Hash, Log, Origin, Refusal, Timestamp, Witness, WitnessSecret};
use std::fmt;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// What a witness answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status of the HTTP answer.
    pub status: u16,
    /// The type of its body.
    pub content_type: &'static str,
    /// Its body.
    pub body: String,
    /// What the operator of the witness should know.
    pub alarm: Option<String>,
}

/// A witness with a memory that lasts.
pub struct WitnessStore {
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    secret: WitnessSecret,
    state: Mutex<State>,
}

struct State {
    witness: Witness,
    /// After a failed write nobody knows what lasts.
    stopped: bool,
    /// No other process uses the folder.
    _held: Box<dyn Held>,
}

impl fmt::Debug for WitnessStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessStore")
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

impl WitnessStore {
    /// Takes up what the witness knows of the logs that it serves.
    ///
    /// # Errors
    /// When another process uses the folder, or what is there is not what was written.
    pub fn open(
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
        secret: WitnessSecret,
        logs: Vec<Log>,
    ) -> Result<Self, LedgerError> {
        let held = match disk.lock().map_err(LedgerError::disk("writing", "lock"))? {
            Lock::Taken(held) => held,
            Lock::Busy(process) => return Err(LedgerError::Locked { process }),
        };
        let mut witness = Witness::new(logs.clone());
        for Log { origin, .. } in logs {
            let path = path(&origin, "checkpoint");
            match disk::read(&*disk, &path, sign::LIMIT) {
                Ok(note) => witness.restore(&note).map_err(|_| LedgerError::Foreign {
                    path: path.clone(),
                    what: "is not a checkpoint that this log has signed: the witness can't know any more what it cosigned",
                })?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(LedgerError::disk("reading", &path)(error)),
            }
        }
        Ok(Self {
            disk,
            clock,
            secret,
            state: Mutex::new(State {
                witness,
                stopped: false,
                _held: held,
            }),
        })
    }

    /// Answers a request for a cosignature.
    pub fn add_checkpoint(&self, body: &[u8]) -> Reply {
        // INVARIANT: nothing below panics while the state is changed.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return trouble(None);
        }
        match self.cosign(&mut state, body) {
            Ok(body) => Reply {
                status: 200,
                content_type: "text/plain; charset=utf-8",
                body,
                alarm: None,
            },
            Err(Failed::Refused(refusal)) => self.refused(&refusal),
            Err(Failed::Trouble(what, stop)) => {
                state.stopped = stop;
                trouble(Some(what))
            }
        }
    }

    fn cosign(&self, state: &mut State, body: &[u8]) -> Result<String, Failed> {
        let accepted = state.witness.judge(body)?;
        let path = path(accepted.checkpoint().origin(), "checkpoint");
        let time = Timestamp::new(self.clock.now() / 1000);
        let time = time.ok_or_else(|| Failed::Trouble("the clock stands at 1970".into(), false))?;
        let cosigned = accepted.cosign(&self.secret, time);
        let cosigned = cosigned.map_err(|error| Failed::Trouble(error.to_string(), false))?;
        let note = cosigned.checkpoint().to_string();
        disk::replace(&*self.disk, &path, note.as_bytes()).map_err(|error| {
            let what = format!(
                "writing `{path}`: {error}; nothing is cosigned any more until the witness is started again"
            );
            Failed::Trouble(what, true)
        })?;
        Ok(state.witness.record(cosigned)?)
    }

    fn refused(&self, refusal: &Refusal) -> Reply {
        let alarm = match refusal {
            Refusal::Inconsistent { checkpoint, .. } => {
                let path = path(checkpoint.origin(), "refused");
                let kept = disk::replace(&*self.disk, &path, checkpoint.to_string().as_bytes());
                Some(format!(
                    "the log `{}` has signed a tree of {} events that was not shown to continue what was cosigned{}",
                    checkpoint.origin(),
                    checkpoint.tree().size,
                    match kept {
                        Ok(()) => format!("; it is kept in `{path}`"),
                        Err(error) => format!("; it can't be kept: {error}"),
                    }
                ))
            }
            _ => None,
        };
        Reply {
            status: refusal.status(),
            content_type: refusal.content_type(),
            body: refusal.body(),
            alarm,
        }
    }
}

enum Failed {
    Refused(Refusal),
    /// What happened, and whether nothing may be cosigned any more.
    Trouble(String, bool),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn trouble(alarm: Option<String>) -> Reply {
    Reply {
        status: 500,
        content_type: "text/plain; charset=utf-8",
        body: "the witness is in trouble\n".to_owned(),
        alarm,
    }
}

/// A file about a log: origins have characters that names of files can't.
fn path(origin: &Origin, what: &str) -> String {
    let hash = Hash::of(origin.as_str().as_bytes());
    let hex: String = hash.0.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.{what}")
}

/// The key of a witness from its file, which is made when it is not there; says whether it was.
///
/// # Errors
/// When the file is not that of a witness, or others than its owner can read it.
pub fn witness_key(path: &Path, name: &str) -> Result<(WitnessSecret, bool), KeyFileError> {
    let (folder, own) = place(path)?;
    let disk = Folder::new(&folder).map_err(disk_error("writing", path))?;
    match std::fs::metadata(path) {
        Ok(metadata) => {
            if metadata.permissions().mode() & 0o077 != 0 {
                return Err(KeyFileError::Open(path.to_owned()));
            }
            let bytes = disk::read(&disk, &own, sign::LIMIT);
            let bytes = Zeroizing::new(bytes.map_err(disk_error("reading", path))?);
            let text = str::from_utf8(&bytes).ok();
            let secret = text.and_then(|text| WitnessSecret::parse(text.trim_end()).ok());
            let secret = secret.ok_or_else(|| KeyFileError::Format {
                path: path.to_owned(),
                what: "it has no signer key of a witness",
            })?;
            Ok((secret, false))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = (name.parse()).map_err(|_| KeyFileError::Name(name.to_owned()))?;
            let seed = Zeroizing::new(random::<32>().map_err(|_| KeyFileError::Random)?);
            let secret = WitnessSecret::from_seed(name, &seed).map_err(|_| KeyFileError::Random)?;
            let text = secret.to_text();
            let write = || -> io::Result<()> {
                let mut file = disk.create(&own)?;
                file.append(text.expose().as_bytes())?;
                file.append(b"\n")?;
                file.sync()?;
                disk.sync_folder("")
            };
            write().map_err(disk_error("writing", path))?;
            Ok((secret, true))
        }
        Err(error) => Err(disk_error("reading", path)(error)),
    }
}
