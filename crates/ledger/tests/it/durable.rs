//! An event whose receipt was given survives a kill and a loss of power at any point.

use crate::fixture::{event, parts, small, wait};
use crate::simulated::{Simulated, Trouble};
use palisade_ledger::{
    AppendError, Disk, DiskFile, Evidence, Ledger, LedgerError, Lock, Receipt, Settings, verify,
};
use std::io;

const EVENTS: u64 = 5;

/// Appends an event, by turns through the writer's thread and in this one.
fn append(ledger: &Ledger, number: u64) -> Result<Receipt, AppendError> {
    match number % 2 {
        0 => wait(ledger.append(event(number))),
        _ => ledger.append_blocking(event(number)),
    }
}

/// Appends events until one is refused; the receipts of the others.
fn fill(disk: impl Disk + 'static) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    if let Ok((ledger, _)) = Ledger::open(parts(disk), small()) {
        for number in 0..EVENTS {
            match append(&ledger, number) {
                Ok(receipt) => receipts.push(receipt),
                Err(_) => break,
            }
            // Checkpoints come in between, not after each.
            if number == 2 && wait(ledger.checkpoint()).is_err() {
                break;
            }
        }
    }
    receipts
}

/// Numbers that look random and are always the same.
pub(crate) fn choices(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    }
}

/// What is wrong after a crash, if anything: receipts that are not honoured, or a ledger that does
/// not open.
fn lost(disk: &Simulated, receipts: &[Receipt]) -> Option<String> {
    let (ledger, opened) = match Ledger::open(parts(disk.clone()), small()) {
        Ok(opened) => opened,
        Err(error) => return Some(format!("it does not open: {error}")),
    };
    let count = receipts.len() as u64;
    if opened.events < count {
        return Some(format!("{} of {count} events are there", opened.events));
    }
    // The tree over what was acknowledged is the same: the next index follows, and each leaf is
    // where its receipt says.
    let next = wait(ledger.append(event(99))).map(|receipt| receipt.index);
    let recorded = u64::from(opened.set_aside > 0);
    if next.as_ref().ok() != Some(&(opened.events + recorded)) {
        return Some(format!("the next event is {next:?} after {opened:?}"));
    }
    drop(ledger);
    let evidence = Evidence {
        receipts: receipts.to_vec(),
        ..Evidence::default()
    };
    let verified = verify(&parts(disk.clone()), &evidence);
    verified
        .err()
        .map(|error| format!("it is not whole: {error}"))
}

fn operations() -> u64 {
    let disk = Simulated::default();
    assert_eq!(fill(disk.clone()).len() as u64, EVENTS);
    disk.operations()
}

#[test]
fn no_acknowledged_event_is_lost_in_a_loss_of_power() {
    for at in 1..=operations() {
        let disk = Simulated::default();
        disk.plan(at, Trouble::PowerLoss);
        let receipts = fill(disk.clone());
        for seed in 0..12 {
            let after = disk.after_power_loss(&mut choices(at * 100 + seed));
            let wrong = lost(&after, &receipts);
            assert_eq!(wrong, None, "power lost at operation {at}, seed {seed}");
        }
    }
}

#[test]
fn no_acknowledged_event_is_lost_in_a_kill() {
    for at in 1..=operations() {
        let disk = Simulated::default();
        disk.plan(at, Trouble::Kill);
        let receipts = fill(disk.clone());
        let wrong = lost(&disk.after_kill(), &receipts);
        assert_eq!(wrong, None, "killed at operation {at}");
    }
}

#[test]
fn nothing_is_acknowledged_after_a_write_or_sync_that_failed() {
    for (at, trouble) in
        (1..=operations()).flat_map(|at| [(at, Trouble::Fails), (at, Trouble::Full)])
    {
        let disk = Simulated::default();
        disk.plan(at, trouble);
        let Ok((ledger, _)) = Ledger::open(parts(disk.clone()), small()) else {
            continue;
        };
        let mut receipts = Vec::new();
        let mut failed = None;
        for number in 0..EVENTS {
            match append(&ledger, number) {
                Ok(receipt) if failed.is_none() => receipts.push(receipt),
                Ok(_) => panic!("acknowledged after {failed:?} ({trouble:?} at {at})"),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(AppendError::Ledger(error)) = &failed {
            assert!(matches!(**error, LedgerError::Stopped { .. }), "{error}");
        }
        drop(ledger);
        // The power goes afterwards: what the failed sync left out must not have been promised.
        for seed in 0..4 {
            let after = disk.after_power_loss(&mut choices(at * 100 + seed));
            assert_eq!(
                lost(&after, &receipts),
                None,
                "{trouble:?} at {at}, seed {seed}"
            );
        }
    }
}

/// A disk whose files say that they are synced and are not: what a ledger looks like that
/// acknowledges before the sync.
#[derive(Debug)]
struct Hasty(Simulated);

#[derive(Debug)]
struct HastyFile(Box<dyn DiskFile>);

impl Disk for Hasty {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }
    fn create(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.0.create(path)?;
        Ok(if path.ends_with(".log") {
            Box::new(HastyFile(file))
        } else {
            file
        })
    }
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.0.open(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.0.sync_folder(folder)
    }
    fn lock(&self) -> io::Result<Lock> {
        self.0.lock()
    }
}

impl DiskFile for HastyFile {
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, into)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }
    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.0.truncate(len)
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_ledger_that_acknowledges_before_the_sync_is_found_out() {
    let found = (1..=operations()).any(|at| {
        let disk = Simulated::default();
        disk.plan(at, Trouble::PowerLoss);
        let receipts = fill(Hasty(disk.clone()));
        (0..12).any(|seed| {
            let after = disk.after_power_loss(&mut choices(at * 100 + seed));
            lost(&after, &receipts).is_some()
        })
    });
    assert!(
        found,
        "the tests above can't tell a ledger that does not sync"
    );
}

#[test]
fn what_a_crash_leaves_verifies_before_it_is_opened_again() {
    for at in 1..=operations() {
        let disk = Simulated::default();
        disk.plan(at, Trouble::PowerLoss);
        let receipts = fill(disk.clone());
        for seed in 0..12 {
            let after = disk.after_power_loss(&mut choices(at * 100 + seed));
            if !after.files().contains_key("ledger") {
                continue;
            }
            let evidence = Evidence {
                receipts: receipts.clone(),
                ..Evidence::default()
            };
            let verified = verify(&parts(after), &evidence);
            assert!(verified.is_ok(), "{at}, seed {seed}: {verified:?}");
        }
    }
}

/// Long segments, so that nothing but checkpoints writes tiles.
fn long() -> Settings {
    Settings {
        segment_bytes: u64::MAX,
        ..small()
    }
}

#[test]
fn tiles_that_a_crash_left_unfinished_do_no_harm_later() {
    let append = |disk: &Simulated, count: u64| {
        let Ok((ledger, _)) = Ledger::open(parts(disk.clone()), long()) else {
            return;
        };
        for number in 0..count {
            let appended = wait(ledger.append(event(number)));
            if appended.is_err() || wait(ledger.checkpoint()).is_err() {
                return;
            }
        }
    };
    let disk = Simulated::default();
    append(&disk, 3);
    for at in 1..=disk.operations() {
        let disk = Simulated::default();
        disk.plan(at, Trouble::PowerLoss);
        append(&disk, 3);
        for seed in 0..12 {
            let after = disk.after_power_loss(&mut choices(at * 100 + seed));
            let (ledger, _) = Ledger::open(parts(after.clone()), long()).unwrap();
            wait(ledger.append(event(9))).unwrap();
            drop(ledger);
            let verified = verify(&parts(after), &Evidence::default());
            assert!(verified.is_ok(), "{at}, seed {seed}: {verified:?}");
        }
    }
}
