//! A guard over a ledger in a temporary folder, and a way to read back what it left there.

use palisade_authn::Means;
use palisade_event::Product;
use palisade_guard::config::{
    Admission, BodyMode, Config, Ledger as LedgerPlace, RecordMode, Route, Source,
};
use palisade_guard::{Call, Entry, Guard, Headers, Parts, Path, Peer, Random, Request, SourceKind};
use palisade_ledger::{Clock, Disk, DiskFile, Folder, KeyFile, Ledger, Lock, Settings};
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
    broken: Arc<AtomicBool>,
}

impl Records {
    pub(crate) fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("palisade-guard-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let clock = Arc::new(Set(AtomicU64::new(1_790_000_000_000)));
        let broken = Arc::<AtomicBool>::default();
        let key = KeyFile::create(&folder.join("key"), "example.com/guard", None).unwrap();
        let key = Arc::new(key);
        let parts = palisade_ledger::Parts {
            disk: Arc::new(Breaking {
                disk: Folder::new(&folder.join("ledger")).unwrap(),
                broken: broken.clone(),
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
            broken,
        }
    }

    pub(crate) fn guard(&self, config: Config) -> Guard {
        let turn = AtomicU64::new(1);
        let parts = Parts {
            ledger: Some(self.ledger.clone()),
            clock: self.clock.clone(),
            random: Random(Arc::new(move |bytes| {
                let turn = turn.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                for (place, byte) in bytes.iter_mut().zip(turn.iter().cycle()) {
                    *place = *byte;
                }
            })),
            unrecorded: Arc::default(),
        };
        Guard::new(config, parts).unwrap()
    }

    /// Everything on record, in order.
    pub(crate) async fn events(&self) -> Vec<Value> {
        self.ledger.checkpoint().await.unwrap();
        let mut events = Vec::new();
        for index in 0.. {
            match palisade_ledger::read(self.ledger.parts(), index).unwrap() {
                Some(stored) => events.push(stored.event().unwrap()),
                None => break,
            }
        }
        events
    }

    /// From now on the disk takes nothing.
    pub(crate) fn break_disk(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn config(routes: Vec<Route>, sources: Vec<Source>) -> Config {
    Config {
        environment: "test".to_owned(),
        ledger: LedgerPlace {
            dir: "ledger".to_owned(),
            key: None,
        },
        listen: None,
        targets: Default::default(),
        issuers: Default::default(),
        trust: Default::default(),
        keys: None,
        aws: None,
        limits: Default::default(),
        admission: Admission {
            rate: None,
            connections: 100,
            allow: Vec::new(),
            deny: Vec::new(),
        },
        contracts: Default::default(),
        policies: Vec::new(),
        routes,
        sources,
    }
}

/// A public route.
pub(crate) fn route(path: &str, methods: &[&str]) -> Route {
    Route {
        path: path.to_owned(),
        methods: methods.iter().map(|m| (*m).to_owned()).collect(),
        function: "orders".to_owned(),
        target: "orders".to_owned(),
        accepts: Vec::new(),
        scopes: Vec::new(),
        roles: Vec::new(),
        limits: Vec::new(),
        contract: None,
        body: BodyMode::Buffered,
        most: 16,
        record: RecordMode::Before,
        cors: None,
        headers: Vec::new(),
        line: 1,
    }
}

pub(crate) fn source(kind: SourceKind, arns: &[&str]) -> Source {
    Source {
        kind,
        function: "orders".to_owned(),
        accounts: Vec::new(),
        arns: arns.iter().map(|m| (*m).to_owned()).collect(),
        buckets: Vec::new(),
        buses: Vec::new(),
        limits: Vec::new(),
        contract: None,
        roles: Vec::new(),
        record: RecordMode::Before,
        line: 1,
    }
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

/// How records name those who have shown nothing.
pub(crate) const ANONYMOUS: &str = Means::Anonymous.name();

/// A disk that can be made to take nothing more.
#[derive(Debug)]
struct Breaking {
    disk: Folder,
    broken: Arc<AtomicBool>,
}

#[derive(Debug)]
struct BreakingFile {
    file: Box<dyn DiskFile>,
    broken: Arc<AtomicBool>,
}

impl Disk for Breaking {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let (file, broken) = (self.disk.create(path)?, self.broken.clone());
        Ok(Box::new(BreakingFile { file, broken }))
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
