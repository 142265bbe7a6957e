//! Keys in a file that only its owner can read, on a machine without a key service. The file stands
//! beside the ledger and not in it, so that a copy of the folder opens nothing.

use super::{DataKey, KeyError, KeyService, WrappedKey};
use crate::disk::{self, Disk, Folder};
use crate::sealing::{seal, unseal};
use crate::sign::Signer;
use crate::store::random;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use palisade_tlog::{Note, NoteKey, NoteSecret};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const SCHEMA: &str = "palisade.ledger-key/1";
const LIMIT: usize = 1 << 20;

/// The keys of one ledger, from a file.
pub struct KeyFile {
    path: PathBuf,
    signing: NoteSecret,
    tags: Zeroizing<[u8; 32]>,
    active: String,
    keys: BTreeMap<String, Zeroizing<[u8; 32]>>,
    passphrase: Option<Zeroizing<String>>,
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile")
            .field("path", &self.path)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// Why a key file can't be used. No message holds a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The system does not do it.
    #[error("{doing} the key file `{path}`: {source}", path = .path.display())]
    Disk {
        /// `reading`, `writing`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others can read it.
    #[error("others than its owner can read the key file `{path}`: `chmod 600 {path}`, and take new keys if somebody may have read it", path = .0.display())]
    Open(PathBuf),
    /// It is not a key file.
    #[error("`{path}` is not a key file of a ledger: {what}", path = .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It asks for a passphrase.
    #[error("the key file `{path}` asks for a passphrase", path = .0.display())]
    Locked(PathBuf),
    /// The passphrase is another one.
    #[error("the passphrase does not open the key file `{path}`", path = .0.display())]
    Passphrase(PathBuf),
    /// The name of a ledger can't be that of a key.
    #[error("`{0}` can't be the name of a ledger: it must not be empty nor have spaces or `+`")]
    Name(String),
    /// The source of random numbers does not answer.
    #[error("the system gives no random numbers")]
    Random,
}

/// What the file says, when no passphrase protects it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    schema: String,
    signing: String,
    tags: String,
    active: String,
    keys: BTreeMap<String, String>,
}

/// What the file says, when a passphrase does.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    schema: String,
    argon2id: Argon2id,
    sealed: String,
}

/// How a key is made of the passphrase (RFC 9106).
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Argon2id {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl KeyFile {
    /// Makes new keys for a ledger of a name, and writes them to a file that must not be there yet.
    ///
    /// # Errors
    /// When the file is there, or can't be written.
    pub fn create(path: &Path, name: &str, passphrase: Option<&str>) -> Result<Self, KeyFileError> {
        let name = (name.parse()).map_err(|_| KeyFileError::Name(name.to_owned()))?;
        let seed = Zeroizing::new(fresh::<32>()?);
        let signing = NoteSecret::from_seed(name, &seed).map_err(|_| KeyFileError::Random)?;
        let mut file = Self {
            path: path.to_owned(),
            signing,
            tags: Zeroizing::new(fresh()?),
            active: String::new(),
            keys: BTreeMap::new(),
            passphrase: passphrase.map(|text| Zeroizing::new(text.to_owned())),
        };
        file.add_key()?;
        let (folder, own) = place(path)?;
        let bytes = file.encode()?;
        let write = || -> io::Result<()> {
            let disk = Folder::new(&folder)?;
            let mut made = disk.create(&own)?;
            made.append(&bytes)?;
            made.sync()?;
            disk.sync_folder("")
        };
        write().map_err(disk_error("writing", path))?;
        Ok(file)
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// When others could read them too, when the passphrase is missing or another one, when the
    /// file is not a key file.
    pub fn read(path: &Path, passphrase: Option<&str>) -> Result<Self, KeyFileError> {
        let reading = || disk_error("reading", path);
        let (folder, own) = place(path)?;
        let mode = std::fs::metadata(path).map_err(reading())?;
        if std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o077 != 0 {
            return Err(KeyFileError::Open(path.to_owned()));
        }
        let disk = Folder::new(&folder).map_err(reading())?;
        let bytes = Zeroizing::new(disk::read(&disk, &own, LIMIT).map_err(reading())?);
        let format = |what| KeyFileError::Format {
            path: path.to_owned(),
            what,
        };
        let content: Content = match serde_json::from_slice(&bytes) {
            Ok(content) => content,
            Err(_) => {
                let envelope: Envelope = serde_json::from_slice(&bytes)
                    .map_err(|_| format("it does not have the members of one"))?;
                let given = passphrase.ok_or_else(|| KeyFileError::Locked(path.to_owned()))?;
                let opened = open_envelope(&envelope, given)
                    .ok_or_else(|| KeyFileError::Passphrase(path.to_owned()))?;
                serde_json::from_slice(&opened).map_err(|_| format("its content is damaged"))?
            }
        };
        if content.schema != SCHEMA {
            return Err(format("it is of another version"));
        }
        let signing = Zeroizing::new(content.signing);
        let keys = content.keys.into_iter().map(|(id, key)| {
            let key = Zeroizing::new(key);
            Some((id, bytes_of(&key)?))
        });
        let keys: Option<BTreeMap<_, _>> = keys.collect();
        let keys = keys.ok_or_else(|| format("one of its keys is damaged"))?;
        if !keys.contains_key(&content.active) {
            return Err(format("its active key is not there"));
        }
        Ok(Self {
            path: path.to_owned(),
            signing: NoteSecret::parse(&signing)
                .map_err(|_| format("its signing key is damaged"))?,
            tags: bytes_of(&Zeroizing::new(content.tags))
                .ok_or_else(|| format("its key for tags is damaged"))?,
            active: content.active,
            keys,
            passphrase: passphrase.map(|text| Zeroizing::new(text.to_owned())),
        })
    }

    /// Makes a new key active, for new segments; the earlier ones stay, for those that they opened
    /// until now.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn rotate(&mut self) -> Result<(), KeyFileError> {
        self.add_key()?;
        self.write()
    }

    /// Forgets every key but the active one. What is still wrapped with another one can't be read
    /// any more.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn forget_others(&mut self) -> Result<(), KeyFileError> {
        let active = self.active.clone();
        self.keys.retain(|id, _| *id == active);
        self.write()
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn add_key(&mut self) -> Result<(), KeyFileError> {
        let id: String = fresh::<8>()?.iter().map(|b| format!("{b:02x}")).collect();
        self.keys.insert(id.clone(), Zeroizing::new(fresh()?));
        self.active = id;
        Ok(())
    }

    fn write(&self) -> Result<(), KeyFileError> {
        let (folder, own) = place(&self.path)?;
        let bytes = self.encode()?;
        Folder::new(&folder)
            .and_then(|disk| disk::replace(&disk, &own, &bytes))
            .map_err(disk_error("writing", &self.path))
    }

    fn encode(&self) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        let keys = self.keys.iter();
        let content = Content {
            schema: SCHEMA.to_owned(),
            signing: self.signing.to_text().expose().to_owned(),
            tags: STANDARD.encode(*self.tags),
            active: self.active.clone(),
            keys: keys
                .map(|(id, key)| (id.clone(), STANDARD.encode(**key)))
                .collect(),
        };
        let text = Zeroizing::new(json(&content));
        match &self.passphrase {
            None => Ok(text),
            Some(passphrase) => Ok(Zeroizing::new(json(&make_envelope(&text, passphrase)?))),
        }
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // INVARIANT: texts, numbers and maps of them can always be written as JSON.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn fresh<const N: usize>() -> Result<[u8; N], KeyFileError> {
    random().map_err(|_| KeyFileError::Random)
}

fn bytes_of(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

pub(crate) fn disk_error(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Disk {
        doing,
        path,
        source,
    }
}

/// The folder of a file, and its name there.
pub(crate) fn place(path: &Path) -> Result<(PathBuf, String), KeyFileError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| KeyFileError::Format {
        path: path.to_owned(),
        what: "its path does not end in the name of a file",
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    Ok((folder.to_owned(), name.to_owned()))
}

/// RFC 9106, section 4: the second recommended option.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;
const LANES: u32 = 4;

fn make_envelope(content: &[u8], passphrase: &str) -> Result<Envelope, KeyFileError> {
    let argon2id = Argon2id {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
        salt: STANDARD.encode(fresh::<16>()?),
    };
    let key = argon2id.key(passphrase).ok_or(KeyFileError::Random)?;
    let sealed = seal(&key, content, SCHEMA.as_bytes()).ok_or(KeyFileError::Random)?;
    Ok(Envelope {
        schema: SCHEMA.to_owned(),
        argon2id,
        sealed: STANDARD.encode(sealed),
    })
}

fn open_envelope(envelope: &Envelope, passphrase: &str) -> Option<Zeroizing<Vec<u8>>> {
    let key = envelope.argon2id.key(passphrase)?;
    let sealed = STANDARD.decode(&envelope.sealed).ok()?;
    unseal(&key, sealed, SCHEMA.as_bytes())
}

impl Argon2id {
    /// Nothing when the parameters are not ones: more memory than a gigabyte, or more work than
    /// a patient person waits for, is a damaged file.
    fn key(&self, passphrase: &str) -> Option<Zeroizing<[u8; 32]>> {
        if self.memory_kib > 1 << 20 || self.passes > 100 || self.lanes > 64 {
            return None;
        }
        let params = argon2::Params::new(self.memory_kib, self.passes, self.lanes, Some(32));
        let version = argon2::Version::V0x13;
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, version, params.ok()?);
        let salt = STANDARD.decode(&self.salt).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        let made = argon2.hash_password_into(passphrase.as_bytes(), &salt, &mut *key);
        made.ok().map(|()| key)
    }
}

fn wrap_context(key_id: &str, context: &[u8]) -> Vec<u8> {
    [
        b"palisade ledger data key\0",
        key_id.as_bytes(),
        b"\0",
        context,
    ]
    .concat()
}

impl KeyService for KeyFile {
    fn active(&self) -> &str {
        &self.active
    }

    fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<WrappedKey, KeyError> {
        let id = &self.active;
        let wrapping = self
            .keys
            .get(id)
            .ok_or_else(|| KeyError::Unknown(id.clone()))?;
        let bytes = seal(wrapping, key.bytes(), &wrap_context(id, context));
        Ok(WrappedKey {
            key_id: id.clone(),
            bytes: bytes.ok_or_else(|| KeyError::Unavailable("no random numbers".to_owned()))?,
        })
    }

    fn unwrap(&self, wrapped: &WrappedKey, context: &[u8]) -> Result<DataKey, KeyError> {
        let id = &wrapped.key_id;
        let wrapping = self
            .keys
            .get(id)
            .ok_or_else(|| KeyError::Unknown(id.clone()))?;
        let opened = unseal(wrapping, wrapped.bytes.clone(), &wrap_context(id, context));
        let key = opened.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        key.map(DataKey::from)
            .ok_or_else(|| KeyError::Refused(id.clone()))
    }

    fn tag(&self, subject: &[u8]) -> Result<[u8; 32], KeyError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.tags);
        let tag = hmac::sign(&key, subject);
        tag.as_ref()
            .try_into()
            .map_err(|_| KeyError::Unavailable("a tag of another length".to_owned()))
    }
}

impl Signer for KeyFile {
    fn key(&self) -> &NoteKey {
        self.signing.public()
    }

    fn sign(&self, text: &str) -> Result<Note, KeyError> {
        Note::sign(text, &self.signing).map_err(|error| KeyError::Unavailable(error.to_string()))
    }
}
