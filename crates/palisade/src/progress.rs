//! A progress bar on the terminal, when a scan takes longer than a moment.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long nobody needs to be told that something is going on.
const A_MOMENT: Duration = Duration::from_millis(400);

pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    shown: AtomicBool,
}

impl Progress {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the rim; no verdict depends on it"
    )]
    pub(crate) fn new(total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files") {
            bar.set_style(style);
        }
        Self {
            bar,
            begun: Instant::now(),
            shown: AtomicBool::new(false),
        }
    }

    /// One more file is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
        if !self.shown.load(Ordering::Relaxed)
            && self.begun.elapsed() > A_MOMENT
            && !self.shown.swap(true, Ordering::Relaxed)
        {
            // Draws nothing when stderr is not a terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Leaves the terminal as it was.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}
