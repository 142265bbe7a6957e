//! `palisade ledger stats`: how much there is.

use super::failed;
use super::place::Place;
use crate::cli::{AnswerFormat, StatsArgs};
use crate::failure::CommandError;
use crate::output;
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn run(arguments: &StatsArgs) -> Result<ExitCode, CommandError> {
    let parts = Place::new(&arguments.place)?.existing()?;
    let stats = palisade_ledger::stats(&parts).map_err(|error| failed(&error))?;
    let text = match arguments.format {
        AnswerFormat::Json => {
            let json = json!({
                "schema": "palisade.ledger-stats/1",
                "events": stats.events,
                "expired": stats.expired,
                "first": stats.first,
                "last": stats.last,
                "segments": stats.segments,
                "bytes": stats.bytes,
            });
            format!("{json:#}\n")
        }
        AnswerFormat::Text => {
            let there = match (stats.first, stats.last) {
                (Some(first), Some(last)) => format!("{first} to {last}"),
                _ => "none".to_owned(),
            };
            let expired = match stats.expired {
                0 => String::new(),
                expired => format!("expired   {expired}\n"),
            };
            format!(
                "events    {}\n{expired}there     {there}\nsegments  {}\nbytes     {}\n",
                stats.events, stats.segments, stats.bytes
            )
        }
    };
    output::write(None, &text)?;
    Ok(ExitCode::SUCCESS)
}
