//! New keys: the key of every segment is wrapped again; the segments stay as they are, byte for
//! byte.

use crate::deeds::{self, Deed, KeepError, Stop};
use crate::ledger::Ledger;
use crate::store::{self, KEY};
use crate::writer::Writer;

impl Ledger {
    /// Wraps the keys of all segments with the active key, and tells how many had another one.
    /// Once this has returned nothing needs the others any more. When it was interrupted, each
    /// segment has one key that opens it, and asking again does the rest.
    ///
    /// # Errors
    /// When a key can't be had, when the ledger can't write.
    pub async fn rekey(&self) -> Result<u64, KeepError> {
        self.keep(rekey).await
    }
}

fn rekey(writer: &mut Writer) -> Result<u64, Stop> {
    let (disk, keys) = (writer.parts.disk.clone(), writer.parts.keys.clone());
    let active = keys.active().to_owned();
    let mut others = Vec::new();
    for first in store::list(&*disk)? {
        if store::read_wrapped(&*disk, first, KEY)?.key_id != active {
            others.push(first);
        }
    }
    if others.is_empty() {
        return Ok(0);
    }
    let deed = Deed::Rekey { key: active };
    deeds::record(writer, &deed, "")?;
    for first in &others {
        let header = store::header(&*disk, *first)?;
        let key = store::read_key_as(&*disk, &*keys, &header, KEY)?;
        store::write_key(&*disk, &*keys, &header, &key)?;
    }
    Ok(store::len(others.len()))
}
