//! One answer from several ledgers, such as those of several gateways. Each is read in a thread of
//! its own, a few events ahead, so that little is held however much there is.

use crate::access::Permit;
use crate::error::LedgerError;
use crate::query::Answer;
use crate::terms;
use std::sync::mpsc::{Receiver, sync_channel};

/// So many events of each ledger wait for their turn.
const AHEAD: usize = 16;

/// Gives what was asked for of each ledger, by time; at the same time by the number of the permit,
/// then by index. The permits are those of one query, and its limit is that of all together.
///
/// The order that a ledger recorded is kept: an event that tells of a time before that of an earlier
/// index comes with that one.
///
/// # Errors
/// What `each` fails with, at once. The first fault of a ledger, after all that the others have. The
/// number tells whose it is.
pub fn merged<E: From<LedgerError>>(
    permits: Vec<Permit>,
    mut each: impl FnMut(usize, Answer) -> Result<(), E>,
) -> Result<(), (usize, E)> {
    let asked = permits.first().map(Permit::asked);
    let newest_first = asked.is_some_and(|query| query.newest_first);
    let limit = asked.and_then(|query| query.limit);
    let mut streams: Vec<_> = permits.into_iter().map(Stream::new).collect();
    let mut fault = None;
    let mut left = limit.unwrap_or(u64::MAX);
    while left > 0 {
        let mut first: Option<(i64, usize)> = None;
        for (number, stream) in streams.iter_mut().enumerate() {
            let place = stream.place(newest_first).unwrap_or_else(|error| {
                fault.get_or_insert((number, error));
                None
            });
            if let Some(place) = place
                && first.is_none_or(|(least, _)| place < least)
            {
                first = Some((place, number));
            }
        }
        let Some((_, number)) = first else { break };
        if let Some(answer) = streams.get_mut(number).and_then(|s| s.next.take()) {
            each(number, answer).map_err(|error| (number, error))?;
            left -= 1;
        }
    }
    match fault {
        Some((number, error)) => Err((number, error.into())),
        None => Ok(()),
    }
}

/// What comes of one ledger.
struct Stream {
    answers: Receiver<Result<Answer, LedgerError>>,
    next: Option<Answer>,
    /// Where the last event stood; none stands before it.
    place: i64,
}

/// Nobody takes more, or there is a fault.
enum Stop {
    Gone,
    Fault(LedgerError),
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Fault(error)
    }
}

impl Stream {
    fn new(permit: Permit) -> Self {
        let (sender, answers) = sync_channel(AHEAD);
        // It is not joined: one that finds little would be waited for after the last event.
        #[expect(clippy::disallowed_methods, reason = "each ledger is read ahead")]
        std::thread::spawn(move || {
            let answer = |answer| sender.send(Ok(answer)).map_err(|_| Stop::Gone);
            if let Err(Stop::Fault(error)) = permit.query(answer) {
                // Who asked may be gone.
                let _ = sender.send(Err(error));
            }
        });
        Self {
            answers,
            next: None,
            place: i64::MIN,
        }
    }

    /// Where the next event stands among those of all; nothing when there is none.
    fn place(&mut self, newest_first: bool) -> Result<Option<i64>, LedgerError> {
        if self.next.is_none() {
            let Ok(answer) = self.answers.recv() else {
                return Ok(None);
            };
            let time = terms::time(&self.next.insert(answer?).event);
            // Turned round, the latest is the least.
            self.place = self.place.max(if newest_first { !time } else { time });
        }
        Ok(Some(self.place))
    }
}
