//! What waits to be written: many send, one takes. What somebody waits for is taken at once; the
//! rest waits for company, since a commit costs the same for one event as for a thousand.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many bytes are company enough.
const COMPANY: usize = 256 << 10;

/// The end where things go in.
pub(crate) struct Sender<T>(Arc<Queue<T>>);

/// The end where they come out.
pub(crate) struct Receiver<T>(Arc<Queue<T>>);

struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    changed: Condvar,
}

struct Waiting<T> {
    items: Vec<T>,
    bytes: usize,
    /// Whether somebody waits for one of them.
    is_urgent: bool,
    /// Whether the receiver waits for anything at all.
    is_idle: bool,
    /// Whether one of the ends is gone.
    is_over: bool,
}

/// What came of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Something.
    Some,
    /// Nothing in that time.
    Nothing,
    /// Nothing, and nothing will come.
    Over,
}

pub(crate) fn queue<T>() -> (Sender<T>, Receiver<T>) {
    let queue = Arc::new(Queue {
        waiting: Mutex::new(Waiting {
            items: Vec::new(),
            bytes: 0,
            is_urgent: false,
            is_idle: false,
            is_over: false,
        }),
        changed: Condvar::new(),
    });
    (Sender(queue.clone()), Receiver(queue))
}

impl<T> Queue<T> {
    /// Nothing that is done under the lock can panic half-way.
    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the ends goes.
    fn end(&self) -> MutexGuard<'_, Waiting<T>> {
        let mut waiting = self.lock();
        waiting.is_over = true;
        self.changed.notify_one();
        waiting
    }
}

impl<T> std::fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender")
    }
}

impl<T> Sender<T> {
    /// Puts something behind the others; whether anybody is going to take it.
    pub(crate) fn send(&self, item: T, bytes: usize, is_urgent: bool) -> bool {
        let mut waiting = self.0.lock();
        if waiting.is_over {
            return false;
        }
        waiting.items.push(item);
        waiting.bytes += bytes;
        let is_full = waiting.bytes >= COMPANY;
        let wakes = waiting.is_idle || (is_urgent && !waiting.is_urgent) || is_full;
        waiting.is_urgent |= is_urgent;
        waiting.is_idle = false;
        drop(waiting);
        if wakes {
            self.0.changed.notify_one();
        }
        true
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().items.is_empty()
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        drop(self.0.end());
    }
}

impl<T> Receiver<T> {
    /// Moves what there is to the end of `to`: waits so long for anything to come, and then at most
    /// `window` for more.
    pub(crate) fn take(&self, to: &mut Vec<T>, wait: Duration, window: Duration) -> Taken {
        let mut waiting = self.0.lock();
        waiting.is_idle = true;
        let comes_nothing = |waiting: &mut Waiting<T>| waiting.items.is_empty() && !waiting.is_over;
        let changed = &self.0.changed;
        let result = changed.wait_timeout_while(waiting, wait, comes_nothing);
        waiting = result.unwrap_or_else(PoisonError::into_inner).0;
        waiting.is_idle = false;
        if waiting.items.is_empty() {
            return match waiting.is_over {
                true => Taken::Over,
                false => Taken::Nothing,
            };
        }
        let can_wait = |waiting: &mut Waiting<T>| {
            !waiting.is_urgent && !waiting.is_over && waiting.bytes < COMPANY
        };
        let result = changed.wait_timeout_while(waiting, window, can_wait);
        waiting = result.unwrap_or_else(PoisonError::into_inner).0;
        to.append(&mut waiting.items);
        waiting.bytes = 0;
        waiting.is_urgent = false;
        Taken::Some
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let left = std::mem::take(&mut self.0.end().items);
        // Whoever waits for an answer is told by that, without the lock.
        drop(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const LONG: Duration = Duration::from_secs(60);

    fn spawn<T: Send + 'static>(
        work: impl FnOnce() -> T + Send + 'static,
    ) -> std::thread::JoinHandle<T> {
        #[expect(clippy::disallowed_methods, reason = "two ends need two threads")]
        std::thread::spawn(work)
    }

    #[test]
    fn what_is_urgent_takes_along_what_waits() {
        let (sender, receiver) = queue();
        let taking = spawn(move || {
            let mut taken = Vec::new();
            assert_eq!(receiver.take(&mut taken, LONG, LONG), Taken::Some);
            taken
        });
        for number in 0..100 {
            assert!(sender.send(number, 1, false));
        }
        assert!(sender.send(100, 1, true));
        let taken = taking.join().unwrap();
        assert_eq!(taken, (0..=100).collect::<Vec<_>>());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "how long it waits is the point")]
    fn what_can_wait_does_for_the_window_or_until_there_is_enough() {
        let (sender, receiver) = queue();
        let mut taken = Vec::new();
        sender.send('a', 1, false);
        let window = Duration::from_millis(20);
        let began = Instant::now();
        assert_eq!(receiver.take(&mut taken, LONG, window), Taken::Some);
        assert!(began.elapsed() >= window);
        sender.send('b', COMPANY, false);
        assert_eq!(receiver.take(&mut taken, LONG, LONG), Taken::Some);
        assert_eq!(taken, ['a', 'b']);
        let nothing = receiver.take(&mut taken, Duration::ZERO, LONG);
        assert_eq!(nothing, Taken::Nothing);
    }

    #[test]
    fn each_end_learns_that_the_other_is_gone() {
        let (sender, receiver) = queue();
        sender.send(1, 1, false);
        drop(sender);
        let mut taken = Vec::new();
        assert_eq!(receiver.take(&mut taken, LONG, LONG), Taken::Some);
        assert_eq!(receiver.take(&mut taken, LONG, LONG), Taken::Over);
        assert_eq!(taken, [1]);
        let (sender, receiver) = queue();
        let kept = Arc::new(());
        sender.send(kept.clone(), 1, true);
        drop(receiver);
        assert_eq!(Arc::strong_count(&kept), 1);
        assert!(!sender.send(kept, 1, true));
    }

    #[test]
    fn nothing_is_lost_between_many_and_one() {
        let (sender, receiver) = queue();
        let sender = Arc::new(sender);
        let sending: Vec<_> = (0..4)
            .map(|thread| {
                let sender = sender.clone();
                spawn(move || {
                    for number in 0..1000 {
                        let is_urgent = number % 7 == 0;
                        assert!(sender.send((thread, number), 100, is_urgent));
                    }
                })
            })
            .collect();
        drop(sender);
        let (mut taken, window) = (Vec::new(), Duration::from_micros(50));
        while receiver.take(&mut taken, LONG, window) != Taken::Over {}
        for thread in sending {
            thread.join().unwrap();
        }
        for thread in 0..4 {
            let of: Vec<_> = taken.iter().filter(|(of, _)| *of == thread).collect();
            assert!(of.iter().map(|(_, number)| *number).eq(0..1000));
        }
    }
}
