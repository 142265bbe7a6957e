//! A guard over a ledger in a temporary folder, and a way to read back what it left there.

use palisade_authn::api_key::KeyRules;
use palisade_event::Product;
use palisade_guard::config::Config;
use palisade_guard::limit::{Counter, Limiter, QuotaStore, Quotas, Seed, StoreError, Window};
use palisade_guard::{Call, Entry, Fetch, Guard, Headers, Parts, Path, Peer, Random, Request};
use palisade_ledger::{
    Clock, Disk, DiskFile, Folder, KeyFile, Ledger, LedgerError, Lock, Query, Reader, Roles,
    Settings, permit,
};
use serde_json::Value;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Tells what it is set to.
#[derive(Debug)]
pub(crate) struct Set(pub(crate) AtomicU64);

impl Clock for Set {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A ledger that is gone with its test.
pub(crate) struct Records {
    folder: PathBuf,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<Set>,
    /// What fetches for guards that are made from now on.
    pub(crate) fetch: Option<Arc<dyn Fetch>>,
    /// How long API keys may hold for guards that are made from now on.
    pub(crate) keys: KeyRules,
    /// Where they count for days and months: nowhere, unless said.
    pub(crate) quotas: Arc<Quotas>,
    broken: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
}

impl Records {
    pub(crate) fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("palisade-guard-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let clock = Arc::new(Set(AtomicU64::new(1_790_000_000_000)));
        let (broken, held) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let key = KeyFile::create(&folder.join("key"), "example.com/guard", None).unwrap();
        let key = Arc::new(key);
        let parts = palisade_ledger::Parts {
            disk: Arc::new(Breaking {
                disk: Folder::new(&folder.join("ledger")).unwrap(),
                broken: broken.clone(),
                held: held.clone(),
            }),
            keys: key.clone(),
            signer: key,
            clock: clock.clone(),
            product: Arc::new(Product {
                name: "Palisade".to_owned(),
                vendor_name: "Palisade".to_owned(),
                version: "0".to_owned(),
            }),
        };
        let (ledger, _) = Ledger::open(parts, Settings::default()).unwrap();
        Self {
            folder,
            ledger,
            clock,
            fetch: None,
            keys: KeyRules { max_days: 90 },
            // None that could say that something is left.
            quotas: Arc::new(Quotas::new(Box::new(Silent), Seed::new([8; 16]), 16)),
            broken,
            held,
        }
    }

    /// A guard for a configuration, and the files that it names.
    pub(crate) fn guard(&self, config: &str, files: &[(&str, &[u8])]) -> Guard {
        let guard = Guard::new(self.config(config, files), self.parts());
        guard.unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// A configuration, and the files that it names.
    pub(crate) fn config(&self, config: &str, files: &[(&str, &[u8])]) -> Config {
        for (name, bytes) in files {
            std::fs::write(self.folder.join(name), bytes).unwrap();
        }
        let head = "environment = \"test\"\n[ledger]\ndir = \"ledger\"\n";
        let listen = "[listen]\naddress = \"127.0.0.1:1\"\nplaintext = true\n\
                      [targets.orders]\nurls = [\"http://127.0.0.1:2\"]\n";
        let listen = if config.contains("[[routes]]") {
            listen
        } else {
            ""
        };
        // What stands at the top of a file has to come before its tables.
        let begin = config.find("\n[").map_or(0, |at| at + 1);
        let (top, tables) = config.split_at(begin);
        let text = format!("{top}{head}{listen}{tables}");
        let config = Config::parse("guard.toml", &text);
        config.unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"))
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    fn parts(&self) -> Parts {
        let turn = AtomicU64::new(1);
        Parts {
            ledger: Some(self.ledger.clone()),
            clock: self.clock.clone(),
            random: Random(Arc::new(move |bytes| {
                let turn = turn.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                for (place, byte) in bytes.iter_mut().zip(turn.iter().cycle()) {
                    *place = *byte;
                }
            })),
            unrecorded: Arc::default(),
            shouts: Arc::default(),
            folder: self.folder.clone(),
            fetch: self.fetch.clone(),
            keys: self.keys,
            limiter: Arc::new(Limiter::new(1 << 10, Seed::new([7; 16]))),
            quotas: Some(self.quotas.clone()),
        }
    }

    /// The records of invocations, in order.
    pub(crate) async fn events(&self) -> Vec<Value> {
        self.ledger.checkpoint().await.unwrap();
        let reader = Reader {
            principal: "olga".to_owned(),
            role: None,
        };
        let parts = self.ledger.parts().clone();
        // The writer answers in a thread of its own.
        let (roles, query) = (Roles::owner("olga"), Query::default());
        let permit = permit(&parts, None, Settings::default(), &roles, &reader, &query).unwrap();
        let mut events = Vec::new();
        permit
            .query(|answer| {
                if answer.event["class_uid"] == 6003 {
                    events.push(answer.event);
                }
                Ok::<_, LedgerError>(())
            })
            .unwrap();
        events
    }

    /// Sets the clock by so many seconds.
    pub(crate) fn jump(&self, seconds: i64) {
        let milliseconds = seconds.saturating_mul(1000);
        let now = self.clock.now().saturating_add_signed(milliseconds);
        self.clock.0.store(now, Ordering::SeqCst);
    }

    /// From now on the disk takes nothing.
    pub(crate) fn break_disk(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }

    /// Whether the disk takes its time: until it is let go.
    pub(crate) fn hold_disk(&self, held: bool) {
        self.held.store(held, Ordering::SeqCst);
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        self.hold_disk(false);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A public route.
pub(crate) fn public(path: &str, methods: &str) -> String {
    route(path, methods, "public = true")
}

/// A route with more keys.
pub(crate) fn route(path: &str, methods: &str, more: &str) -> String {
    format!(
        "[[routes]]\npath = \"{path}\"\nmethods = {methods}\nfunction = \"orders\"\n\
         target = \"orders\"\nmax-body = 16\n{more}\n"
    )
}

pub(crate) fn call(method: &str, path: &str) -> Request {
    Request {
        entry: Entry::Http(Call {
            method: method.to_owned(),
            host: "api.example.com".to_owned(),
            path: Path::parse(path).unwrap(),
            raw_path: path.to_owned(),
            query: String::new(),
        }),
        peer: Peer {
            address: Some("203.0.113.7".parse().unwrap()),
            is_encrypted: true,
            certificates: Vec::new(),
        },
        headers: Headers::default(),
    }
}

/// Text at a JSON pointer.
pub(crate) fn text<'e>(event: &'e Value, place: &str) -> &'e str {
    event
        .pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A disk that can be made to take nothing more.
#[derive(Debug)]
struct Breaking {
    disk: Folder,
    broken: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
}

#[derive(Debug)]
struct BreakingFile {
    file: Box<dyn DiskFile>,
    broken: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
}

impl Disk for Breaking {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(BreakingFile {
            file: self.disk.create(path)?,
            broken: self.broken.clone(),
            held: self.held.clone(),
        }))
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.disk.sync_folder(folder)
    }
    fn lock(&self) -> io::Result<Lock> {
        self.disk.lock()
    }
}

impl DiskFile for BreakingFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(offset, into)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        while self.held.load(Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        match self.broken.load(Ordering::SeqCst) {
            true => Err(io::Error::from(io::ErrorKind::StorageFull)),
            false => self.file.append(bytes),
        }
    }
    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}

/// A store of quotas that does not answer.
#[derive(Debug)]
struct Silent;

impl QuotaStore for Silent {
    fn read(&self, _: Counter) -> Result<u64, StoreError> {
        Err(StoreError::Locked)
    }
    fn write(&self, _: &[(Counter, u64)]) -> Result<(), StoreError> {
        Err(StoreError::Locked)
    }
    fn forget(&self, _: Window, _: u32) -> Result<(), StoreError> {
        Err(StoreError::Locked)
    }
}
