//! The report for people: each cause with its line and how to mend it, then the state of the
//! policy.
//!
//! It must be legible without colours, in the log of a CI system, at 80 columns, and with hundreds
//! of findings.

mod block;
mod summary;

use crate::Policy;
use crate::group::blocks;
use palisade_scan::Report;
use std::time::Duration;

/// How to write text.
#[derive(Clone, Debug)]
pub struct Style<'a> {
    /// Whether to use colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// What to put before paths, so that the reader can open them.
    pub root_prefix: &'a str,
    /// Tell everything, and nothing in short.
    pub verbose: bool,
    /// How long the scan took, if that is to be told.
    pub elapsed: Option<Duration>,
}

impl Default for Style<'_> {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            root_prefix: "",
            verbose: false,
            elapsed: None,
        }
    }
}

impl Style<'_> {
    /// The columns that text is fitted into: wide terminals make long lines hard to read.
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(40, 110)
    }
}

/// The report as text, ending in a line break.
#[must_use]
pub fn render(report: &Report, style: &Style<'_>, policy: &Policy<'_>) -> String {
    let mut out = String::new();
    for block in blocks(report.active(), &report.environments, style.verbose) {
        out.push_str(&block::render(&block, style, policy));
        out.push_str("\n\n");
    }
    if style.verbose {
        let silenced = report.findings.iter().filter(|f| f.suppressed.is_some());
        for block in blocks(silenced, &report.environments, true) {
            out.push_str(&block::render(&block, style, policy));
            out.push_str("\n\n");
        }
    }
    out.push_str(&summary::render(report, style, policy));
    out
}

#[cfg(test)]
mod tests;
