//! Quotas in a file. Keys are hashes under a random number that the file itself keeps: it names nobody.

use super::hash::Seed;
use super::quota::{Counter, QuotaStore, StoreError, Window};
use redb::{
    Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableDefinition,
    TableError,
};
use std::fmt;
use std::path::Path;

const FORMAT: u64 = 1;
/// Window, period, key to what is reserved.
const COUNTS: TableDefinition<'static, (u8, u32, u128), u64> = TableDefinition::new("counts");
const ABOUT: TableDefinition<'static, &str, u128> = TableDefinition::new("about");

/// Quotas in a file of this process alone.
pub struct FileStore {
    database: Database,
    seed: Seed,
}

impl FileStore {
    /// Opens the file, or begins one, whose keys are hashed with `fresh` random bytes.
    ///
    /// # Errors
    /// When another process has it, when it is damaged or of another version, when the disk fails.
    pub fn open(path: &Path, fresh: [u8; 16]) -> Result<Self, StoreError> {
        let database = Database::create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::Locked,
            DatabaseError::Storage(error) => storage(error),
            other => StoreError::Corrupt(other.to_string()),
        })?;
        let write = database.begin_write().map_err(transaction)?;
        let seed = {
            let mut about = write.open_table(ABOUT).map_err(table)?;
            let format = about.get("format").map_err(storage)?.map(|n| n.value());
            match format {
                None => {
                    let seed = u128::from_le_bytes(fresh);
                    about
                        .insert("format", u128::from(FORMAT))
                        .map_err(storage)?;
                    about.insert("seed", seed).map_err(storage)?;
                }
                Some(format) if format == u128::from(FORMAT) => {}
                Some(other) => {
                    return Err(StoreError::Version(
                        u64::try_from(other).unwrap_or(u64::MAX),
                    ));
                }
            }
            let seed = about.get("seed").map_err(storage)?;
            seed.map(|seed| seed.value())
                .ok_or_else(|| StoreError::Corrupt("it has no seed".to_owned()))?
        };
        write.open_table(COUNTS).map_err(table)?;
        write.commit().map_err(commit)?;
        Ok(Self {
            database,
            seed: Seed::new(seed.to_le_bytes()),
        })
    }

    /// What keys are hashed with.
    #[must_use]
    pub const fn seed(&self) -> Seed {
        self.seed
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileStore")
    }
}

impl QuotaStore for FileStore {
    fn read(&self, counter: Counter) -> Result<u64, StoreError> {
        let read = self.database.begin_read().map_err(transaction)?;
        let counts = read.open_table(COUNTS).map_err(table)?;
        let number = counts.get(row(counter)).map_err(storage)?;
        Ok(number.map_or(0, |number| number.value()))
    }

    fn write(&self, numbers: &[(Counter, u64)]) -> Result<(), StoreError> {
        // A transaction is durable when its commit returns: redb's default.
        let write = self.database.begin_write().map_err(transaction)?;
        {
            let mut counts = write.open_table(COUNTS).map_err(table)?;
            for (counter, number) in numbers {
                counts.insert(row(*counter), number).map_err(storage)?;
            }
        }
        write.commit().map_err(commit)
    }

    fn forget(&self, window: Window, period: u32) -> Result<(), StoreError> {
        let range = (tag(window), 0, 0)..(tag(window), period, 0);
        // Looking first: this is asked often, and a transaction that changes nothing costs a sync.
        let read = self.database.begin_read().map_err(transaction)?;
        let counts = read.open_table(COUNTS).map_err(table)?;
        if counts
            .range(range.clone())
            .map_err(storage)?
            .next()
            .is_none()
        {
            return Ok(());
        }
        let write = self.database.begin_write().map_err(transaction)?;
        write
            .open_table(COUNTS)
            .map_err(table)?
            .retain_in(range, |_, _| false)
            .map_err(storage)?;
        write.commit().map_err(commit)
    }
}

const fn tag(window: Window) -> u8 {
    match window {
        Window::Day => 0,
        Window::Month => 1,
    }
}

const fn row(counter: Counter) -> (u8, u32, u128) {
    (tag(counter.window), counter.period, counter.number())
}

fn storage(error: StorageError) -> StoreError {
    match error {
        StorageError::Corrupted(what) => StoreError::Corrupt(what),
        // What redb says of a file that it did not write.
        StorageError::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            StoreError::Corrupt(error.to_string())
        }
        other => StoreError::Io(other.to_string()),
    }
}

fn transaction(error: redb::TransactionError) -> StoreError {
    match error {
        redb::TransactionError::Storage(error) => storage(error),
        other => StoreError::Io(other.to_string()),
    }
}

fn commit(error: redb::CommitError) -> StoreError {
    match error {
        redb::CommitError::Storage(error) => storage(error),
        other => StoreError::Io(other.to_string()),
    }
}

fn table(error: TableError) -> StoreError {
    match error {
        TableError::Storage(error) => storage(error),
        other => StoreError::Corrupt(other.to_string()),
    }
}
