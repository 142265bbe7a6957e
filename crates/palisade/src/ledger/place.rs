//! Which ledger is meant, and what opens it: its folder, its key file, the passphrase.

use super::tell;
use crate::cli::{PlaceArgs, PlacesArgs};
use crate::failure::CommandError;
use palisade_event::Product;
use palisade_ledger::{Folder, KeyFile, KeyFileError, Parts, Signer as _, SystemClock};
use palisade_tlog::UnverifiedNote;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The file that makes a folder a ledger.
const DESCRIPTION: &str = "ledger";
/// What else a ledger may have when it was begun and not finished.
const BEGUN: [&str; 4] = ["lock", "checkpoint", "checkpoint.new", "ledger.new"];
/// A passphrase or a name is not longer.
const LONGEST_LINE: u64 = 4096;

/// A ledger that a command is about.
pub(crate) struct Place<'a> {
    dir: &'a Path,
    key_file: PathBuf,
    passphrase: Option<Zeroizing<String>>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(arguments: &'a PlaceArgs) -> Result<Self, CommandError> {
        Self::copied(arguments, &arguments.dir)
    }

    /// A copy of the ledger, in another folder.
    pub(crate) fn copied(arguments: &'a PlaceArgs, dir: &'a Path) -> Result<Self, CommandError> {
        let key_file = match &arguments.key_file {
            Some(file) => file.clone(),
            None => beside(&arguments.dir)?,
        };
        let passphrase = arguments.passphrase_file.as_deref().map(passphrase);
        Ok(Self {
            dir,
            key_file,
            passphrase: passphrase.transpose()?,
        })
    }

    /// The ledgers of a command that reads several.
    pub(crate) fn several(arguments: &'a PlacesArgs) -> Result<Vec<Self>, CommandError> {
        let PlacesArgs {
            dirs,
            key_files,
            passphrase_files,
        } = arguments;
        if !key_files.is_empty() && key_files.len() != dirs.len() {
            return Err(CommandError::usage(format!(
                "--key-file names the file of each --dir in turn: give {}, or none where each stands beside its folder",
                dirs.len()
            )));
        }
        if passphrase_files.len() > 1 && passphrase_files.len() != dirs.len() {
            return Err(CommandError::usage(format!(
                "--passphrase-file names one file for every --dir, or the file of each in turn: give 1 or {}",
                dirs.len()
            )));
        }
        let place = |(number, dir): (usize, &'a PathBuf)| {
            let key_file = match key_files.get(number) {
                Some(file) => file.clone(),
                None => beside(dir)?,
            };
            let file = passphrase_files.get(number).or(passphrase_files.first());
            let passphrase = file.map(|file| passphrase(file)).transpose()?;
            Ok(Self {
                dir,
                key_file,
                passphrase,
            })
        };
        dirs.iter().enumerate().map(place).collect()
    }

    /// A ledger whose key file may stand elsewhere.
    pub(crate) fn with_key(
        dir: &'a Path,
        key_file: Option<PathBuf>,
        passphrase_file: Option<&Path>,
    ) -> Result<Self, CommandError> {
        let place = Self::with_key_beside(dir, passphrase_file)?;
        Ok(match key_file {
            Some(key_file) => Self { key_file, ..place },
            None => place,
        })
    }

    /// A ledger whose key file stands beside its folder.
    pub(crate) fn with_key_beside(
        dir: &'a Path,
        passphrase_file: Option<&Path>,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            dir,
            key_file: beside(dir)?,
            passphrase: passphrase_file.map(passphrase).transpose()?,
        })
    }

    /// Its folder.
    pub(crate) fn dir(&self) -> &Path {
        self.dir
    }

    /// Its key file.
    pub(crate) fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// What a ledger is opened with that is there.
    pub(crate) fn existing(&self) -> Result<Parts, CommandError> {
        if !self.is_ledger()? {
            let dir = self.dir.display();
            return Err(CommandError::usage(format!(
                "`{dir}` is not the folder of a ledger: it has no file `{DESCRIPTION}`; `palisade ledger append` begins one"
            )));
        }
        let keys = self.keys()?;
        self.signed_by(&keys)?;
        self.parts(keys)
    }

    /// The same, where nothing is held against the key before all is verified.
    pub(crate) fn to_verify(&self) -> Result<Parts, CommandError> {
        if !self.dir.is_dir() {
            let dir = self.dir.display();
            return Err(CommandError::usage(format!("there is no folder `{dir}`")));
        }
        let keys = self.keys()?;
        self.parts(keys)
    }

    /// The same, where a ledger may be begun; keys are made for it.
    pub(crate) fn existing_or_new(&self, origin: Option<&str>) -> Result<Parts, CommandError> {
        let there = self.is_ledger()?;
        if !there {
            self.is_free()?;
        }
        if there || self.key_file.exists() {
            let keys = self.keys()?;
            let name = keys.key().name().as_str();
            if let Some(origin) = origin.filter(|origin| *origin != name) {
                return Err(CommandError::usage(format!(
                    "this ledger is called `{name}`, and can't be called `{origin}`"
                )));
            }
            if there {
                self.signed_by(&keys)?;
            } else {
                tell(&format!(
                    "the key file `{}` was there already: if there was a ledger with it, it is not in this folder any more",
                    self.key_file.display()
                ));
            }
            return self.parts(keys);
        }
        let name = match origin {
            Some(origin) => origin.to_owned(),
            None => self.name()?,
        };
        let passphrase = self.passphrase.as_ref().map(|text| text.as_str());
        let keys =
            KeyFile::create(&self.key_file, &name, passphrase).map_err(|e| key_failed(&e))?;
        let file = self.key_file.display();
        tell(&format!(
            "made the key file `{file}`, which only its owner can read\n  \
             keep a copy apart from the ledger: without it nothing can be read, and who has it can read and write all"
        ));
        self.parts(keys)
    }

    /// The keys of the ledger.
    pub(crate) fn keys(&self) -> Result<KeyFile, CommandError> {
        let passphrase = self.passphrase.as_ref().map(|text| text.as_str());
        KeyFile::read(&self.key_file, passphrase).map_err(|error| match error {
            KeyFileError::Disk { path, source, .. } if source.kind() == io::ErrorKind::NotFound => {
                CommandError::usage(format!(
                    "there is no key file `{}`: without its keys this ledger can't be opened; name the file with --key-file, or with `key` of [ledger] in guard.toml",
                    path.display()
                ))
            }
            error => key_failed(&error),
        })
    }

    fn parts(&self, keys: KeyFile) -> Result<Parts, CommandError> {
        let dir = self.dir.display();
        let disk = Folder::new(self.dir)
            .map_err(|error| CommandError::internal(format!("`{dir}`: {error}")))?;
        let keys = Arc::new(keys);
        Ok(Parts {
            disk: Arc::new(disk),
            keys: keys.clone(),
            signer: keys,
            clock: Arc::new(SystemClock),
            product: Arc::new(Product {
                name: "Palisade".to_owned(),
                vendor_name: "Palisade".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            }),
        })
    }

    fn is_ledger(&self) -> Result<bool, CommandError> {
        match std::fs::symlink_metadata(self.dir.join(DESCRIPTION)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    /// A ledger is begun in a folder of its own.
    fn is_free(&self) -> Result<(), CommandError> {
        let entries = match std::fs::read_dir(self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|error| self.unreadable(&error))?,
        };
        for entry in entries {
            let name = entry.map_err(|error| self.unreadable(&error))?.file_name();
            if BEGUN.iter().any(|begun| name == *begun) {
                continue;
            }
            let (dir, name) = (self.dir.display(), name.to_string_lossy().into_owned());
            return Err(match name.as_str() {
                "segments" | "tile" | "torn" => CommandError::unverified(format!(
                    "`{dir}` has parts of a ledger (`{name}`), but not the file `{DESCRIPTION}`: it was removed, or the folder was copied in part"
                )),
                _ => CommandError::usage(format!(
                    "`{dir}` is not empty and not a ledger: it has `{name}`; name a folder of its own"
                )),
            });
        }
        Ok(())
    }

    /// Tells another ledger's key file from a folder that was changed.
    fn signed_by(&self, keys: &KeyFile) -> Result<(), CommandError> {
        let (dir, key) = (self.dir.display(), keys.key());
        let read = || -> io::Result<Vec<u8>> {
            let file = std::fs::File::open(self.dir.join(DESCRIPTION))?;
            let mut bytes = Vec::new();
            file.take(64 << 10).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|error| self.unreadable(&error))?;
        let Ok(note) = UnverifiedNote::parse(&bytes) else {
            // What is wrong with it, opening tells.
            return Ok(());
        };
        let mut signatures = note.signatures().iter();
        if signatures.any(|own| own.name() == key.name() && own.id() == key.id()) {
            return Ok(());
        }
        let whose = note.signatures().first();
        let whose = whose.map_or_else(String::new, |own| {
            format!(", it is signed by `{}+{}`", own.name(), own.id())
        });
        Err(CommandError::usage(format!(
            "the key file `{}` is not that of the ledger `{dir}`{whose}: name the right one with --key-file, or with `key` of [ledger] in guard.toml",
            self.key_file.display()
        )))
    }

    /// What a new ledger is called when nobody says it.
    fn name(&self) -> Result<String, CommandError> {
        let stem = file_name(self.dir)?;
        let tame = |c: char| match c {
            c if c.is_whitespace() || c.is_control() || c == '+' => '-',
            c => c,
        };
        Ok(format!(
            "palisade/{}",
            stem.chars().map(tame).collect::<String>()
        ))
    }

    fn unreadable(&self, error: &io::Error) -> CommandError {
        let message = format!("`{}`: {error}", self.dir.display());
        match error.kind() {
            io::ErrorKind::NotADirectory => CommandError::usage(message),
            _ => CommandError::internal(message),
        }
    }
}

/// The name of a folder, however it is written.
fn file_name(dir: &Path) -> Result<String, CommandError> {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let name = absolute.file_name().and_then(|name| name.to_str());
    name.map(ToOwned::to_owned).ok_or_else(|| {
        CommandError::usage(format!(
            "`{}` does not end in the name of a folder: name the key file with --key-file",
            dir.display()
        ))
    })
}

/// The key file that stands beside a folder.
fn beside(dir: &Path) -> Result<PathBuf, CommandError> {
    let name = format!("{}.key", file_name(dir)?);
    Ok(match dir.file_name() {
        Some(_) => dir.with_file_name(name),
        // Such as `.`, which has a name only in the folder above.
        None => std::path::absolute(dir)
            .unwrap_or_else(|_| dir.to_owned())
            .with_file_name(name),
    })
}

/// A passphrase from a file.
fn passphrase(path: &Path) -> Result<Zeroizing<String>, CommandError> {
    let wrong = |what: &str| CommandError::usage(format!("`{}`: {what}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| wrong(&error.to_string()))?;
    first_line(file, "a passphrase").map_err(|what| wrong(&what))
}

/// The first line of what may be secret.
pub(super) fn first_line(input: impl Read, what: &str) -> Result<Zeroizing<String>, String> {
    // Room for all of it, so that no copy is left behind where it grew.
    let mut bytes = Zeroizing::new(Vec::with_capacity(8192));
    let read = input.take(LONGEST_LINE).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    let text = str::from_utf8(&bytes).map_err(|_| format!("{what} is not UTF-8"))?;
    match text.lines().next().unwrap_or_default() {
        "" => Err(format!("its first line should be {what}, and is empty")),
        line => Ok(Zeroizing::new(line.to_owned())),
    }
}

/// What an error of the key file means to whoever called the command.
pub(super) fn key_failed(error: &KeyFileError) -> CommandError {
    let message = error.to_string();
    match error {
        KeyFileError::Disk { .. } | KeyFileError::Random => CommandError::internal(message),
        KeyFileError::Locked(_) => {
            CommandError::usage(format!("{message}: --passphrase-file names it"))
        }
        KeyFileError::Format { .. } => CommandError::unreadable(message),
        _ => CommandError::usage(message),
    }
}
