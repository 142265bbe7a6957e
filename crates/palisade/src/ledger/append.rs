//! `palisade ledger append`: events come in as lines of JSON, receipts go out as lines of JSON, in
//! order, each once its event is durable. Reading, syncing and printing go on at the same time.

use super::lines::{self, Line};
use super::place::Place;
use super::publish::{Beside, Publisher, Target};
use super::{failed, tell, wait};
use crate::cli::AppendArgs;
use crate::failure::CommandError;
use palisade_event::{Event, EventError, LIMIT, Record};
use palisade_ledger::{AppendError, Ledger, LedgerError, Pending, Receipt};
use serde_json::Value;
use std::io::{self, BufReader, BufWriter, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

/// So many events may be on their way.
const OUTSTANDING: usize = 256;
/// So many things that are wrong with an event are told.
const MOST_TOLD: usize = 5;

/// Exit code 3 says that there were lines that are no events: they are not in the ledger, all
/// others are.
pub(crate) fn run(arguments: &AppendArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let target = Target::configured(&place)?;
    let ledger = super::open(&place, arguments.origin.as_deref())?;
    let publisher = target.map(|t| Publisher::new(place.dir(), ledger.parts().clone(), t));
    let beside = publisher.map(Beside::begin).transpose()?;
    let record = match arguments.batched {
        true => Record::Batched,
        false => Record::Before,
    };
    let (sender, steps) = sync_channel(OUTSTANDING);
    let reading = ledger.clone();
    // It is not joined: after a failure it may wait for a line that never comes.
    #[expect(
        clippy::disallowed_methods,
        reason = "reads while others sync and print"
    )]
    std::thread::spawn(move || read(&reading, record, &sender));
    let mut printer = Printer {
        out: BufWriter::new(io::stdout().lock()),
        with_checkpoint: arguments.checkpoint.then_some(&ledger),
    };
    let printed = printer.print(&steps);
    drop(steps);
    // Whatever became of the receipts: what was appended is signed.
    let signed = wait(ledger.checkpoint());
    if let Some(beside) = beside {
        beside.end();
    }
    let end = printed?;
    signed.map_err(|error| failed(&error))?;
    if let Some(error) = end.stopped {
        return Err(failed(&error));
    }
    if let Some(error) = end.unread {
        return Err(CommandError::unreadable(format!(
            "standard input: {error}; what was read before is appended"
        )));
    }
    if end.refused > 0 {
        return Err(CommandError::unreadable(match end.refused {
            1 => "1 line is no event, and was not appended; all others were".to_owned(),
            n => format!("{n} lines are no events, and were not appended; all others were"),
        }));
    }
    Ok(ExitCode::SUCCESS)
}

/// What the reading thread has to tell, in order.
enum Step {
    /// An event is on its way.
    Appended(Pending),
    /// There is no more to read.
    End(End),
}

/// What became of the input.
#[derive(Debug, Default)]
struct End {
    /// How many lines are no events.
    refused: u64,
    /// Why there may be more.
    unread: Option<io::Error>,
    /// Why the ledger takes no more.
    stopped: Option<Arc<LedgerError>>,
}

/// Reads events and hands them to the ledger, until there are no more or nobody waits for them.
fn read(ledger: &Ledger, record: Record, steps: &SyncSender<Step>) {
    let mut input = BufReader::with_capacity(64 << 10, io::stdin().lock());
    let (mut line, mut end) = (Vec::new(), End::default());
    for number in 1_u64.. {
        let appended = match lines::next(&mut input, &mut line, LIMIT) {
            Ok(None) => break,
            Ok(Some(Line::Whole)) if line.trim_ascii().is_empty() => continue,
            Ok(Some(Line::Whole)) => append(ledger, record, &line),
            Ok(Some(Line::Long(length))) => Err(Refused::Event(vec![format!(
                "the line has {length} bytes; at most {LIMIT} are taken: leave out what is large, keep its digest"
            )])),
            Err(error) => {
                end.unread = Some(error);
                break;
            }
        };
        match appended {
            Ok(pending) => {
                if steps.send(Step::Appended(pending)).is_err() {
                    return;
                }
            }
            Err(Refused::Event(problems)) => {
                end.refused += 1;
                for problem in problems.iter().take(MOST_TOLD) {
                    tell(&format!("line {number}: {problem}"));
                }
                if let Some(more @ 1..) = problems.len().checked_sub(MOST_TOLD) {
                    tell(&format!("line {number}: and {more} more"));
                }
            }
            Err(Refused::Stopped(error)) => {
                end.stopped = Some(error);
                break;
            }
        }
    }
    // Who printed may be gone.
    let _ = steps.send(Step::End(end));
}

/// Why a line was not appended.
enum Refused {
    /// It is no event: what is wrong with it.
    Event(Vec<String>),
    /// The ledger has stopped.
    Stopped(Arc<LedgerError>),
}

fn append(ledger: &Ledger, record: Record, line: &[u8]) -> Result<Pending, Refused> {
    let told = |errors: &[EventError]| Refused::Event(errors.iter().map(told).collect());
    let event = Event::from_json(line, LIMIT).map_err(|errors| told(&errors))?;
    wait(ledger.submit(event, record)).map_err(|error| match error {
        AppendError::Event(error) => told(&[error]),
        AppendError::Ledger(error) => Refused::Stopped(error),
    })
}

/// What is wrong with an event that stands in one line.
fn told(error: &EventError) -> String {
    let column = error
        .position()
        .map(|(_, column)| format!("column {column}: "));
    let path = match error.path() {
        "" => String::new(),
        path => format!("`{path}`: "),
    };
    let column = column.unwrap_or_default();
    format!("{column}{path}{}; {}", error.problem(), error.help())
}

/// Prints receipts.
struct Printer<'a, W> {
    out: W,
    /// Where the checkpoint of each receipt comes from.
    with_checkpoint: Option<&'a Ledger>,
}

impl<W: Write> Printer<'_, W> {
    /// Prints a receipt for each event, until there are no more. While there is something to wait
    /// for, nothing is held back.
    fn print(&mut self, steps: &Receiver<Step>) -> Result<End, CommandError> {
        let mut receipts = Vec::new();
        loop {
            let step = match steps.try_recv() {
                Err(TryRecvError::Empty) => {
                    self.write(&mut receipts)?;
                    steps.recv().ok()
                }
                step => step.ok(),
            };
            match step {
                Some(Step::Appended(pending)) => {
                    if !pending.is_ready() || receipts.len() >= OUTSTANDING {
                        self.write(&mut receipts)?;
                    }
                    match wait(pending.receipt()) {
                        Ok(receipt) => receipts.push(receipt),
                        Err(error) => {
                            self.write(&mut receipts)?;
                            return Err(failed(&error));
                        }
                    }
                }
                Some(Step::End(end)) => {
                    self.write(&mut receipts)?;
                    return Ok(end);
                }
                None => {
                    self.write(&mut receipts)?;
                    return Err(CommandError::internal(
                        "reading standard input ended early; receipts tell what is appended",
                    ));
                }
            }
        }
    }

    fn write(&mut self, receipts: &mut Vec<Receipt>) -> Result<(), CommandError> {
        let Some(last) = receipts.last().map(|receipt| receipt.index) else {
            return Ok(());
        };
        let checkpoint = self.with_checkpoint.map(|ledger| wait(ledger.checkpoint()));
        let checkpoint = checkpoint.transpose().map_err(|error| failed(&error))?;
        let mut write = || -> io::Result<()> {
            for receipt in receipts.drain(..) {
                writeln!(self.out, "{}", line(&receipt, checkpoint.as_deref()))?;
            }
            self.out.flush()
        };
        write().map_err(|error| {
            CommandError::internal(format!(
                "nobody takes the receipts ({error}): stopped reading events; those up to {last} and perhaps some more are appended"
            ))
        })
    }
}

/// A receipt as it is printed.
fn line(receipt: &Receipt, checkpoint: Option<&str>) -> String {
    let Receipt { index, leaf_hash } = receipt;
    let checkpoint = checkpoint.map(|note| format!(r#","checkpoint":{}"#, Value::from(note)));
    let checkpoint = checkpoint.unwrap_or_default();
    format!(r#"{{"index":{index},"leaf_hash":"{leaf_hash}"{checkpoint}}}"#)
}
