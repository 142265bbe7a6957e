//! What every test needs: keys, a clock that tells what it is told, and a way to wait for futures.

use crate::simulated::Simulated;
use palisade_event::{Class, Draft, Event, Product, User, activity};
use palisade_ledger::{
    Clock, DataKey, Disk, DiskFile, Elsewhere, KeyError, KeyService, Ledger, LedgerError, Lock,
    Parts, Permit, Query, Reader, Roles, Settings, Signer, WrappedKey, permit,
};
use palisade_tlog::{Note, NoteKey, NoteSecret};
use serde_json::Value;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

/// Keys that need no file. What they wrap is bound to its context as it should be.
#[derive(Debug)]
pub(crate) struct Keys;

fn mask(context: &[u8]) -> [u8; 32] {
    palisade_tlog::Hash::of(context).0
}

impl KeyService for Keys {
    fn active(&self) -> &str {
        "test"
    }

    fn wrap(&self, key: &DataKey, context: &[u8]) -> Result<WrappedKey, KeyError> {
        let masked = key.bytes().iter().zip(mask(context)).map(|(a, b)| a ^ b);
        let mut bytes: Vec<u8> = masked.collect();
        bytes.extend(mask(&[&bytes, context].concat()));
        Ok(WrappedKey {
            key_id: "test".to_owned(),
            bytes,
        })
    }

    fn unwrap(&self, wrapped: &WrappedKey, context: &[u8]) -> Result<DataKey, KeyError> {
        let refused = || KeyError::Refused(wrapped.key_id.clone());
        if wrapped.key_id != "test" {
            return Err(KeyError::Unknown(wrapped.key_id.clone()));
        }
        let (masked, check) = wrapped.bytes.split_at_checked(32).ok_or_else(refused)?;
        if mask(&[masked, context].concat()) != check {
            return Err(refused());
        }
        let mut key = mask(context);
        key.iter_mut().zip(masked).for_each(|(a, b)| *a ^= b);
        Ok(DataKey::from(key))
    }

    fn tag(&self, subject: &[u8]) -> Result<[u8; 32], KeyError> {
        Ok(mask(subject))
    }
}

/// Signs with a key that is always the same.
#[derive(Debug)]
pub(crate) struct Signing(NoteSecret);

impl Signer for Signing {
    fn key(&self) -> &NoteKey {
        self.0.public()
    }

    fn sign(&self, text: &str) -> Result<Note, KeyError> {
        Note::sign(text, &self.0).map_err(|error| KeyError::Unavailable(error.to_string()))
    }
}

/// Tells what it is set to.
#[derive(Debug, Default)]
pub(crate) struct Set(pub(crate) AtomicU64);

impl Clock for Set {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A ledger's surroundings on a disk.
pub(crate) fn parts(disk: impl Disk + 'static) -> Parts {
    let name = "example.com/ledger".parse().unwrap();
    Parts {
        disk: Arc::new(disk),
        keys: Arc::new(Keys),
        signer: Arc::new(Signing(NoteSecret::from_seed(name, &[7; 32]).unwrap())),
        clock: Arc::new(Set(AtomicU64::new(1_790_000_000_000))),
        product: Arc::new(Product {
            name: "Palisade".to_owned(),
            vendor_name: "Palisade".to_owned(),
            version: "0".to_owned(),
        }),
    }
}

/// A disk that can't be written.
#[derive(Debug)]
struct Medium(Arc<dyn Disk>);

impl Disk for Medium {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }
    fn create(&self, _: &str) -> io::Result<Box<dyn DiskFile>> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.0.open(path)
    }
    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
    fn remove(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
    fn sync_folder(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
    fn lock(&self) -> io::Result<Lock> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

/// The ledger, where it can't be written.
pub(crate) fn on_medium(ledger: &Parts) -> Parts {
    Parts {
        disk: Arc::new(Medium(ledger.disk.clone())),
        ..ledger.clone()
    }
}

/// Lets somebody read a ledger as it is; that is recorded in another one.
pub(crate) fn permitted(ledger: &Parts, query: &Query) -> Permit {
    let (records, roles) = (parts(Simulated::default()), Roles::owner("olga"));
    drop(Ledger::open(records.clone(), small()).unwrap());
    let elsewhere = Elsewhere {
        parts: &records,
        roles: &roles,
    };
    let reader = Reader {
        principal: "olga".to_owned(),
        role: None,
    };
    let medium = on_medium(ledger);
    permit(&medium, Some(elsewhere), small(), &roles, &reader, query).unwrap()
}

/// One event.
pub(crate) fn read(ledger: &Parts, index: u64) -> Result<Option<Value>, LedgerError> {
    let query = Query {
        from_index: Some(index),
        until_index: Some(index + 1),
        ..Query::default()
    };
    // It tells what has expired.
    if permitted(ledger, &query).leaf()?.is_none() {
        return Ok(None);
    }
    let mut found = None;
    permitted(ledger, &query).query(|answer| {
        assert_eq!(answer.index, index);
        found = Some(answer.event);
        Ok::<_, LedgerError>(())
    })?;
    Ok(found)
}

/// Small segments, and checkpoints only when they are asked for.
pub(crate) fn small() -> Settings {
    Settings {
        segment_bytes: 600,
        segment_age: u64::MAX,
        checkpoint_interval: u64::MAX,
        batch_window: 1,
        index: false,
    }
}

/// Waits for a future in this thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let thread = Arc::new(Unpark(std::thread::current()));
    let waker = Waker::from(thread);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

struct Unpark(std::thread::Thread);

impl std::task::Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// An event that can be told from the others.
pub(crate) fn event(number: u64) -> Event {
    let user = User {
        uid: &format!("u-{number}"),
        name: "ada",
        email: "ada@example.com",
    };
    Draft::new(
        Class::DatastoreActivity,
        activity::datastore::READ,
        1_790_000_000_000,
    )
    .actor(&user)
    .set("database.name", "orders")
    .set("database.type_id", 1)
    .set("src_endpoint.ip", "192.0.2.7")
    .correlation(&format!("c-{number}"))
    .build()
    .unwrap()
}
