//! Where issued API keys are kept: one JSON file that is replaced as a whole.
//!
//! A command changes keys while a gateway runs, and the gateway must know within seconds. An
//! embedded database would be locked by whichever of them opened it first, so this is a file:
//! commands take a lock beside it for as long as a change takes, write the new file in full, make
//! it last, and put it in the old one's place; a gateway holds nothing, looks at the file's stamp
//! ([`LiveKeys::refresh`], once a second) and reads it when it is another. What it reads is always
//! the whole of one version. A file that cannot be read leaves the keys as they were, and the
//! error is the gateway's to show.
//!
//! Both the file and the pepper beside it are for their owner only, or they are not opened.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use palisade_authn::api_key::{ApiKey, KeyIssueError, KeyRecord, KeyRules, NewKey, Pepper};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

const VERSION: u32 = 1;
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why keys cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// The file system said no.
    #[error("cannot {what} `{}`: {error}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// What came of it.
        error: std::io::Error,
    },
    /// Others than the owner may read or write the file.
    #[error("`{}` is open to others than its owner; change its rights to 0600", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file is not one of keys.
    #[error("`{}` is not a file of keys: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and how.
        why: String,
    },
    /// There is no store yet.
    #[error("there is no store of keys at `{}` yet; `palisade guard key issue` begins it", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// There are keys, but not the pepper that they were issued with.
    #[error("there are keys, but their pepper `{}` is gone; without it no key can be verified", path.display())]
    NoPepper {
        /// Where it should be.
        path: PathBuf,
    },
    /// No key has this id.
    #[error("no key has this id; `palisade guard key list` shows those that there are")]
    Unknown,
    /// The policy does not allow it.
    #[error(transparent)]
    Issue(#[from] KeyIssueError),
}

impl KeyStoreError {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "key-store-io",
            Self::OpenToOthers { .. } => "key-store-open-to-others",
            Self::Damaged { .. } => "key-store-damaged",
            Self::Missing { .. } => "key-store-missing",
            Self::NoPepper { .. } => "key-store-pepper-gone",
            Self::Unknown => "key-store-key-unknown",
            Self::Issue(_) => "key-store-not-issued",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u32,
    keys: Vec<KeyRecord>,
}

type Keys = BTreeMap<String, KeyRecord>;

/// The keys, for those who change them.
#[derive(Debug)]
pub struct KeyStore {
    path: PathBuf,
    pepper: Pepper,
}

impl KeyStore {
    /// Opens the store at that path; makes it, when it is not there yet, with a pepper of these
    /// random bytes.
    ///
    /// # Errors
    /// It cannot be read or made, or others may read it.
    pub fn open(
        path: impl Into<PathBuf>,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Self, KeyStoreError> {
        let path = path.into();
        let _lock = lock(&path)?;
        let there = read(&path)?.is_some();
        let beside = beside(&path, "pepper");
        let pepper = match read_pepper(&beside)? {
            Some(pepper) => pepper,
            None if there => return Err(KeyStoreError::NoPepper { path: beside }),
            None => {
                let mut bytes = Zeroizing::new([0_u8; 32]);
                random(bytes.as_mut_slice());
                replace(&beside, bytes.as_slice())?;
                Pepper::new(&bytes)
            }
        };
        if !there {
            write(&path, Keys::new())?;
        }
        Ok(Self { path, pepper })
    }

    /// All keys, by id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn list(&self) -> Result<Vec<KeyRecord>, KeyStoreError> {
        Ok(read(&self.path)?
            .unwrap_or_default()
            .into_values()
            .collect())
    }

    /// Issues a key, which is shown only now.
    ///
    /// # Errors
    /// The policy does not allow it, or it cannot be kept.
    pub fn issue(
        &self,
        new: NewKey,
        rules: KeyRules,
        random: &mut dyn FnMut(&mut [u8]),
        now: i64,
    ) -> Result<ApiKey, KeyStoreError> {
        self.change(|keys, pepper| {
            let (key, record) = KeyRecord::issue(new, rules, pepper, random, now)?;
            keys.insert(record.id.clone(), record);
            Ok(key)
        })
    }

    /// Gives a key a new secret; the old one stays valid for so many seconds.
    ///
    /// # Errors
    /// There is no such key, the policy does not allow it, or it cannot be kept.
    pub fn rotate(
        &self,
        id: &str,
        days: u32,
        overlap: u32,
        rules: KeyRules,
        random: &mut dyn FnMut(&mut [u8]),
        now: i64,
    ) -> Result<ApiKey, KeyStoreError> {
        self.change(|keys, pepper| {
            let record = keys.get_mut(id).ok_or(KeyStoreError::Unknown)?;
            Ok(record.rotate(days, overlap, rules, pepper, random, now)?)
        })
    }

    /// Ends a key for good.
    ///
    /// # Errors
    /// There is no such key, or it cannot be kept.
    pub fn revoke(&self, id: &str, now: i64) -> Result<(), KeyStoreError> {
        self.change(|keys, _| {
            keys.get_mut(id).ok_or(KeyStoreError::Unknown)?.revoke(now);
            Ok(())
        })
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&mut Keys, &Pepper) -> Result<T, KeyStoreError>,
    ) -> Result<T, KeyStoreError> {
        let _lock = lock(&self.path)?;
        let mut keys = read(&self.path)?.unwrap_or_default();
        let value = change(&mut keys, &self.pepper)?;
        write(&self.path, keys)?;
        Ok(value)
    }
}

/// The keys, for those who verify.
#[derive(Debug)]
pub struct LiveKeys {
    path: PathBuf,
    pepper: Pepper,
    seen: ArcSwap<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    stamp: Option<Stamp>,
    keys: Keys,
}

/// What tells one version of the file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
    file: u64,
}

impl LiveKeys {
    /// Reads the keys of a store that is there.
    ///
    /// # Errors
    /// It is not there, cannot be read, or others may read it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KeyStoreError> {
        let path = path.into();
        if open(&path)?.is_none() {
            return Err(KeyStoreError::Missing { path });
        }
        let beside = beside(&path, "pepper");
        let pepper = read_pepper(&beside)?.ok_or(KeyStoreError::NoPepper { path: beside })?;
        let live = Self {
            path,
            pepper,
            seen: ArcSwap::default(),
        };
        live.refresh()?;
        Ok(live)
    }

    /// Reads the keys again if they have changed, and tells whether they had.
    ///
    /// # Errors
    /// The file cannot be read. The keys stay as they were.
    pub fn refresh(&self) -> Result<bool, KeyStoreError> {
        let file = open(&self.path)?.ok_or_else(|| KeyStoreError::Io {
            what: "read",
            path: self.path.clone(),
            error: std::io::ErrorKind::NotFound.into(),
        })?;
        let stamp = Some(stamp(&self.path, &file)?);
        if self.seen.load().stamp == stamp {
            return Ok(false);
        }
        let keys = parse(&self.path, file)?;
        self.seen.store(Arc::new(Seen { stamp, keys }));
        Ok(true)
    }

    /// Verifies a key as it was presented.
    ///
    /// # Errors
    /// It is not a key, or not one that holds now.
    pub fn verify(
        &self,
        presented: &str,
        rules: KeyRules,
        now: i64,
    ) -> Result<palisade_authn::Principal, palisade_authn::api_key::KeyError> {
        let key = ApiKey::parse(presented)?;
        let seen = self.seen.load();
        let record = seen.keys.get(key.id());
        palisade_authn::api_key::verify(&key, record, rules, &self.pepper, now)
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn failed<'a>(
    what: &'static str,
    path: &'a Path,
) -> impl FnOnce(std::io::Error) -> KeyStoreError + 'a {
    move |error| KeyStoreError::Io {
        what,
        path: path.to_owned(),
        error,
    }
}

/// For its owner only, from the beginning.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Held as long as a change takes; a second one waits.
fn lock(path: &Path) -> Result<File, KeyStoreError> {
    let path = beside(path, "lock");
    let file = private()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(failed("open", &path))?;
    file.lock().map_err(failed("lock", &path))?;
    Ok(file)
}

fn open(path: &Path) -> Result<Option<File>, KeyStoreError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(failed("open", path))?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = file.metadata().map_err(failed("read", path))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            let path = path.to_owned();
            return Err(KeyStoreError::OpenToOthers { path });
        }
    }
    Ok(Some(file))
}

fn stamp(path: &Path, file: &File) -> Result<Stamp, KeyStoreError> {
    let metadata = file.metadata().map_err(failed("read", path))?;
    Ok(Stamp {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        #[cfg(unix)]
        file: std::os::unix::fs::MetadataExt::ino(&metadata),
        #[cfg(not(unix))]
        file: 0,
    })
}

fn read(path: &Path) -> Result<Option<Keys>, KeyStoreError> {
    open(path)?.map(|file| parse(path, file)).transpose()
}

fn parse(path: &Path, file: File) -> Result<Keys, KeyStoreError> {
    let damaged = |why: String| KeyStoreError::Damaged {
        path: path.to_owned(),
        why,
    };
    let mut bytes = Vec::new();
    let length = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    length.map_err(failed("read", path))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(damaged("it is larger than 64 MiB".to_owned()));
    }
    let file: KeyFile = serde_json::from_slice(&bytes).map_err(|error| {
        // Where, not what: the text of the error could quote the file.
        let (line, column) = (error.line(), error.column());
        damaged(format!("line {line}, column {column}"))
    })?;
    if file.version != VERSION {
        let version = file.version;
        return Err(damaged(format!("it has version {version}, not {VERSION}")));
    }
    let count = file.keys.len();
    let keys: Keys = file.keys.into_iter().map(|k| (k.id.clone(), k)).collect();
    if keys.len() != count {
        return Err(damaged("two keys have the same id".to_owned()));
    }
    Ok(keys)
}

fn write(path: &Path, keys: Keys) -> Result<(), KeyStoreError> {
    let file = KeyFile {
        version: VERSION,
        keys: keys.into_values().collect(),
    };
    let bytes = serde_json::to_vec_pretty(&file).map_err(|error| KeyStoreError::Damaged {
        path: path.to_owned(),
        why: error.to_string(),
    })?;
    replace(path, &bytes)
}

/// Puts a new file into the place of an old one, so that after a loss of power one of them is
/// there.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyStoreError> {
    let new = beside(path, "new");
    // What an interrupted change left behind may have other rights, or be a link.
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(failed("remove", &new)(error));
        }
        _ => {}
    }
    let file = private().create_new(true).write(true).open(&new);
    let mut file = file.map_err(failed("create", &new))?;
    file.write_all(bytes).map_err(failed("write", &new))?;
    file.sync_all().map_err(failed("write", &new))?;
    std::fs::rename(&new, path).map_err(failed("replace", path))?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let folder_file = File::open(folder).map_err(failed("open", folder))?;
    folder_file.sync_all().map_err(failed("write", folder))
}

fn read_pepper(path: &Path) -> Result<Option<Pepper>, KeyStoreError> {
    let Some(file) = open(path)? else {
        return Ok(None);
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    let length = file.take(33).read_to_end(&mut bytes);
    length.map_err(failed("read", path))?;
    let bytes: &[u8; 32] = bytes[..].try_into().map_err(|_| KeyStoreError::Damaged {
        path: path.to_owned(),
        why: "a pepper has 32 bytes".to_owned(),
    })?;
    Ok(Some(Pepper::new(bytes)))
}
