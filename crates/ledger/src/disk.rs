//! The port to the disk. The ledger's promises rest on what is told here of each operation, so
//! that a test can hold the ledger against a disk that does no more than that.

mod folder;

pub use folder::Folder;

use std::fmt::Debug;
use std::io;

/// Where a ledger keeps its files. Paths are relative to the ledger's own folder, with `/`.
///
/// What survives a loss of power: the bytes of a file that [`DiskFile::sync`] returned for, under
/// a name that [`Disk::sync_folder`] returned for. Everything else may be there, in part or not at
/// all.
pub trait Disk: Debug + Send + Sync {
    /// The names of the files in a folder, sorted; none when there is no such folder.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Makes a new file, and the folders above it.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::AlreadyExists`] when there is one of that name.
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file, to read it and to add to it.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::NotFound`] when there is none.
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name in the same folder, in place of what had that name.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Makes the names in a folder last: what was created, renamed and removed.
    ///
    /// # Errors
    /// What the system says. After an error nothing may be believed of what was not synced before.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;

    /// Takes the folder for one writer, until what is given back is dropped or the process ends.
    ///
    /// # Errors
    /// What the system says.
    fn lock(&self) -> io::Result<Lock>;
}

/// Whether a folder could be taken for one writer.
#[derive(Debug)]
pub enum Lock {
    /// It is, as long as this is kept.
    Taken(Box<dyn Held>),
    /// Another process has it: its id, as far as it is known.
    Busy(String),
}

/// What keeps a folder for one writer.
pub trait Held: Debug + Send {}

/// An open file.
pub trait DiskFile: Debug + Send {
    /// Its length in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self) -> io::Result<u64>;

    /// Reads from a place on; fewer bytes than asked for only at the end of the file.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Writes at the end. After an error some of the bytes may have been written.
    ///
    /// # Errors
    /// What the system says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file off.
    ///
    /// # Errors
    /// What the system says.
    fn truncate(&mut self, len: u64) -> io::Result<()>;

    /// Makes the bytes last.
    ///
    /// # Errors
    /// What the system says. After an error nothing may be believed of what was not synced before,
    /// even if a later call succeeds.
    fn sync(&mut self) -> io::Result<()>;
}

/// The whole of a file.
///
/// # Errors
/// What the system says; [`io::ErrorKind::FileTooLarge`] when it is longer than `limit`.
pub(crate) fn read(disk: &dyn Disk, path: &str, limit: usize) -> io::Result<Vec<u8>> {
    let file = disk.open(path)?;
    let length = usize::try_from(file.length()?).unwrap_or(usize::MAX);
    if length > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = vec![0; length];
    let read = file.read_at(0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Writes a file as a whole: at any time there is the old one or the new one, and after the return
/// the new one lasts.
///
/// # Errors
/// What the system says.
pub(crate) fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = format!("{path}{NEW}");
    remove(disk, &beside)?;
    let mut file = disk.create(&beside)?;
    file.append(bytes)?;
    file.sync()?;
    disk.rename(&beside, path)?;
    disk.sync_folder(folder_of(path))
}

/// Removes a file if there is one.
///
/// # Errors
/// What the system says.
pub(crate) fn remove(disk: &dyn Disk, path: &str) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// How the name of a file ends that was not finished.
pub(crate) const NEW: &str = ".new";

/// The folder of a path; nothing for the ledger's own.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
