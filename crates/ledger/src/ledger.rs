//! The ledger as others use it: events go in at one end, receipts come out once they last. One
//! thread at a time writes; whoever appends while it syncs is in the next commit.

use crate::error::LedgerError;
use crate::index::{self, Pace};
use crate::open::{self, Opened};
use crate::queue::{self, Receiver, Sender, Taken};
use crate::reading::{self, LISTEN};
use crate::segment::MOST_IN_FRAME;
use crate::writer::{Parts, Ready, Settings, Writer};
use palisade_tlog::Hash;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// A commit takes no more than this, so that the first in it need not wait for the last.
const MOST_IN_COMMIT: usize = 4 << 20;
/// So many bytes of events may wait to be written; who comes later waits before. What is written and
/// what waits are two commits: an event that nobody waits for is never further behind.
const MOST_OUTSTANDING: usize = 2 * MOST_IN_COMMIT;
const _: () = assert!(MOST_IN_COMMIT + (1 << 17) < MOST_IN_FRAME);

/// What was given for an event: it lasts, under this index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the order of all events, from 0.
    pub index: u64,
    /// What the tree has at this place.
    pub leaf_hash: Hash,
}

/// An event on its way: it lasts once there is a receipt. Dropping this does not take it back.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Receipt, Arc<LedgerError>>>);

impl Pending {
    /// Waits for the receipt.
    ///
    /// # Errors
    /// When the ledger has stopped.
    pub async fn receipt(self) -> Result<Receipt, Arc<LedgerError>> {
        self.0.await.map_err(|_| ended())?
    }

    /// Whether the receipt is there, so that nobody need wait.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.0.is_empty()
    }
}

/// An open ledger. It can be shared; when the last one goes, what was appended is signed and the
/// folder is free for others.
#[derive(Clone, Debug)]
pub struct Ledger {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    queue: Option<Sender<Message>>,
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
    indexing: Option<Indexing>,
    parts: Parts,
}

/// What makes the indices of segments that end.
#[derive(Debug)]
struct Indexing {
    pace: Arc<Pace>,
    thread: JoinHandle<()>,
}

/// The writer, for the thread of its own and for whoever would wait for it anyway.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Whether the writer's own thread wants it: it goes first.
    wanted: AtomicBool,
    halt: Arc<Halt>,
}

/// What is known of a writer that has stopped, without waiting for it.
#[derive(Debug, Default)]
pub(crate) struct Halt {
    why: OnceLock<Arc<LedgerError>>,
    /// Events that were taken without a receipt, and not written.
    lost: AtomicU64,
}

impl Shared {
    /// For the writer's own thread; nothing when a commit has panicked.
    fn lock(&self) -> Option<MutexGuard<'_, State>> {
        self.wanted.store(true, Ordering::Relaxed);
        let state = self.state.lock().ok();
        self.wanted.store(false, Ordering::Relaxed);
        state
    }

    /// For others, unless somebody is at it or wants to be.
    fn try_lock(&self) -> Option<MutexGuard<'_, State>> {
        if self.wanted.load(Ordering::Relaxed) {
            return None;
        }
        // Of a writer that has panicked the queue tells.
        self.state.try_lock().ok()
    }
}

enum Message {
    Append(Append),
    Do(Work),
}

/// What the writer is asked to do between two commits. It is given the error when the writer has
/// stopped, and gives the error that makes it stop.
type Work =
    Box<dyn FnOnce(Result<&mut Writer, Arc<LedgerError>>) -> Option<Arc<LedgerError>> + Send>;

type Reply = oneshot::Sender<Result<Receipt, Arc<LedgerError>>>;

struct Append {
    event: Ready,
    /// Nothing when nobody waits for the receipt.
    reply: Option<Reply>,
    /// Its part of what may wait, given back when it is answered; nothing where a whole thread
    /// waits for it, or nobody can.
    room: Option<OwnedSemaphorePermit>,
}

impl Ledger {
    /// Opens a ledger for writing, or begins one.
    ///
    /// # Errors
    /// When another process writes it, when it is not what was written, when the disk or the keys
    /// don't answer.
    pub fn open(parts: Parts, settings: Settings) -> Result<(Self, Opened), LedgerError> {
        let (mut writer, opened) = open::open(parts.clone(), settings)?;
        reading::clear(&*parts.disk);
        let indexing = settings.index.then(|| {
            let (ended, segments) = mpsc::channel();
            writer.ended = Some(ended);
            let (parts, pace) = (parts.clone(), writer.pace.clone());
            let paced = pace.clone();
            #[expect(clippy::disallowed_methods, reason = "commits don't wait for indices")]
            let thread = std::thread::spawn(move || index::keep_up(&parts, &segments, &paced));
            Indexing { pace, thread }
        });
        let (queue, waiting) = queue::queue();
        let halt = writer.halt.clone();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Writing(Box::new(writer))),
            wanted: AtomicBool::new(false),
            halt,
        });
        let (writing, window) = (shared.clone(), settings.batch_window);
        #[expect(clippy::disallowed_methods, reason = "the thread that writes")]
        let thread = std::thread::spawn(move || run(&writing, &waiting, window));
        let inner = Inner {
            queue: Some(queue),
            shared,
            room: Arc::new(Semaphore::new(MOST_OUTSTANDING)),
            thread: Some(thread),
            indexing,
            parts,
        };
        let ledger = Self {
            inner: Arc::new(inner),
        };
        Ok((ledger, opened))
    }
}

impl Ledger {
    /// Appends what was sealed; the receipt comes once it lasts.
    pub(crate) async fn append_ready(&self, event: Ready) -> Result<Receipt, Arc<LedgerError>> {
        self.submit_ready(event).await?.receipt().await
    }

    /// The same for a thread that may block. Unless the writer is busy, it is written right here:
    /// waking another thread and being woken takes longer than the rest.
    pub(crate) fn append_ready_blocking(&self, event: Ready) -> Result<Receipt, Arc<LedgerError>> {
        let (reply, receipt) = oneshot::channel();
        let append = Append {
            event,
            reply: Some(reply),
            room: None,
        };
        // What waits already goes first.
        let is_first = self.inner.queue.as_ref().is_some_and(Sender::is_empty);
        let writer = is_first.then(|| self.inner.shared.try_lock()).flatten();
        match writer {
            // It has a receipt: who waits for it is told.
            Some(mut state) => drop(state.commit(&mut vec![append])),
            None => self.inner.send(Message::Append(append))?,
        }
        receipt.blocking_recv().map_err(|_| ended())?
    }

    /// The same as [`Ledger::submit`] for what is ready.
    ///
    /// # Errors
    /// When the ledger has stopped.
    pub async fn submit_ready(&self, event: Ready) -> Result<Pending, Arc<LedgerError>> {
        let (reply, receipt) = oneshot::channel();
        self.push(event, Some(reply)).await?;
        Ok(Pending(receipt))
    }

    /// Appends what need not last before it takes effect: it is written within
    /// [`Settings::batch_window`] and the time of two commits. That is what can be lost in a crash.
    ///
    /// # Errors
    /// When the ledger has stopped.
    pub async fn append_batched(&self, event: Ready) -> Result<(), Arc<LedgerError>> {
        self.push(event, None).await
    }

    /// The same from where nobody can wait, such as the end of a task that was cancelled. It is not
    /// held back by what waits already, so whoever uses it bounds its number otherwise.
    ///
    /// # Errors
    /// When the ledger has stopped.
    pub fn append_detached(&self, event: Ready) -> Result<(), Arc<LedgerError>> {
        self.inner.send(Message::Append(Append {
            event,
            reply: None,
            room: None,
        }))
    }

    async fn push(&self, event: Ready, reply: Option<Reply>) -> Result<(), Arc<LedgerError>> {
        let length = u32::try_from(event.length()).unwrap_or(u32::MAX);
        let room = self.inner.room.clone().acquire_many_owned(length).await;
        let append = Append {
            event,
            reply,
            room: Some(room.map_err(|_| ended())?),
        };
        self.inner.send(Message::Append(append))
    }

    /// Signs what there is, and gives the checkpoint: a note that outsiders can verify.
    ///
    /// # Errors
    /// When the ledger has stopped, or can't write.
    pub async fn checkpoint(&self) -> Result<String, Arc<LedgerError>> {
        self.with(|writer| {
            writer.checkpoint()?;
            writer.last_checkpoint()
        })
        .await
    }

    /// Lets the writer do something between two commits.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, Arc<LedgerError>> {
        let (reply, answer) = oneshot::channel();
        let work = move |writer: Result<&mut Writer, Arc<LedgerError>>| {
            let result = match writer {
                Ok(writer) => work(writer).map_err(Arc::new),
                Err(stopped) => Err(stopped),
            };
            let failed = result.as_ref().err().cloned();
            // Who asked may be gone.
            let _ = reply.send(result);
            failed
        };
        self.inner.send(Message::Do(Box::new(work)))?;
        answer.await.map_err(|_| ended())?
    }

    /// Why nothing is written any more, once that is so.
    #[must_use]
    pub fn stopped(&self) -> Option<Arc<LedgerError>> {
        let shared = &self.inner.shared;
        let has_panicked = || shared.state.is_poisoned().then(ended);
        shared.halt.why.get().cloned().or_else(has_panicked)
    }

    /// How many events were taken without a receipt and then not written, because writing failed.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.inner.shared.halt.lost.load(Ordering::Relaxed)
    }

    /// What the ledger was opened with.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.inner.parts
    }
}

impl Inner {
    fn send(&self, message: Message) -> Result<(), Arc<LedgerError>> {
        // Who waits for no receipt must learn it here.
        if let Some(error) = self.shared.halt.why.get() {
            return Err(error.clone());
        }
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        let (bytes, is_urgent) = match &message {
            Message::Append(append) => (append.event.length(), append.reply.is_some()),
            Message::Do(_) => (0, true),
        };
        match queue.send(message, bytes, is_urgent) {
            true => Ok(()),
            false => Err(ended()),
        }
    }
}

fn ended() -> Arc<LedgerError> {
    Arc::new(LedgerError::Stopped {
        reason: "the writer has ended".to_owned(),
    })
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer ends when nobody can send any more.
        self.queue = None;
        if let Some(indexing) = &self.indexing {
            indexing.pace.stop.store(true, Ordering::Relaxed);
            indexing.thread.thread().unpark();
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // With the writer goes what tells of segments, and what keeps other writers away.
        let state = self.shared.state.lock();
        *state.unwrap_or_else(PoisonError::into_inner) = State::Stopped(ended());
        if let Some(indexing) = self.indexing.take() {
            let _ = indexing.thread.join();
        }
    }
}

/// Who wants to read waits for no more commits than this.
const LISTEN_COMMITS: u64 = 16;

/// What the writer's thread does until nobody can ask for anything more.
fn run(shared: &Shared, queue: &Receiver<Message>, window: u64) {
    let window = Duration::from_millis(window);
    let mut commits = 0_u64;
    let mut wait = LISTEN;
    let (mut messages, mut batch) = (Vec::new(), Vec::new());
    loop {
        let taken = queue.take(&mut messages, wait, window);
        let Some(mut state) = shared.lock() else {
            // Who waits is told: the queue goes with this thread.
            return;
        };
        match taken {
            Taken::Over => return state.act(Writer::checkpoint),
            Taken::Nothing => {
                state.act(reading::answer);
                if wait < LISTEN {
                    state.act(Writer::checkpoint);
                }
            }
            Taken::Some => {
                let (mut bytes, mut lost, before) = (0, 0, commits);
                for message in messages.drain(..) {
                    match message {
                        Message::Append(append) => {
                            bytes += append.event.length();
                            batch.push(append);
                        }
                        Message::Do(work) => {
                            lost += state.commit(&mut batch);
                            state.answer(work);
                            bytes = 0;
                        }
                    }
                    if bytes >= MOST_IN_COMMIT {
                        lost += state.commit(&mut batch);
                        (bytes, commits) = (0, commits + 1);
                    }
                }
                lost += state.commit(&mut batch);
                commits += 1;
                shared.halt.lost.fetch_add(lost, Ordering::Relaxed);
                if before / LISTEN_COMMITS != commits / LISTEN_COMMITS {
                    state.act(reading::answer);
                }
            }
        }
        // Under load no wait ever times out.
        if state.wait() == Some(Duration::ZERO) {
            state.act(Writer::checkpoint);
        }
        wait = state.wait().unwrap_or(LISTEN).min(LISTEN);
    }
}

/// A writer, until something fails.
#[derive(Debug)]
enum State {
    Writing(Box<Writer>),
    Stopped(Arc<LedgerError>),
}

impl State {
    /// How long to wait for a message before a checkpoint is due.
    fn wait(&self) -> Option<Duration> {
        match self {
            Self::Writing(writer) => writer.checkpoint_due().map(Duration::from_millis),
            Self::Stopped(_) => None,
        }
    }

    fn act(&mut self, work: impl FnOnce(&mut Writer) -> Result<(), LedgerError>) {
        if let Self::Writing(writer) = self
            && let Err(error) = work(writer)
        {
            self.stop(&error);
        }
    }

    /// From now on nothing is written: what the disk has is not what the writer believes.
    fn stop(&mut self, error: &LedgerError) {
        let why = Arc::new(LedgerError::Stopped {
            reason: error.to_string(),
        });
        if let Self::Writing(writer) = self {
            let _ = writer.halt.why.set(why.clone());
        }
        *self = Self::Stopped(why);
    }

    fn answer(&mut self, work: Work) {
        let failed = work(match self {
            Self::Writing(writer) => Ok(writer),
            Self::Stopped(error) => Err(error.clone()),
        });
        if let Some(error) = failed
            && matches!(self, Self::Writing(_))
        {
            self.stop(&error);
        }
    }

    /// Writes what is in the batch, and says how many are lost without anybody who could be told.
    fn commit(&mut self, batch: &mut Vec<Append>) -> u64 {
        let mut lost = 0;
        if batch.is_empty() {
            return lost;
        }
        let (mut events, mut replies) = (Vec::new(), Vec::new());
        for append in batch.drain(..) {
            let hash = append.event.hash;
            events.push(append.event);
            replies.push((hash, append.reply, append.room));
        }
        let committed = match self {
            Self::Writing(writer) => writer.commit(&events).map_err(Some),
            Self::Stopped(_) => Err(None),
        };
        if let Err(Some(error)) = &committed {
            self.stop(error);
        }
        let first = committed.ok();
        for (offset, (leaf_hash, reply, _room)) in (0..).zip(replies) {
            let result = match (&first, &*self) {
                (Some(first), _) => Ok(Receipt {
                    index: first + offset,
                    leaf_hash,
                }),
                (None, Self::Stopped(error)) => Err(error.clone()),
                (None, Self::Writing(_)) => continue,
            };
            match reply {
                // Who appended may be gone; the event is there all the same.
                Some(reply) => drop(reply.send(result)),
                None => lost += u64::from(result.is_err()),
            }
        }
        lost
    }
}
