//! `palisade ledger`: a record of events that cannot be quietly changed. Each command has a file;
//! here is what their errors mean, and how they wait.

mod append;
mod ask;
mod copies;
mod handed;
mod hold;
mod keep;
mod lines;
mod place;
mod prove;
mod publish;
mod rekey;
mod remove;
mod stats;
mod verify;
mod when;
mod who;
mod witness;

pub(crate) use ask::class;
pub(crate) use place::Place;
pub(crate) use publish::stopped;
pub(crate) use when::{When, show};
pub(crate) use who::user;

use crate::cli::{LedgerArgs, LedgerCommand};
use crate::failure::CommandError;
use palisade_ledger::{KeyError, Ledger, LedgerError, Settings};
use std::io::Write as _;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

pub(crate) fn run(arguments: &LedgerArgs) -> Result<ExitCode, CommandError> {
    match &arguments.command {
        LedgerCommand::Append(arguments) => append::run(arguments),
        LedgerCommand::Verify(arguments) => verify::run(arguments),
        LedgerCommand::Checkpoint(arguments) => prove::checkpoint(arguments),
        LedgerCommand::Publish(arguments) => publish::run(arguments),
        LedgerCommand::Witness(arguments) => witness::run(arguments),
        LedgerCommand::Prove(arguments) => prove::run(arguments),
        LedgerCommand::Query(arguments) => ask::query(arguments),
        LedgerCommand::Export(arguments) => ask::export(arguments),
        LedgerCommand::Tail(arguments) => ask::tail(arguments),
        LedgerCommand::Stats(arguments) => stats::run(arguments),
        LedgerCommand::Key(arguments) => prove::key(arguments),
        LedgerCommand::Hold(arguments) => hold::run(arguments),
        LedgerCommand::Release(arguments) => hold::release(arguments),
        LedgerCommand::Expire(arguments) => remove::expire(arguments),
        LedgerCommand::Erase(arguments) => remove::erase(arguments),
        LedgerCommand::Erasures(arguments) => remove::erasures(arguments),
        LedgerCommand::Rekey(arguments) => rekey::run(arguments),
        LedgerCommand::Backup(arguments) => copies::backup(arguments),
        LedgerCommand::Restore(arguments) => copies::restore(arguments),
    }
}

/// What an error of the ledger means to whoever called the command.
pub(crate) fn failed(error: &LedgerError) -> CommandError {
    failed_as(error, error.to_string())
}

/// The same, with more words.
fn failed_as(error: &LedgerError, message: String) -> CommandError {
    match error {
        LedgerError::Fault(_) => CommandError::unverified(message),
        LedgerError::Key { source, .. } => match source {
            KeyError::Unknown(_) => CommandError::usage(message),
            KeyError::Refused(_) => CommandError::unverified(message),
            KeyError::Unavailable(_) => CommandError::internal(message),
        },
        LedgerError::Copy => CommandError::usage(message),
        LedgerError::Version { .. } | LedgerError::Foreign { .. } => {
            CommandError::unreadable(message)
        }
        _ => CommandError::internal(message),
    }
}

/// Tells people something beside the answer.
pub(crate) fn tell(message: &str) {
    // Who closed it does not want to know.
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// Opens a ledger for writing, or begins it, and tells what was found.
pub(crate) fn open(place: &Place<'_>, origin: Option<&str>) -> Result<Ledger, CommandError> {
    let parts = place.existing_or_new(origin)?;
    let origin = parts.signer.key().name().clone();
    let opened = Ledger::open(parts, Settings::default());
    let (ledger, opened) = opened.map_err(|error| failed(&error))?;
    if opened.created {
        let dir = place.dir().display();
        tell(&format!("began the ledger `{origin}` in `{dir}`"));
    }
    if opened.set_aside > 0 {
        tell(&format!(
            "{} bytes of a write that was not finished were set aside in `torn`; none of it had been acknowledged",
            opened.set_aside
        ));
    }
    Ok(ledger)
}

/// Waits for a future in this thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
