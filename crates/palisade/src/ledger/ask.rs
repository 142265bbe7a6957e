//! `palisade ledger query`, `export` and `tail`: events, for those who may read them.

use super::place::Place;
use super::{failed, failed_as, tell, who};
use crate::cli::{
    AskArgs, EventFormat, ExportArgs, ExportFormat, OutcomeArg, PartArgs, QueryArgs, TailArgs,
};
use crate::failure::CommandError;
use palisade_core::suggest;
use palisade_event::Class;
use palisade_ledger::{Export, FaultKind, Format, LedgerError, Outcome, Parts, Permit, Query};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How often `tail -f` looks for more.
const LOOK: Duration = Duration::from_millis(200);

/// A class, by its name.
pub(crate) fn class(text: &str) -> Result<Class, String> {
    let mut all = Class::ALL.into_iter();
    let found = all.find(|class| class.name() == text || class.caption() == text);
    found.ok_or_else(|| {
        let names = Class::ALL.map(Class::name);
        match suggest(text, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are `{}`", names.join("`, `")),
        }
    })
}

pub(crate) fn query(arguments: &QueryArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let parts = place.existing()?;
    let query = asked(&arguments.ask, Some(&arguments.part), &parts);
    let permit = who::permit(&place, &parts, arguments.ask.role.as_deref(), &query)?;
    let out = BufWriter::new(io::stdout().lock());
    let count = ended(
        write(permit, format(arguments.format), out),
        "standard output",
    )?;
    if count == Some(0) && arguments.format == EventFormat::Text {
        tell("no event is what was asked for");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn export(arguments: &ExportArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let parts = place.existing()?;
    let query = asked(&arguments.ask, Some(&arguments.part), &parts);
    let permit = who::permit(&place, &parts, arguments.ask.role.as_deref(), &query)?;
    let format = match arguments.format {
        ExportFormat::Jsonl => Format::JsonLines,
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Ocsf => Format::Ocsf,
    };
    match &arguments.out {
        None => {
            let out = BufWriter::new(io::stdout().lock());
            ended(write(permit, format, out), "standard output")?;
        }
        Some(path) => {
            let name = path.display().to_string();
            let file =
                create(path).map_err(|error| CommandError::usage(format!("`{name}`: {error}")))?;
            let count = ended(write(permit, format, BufWriter::new(file)), &name)?;
            tell(&format!(
                "wrote {} events to `{name}`",
                count.unwrap_or_default()
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn tail(arguments: &TailArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let parts = place.existing()?;
    let query = asked(&arguments.ask, None, &parts);
    let permit = who::permit(&place, &parts, arguments.ask.role.as_deref(), &query)?;
    ended(follow(permit, arguments), "standard output")?;
    Ok(ExitCode::SUCCESS)
}

fn follow(permit: Permit, arguments: &TailArgs) -> Result<(), Stop> {
    let out = BufWriter::new(io::stdout().lock());
    let mut export = Export::new(format(arguments.format), out)?;
    let tail = permit.tail(arguments.count, |answer| {
        Ok::<_, Stop>(export.event(&answer)?)
    });
    export.flush()?;
    let mut tail = tail?;
    if !arguments.follow {
        return Ok(());
    }
    loop {
        std::thread::sleep(LOOK);
        let polled = tail.poll(|answer| Ok::<_, Stop>(export.event(&answer)?));
        export.flush()?;
        polled?;
    }
}

/// What the options ask for.
fn asked(ask: &AskArgs, part: Option<&PartArgs>, parts: &Parts) -> Query {
    let now = parts.clock.now();
    Query {
        from: ask.from.map(|time| time.at(now)),
        until: ask.to.map(|time| time.at(now)),
        classes: ask.classes.iter().copied().collect(),
        principal: ask.principal.clone(),
        function: ask.function.clone(),
        outcome: ask.outcome.map(|outcome| match outcome {
            OutcomeArg::Success => Outcome::Success,
            OutcomeArg::Failure => Outcome::Failure,
        }),
        clauses: ask.clauses.iter().map(ToString::to_string).collect(),
        correlation: ask.correlation.clone(),
        limit: part.and_then(|part| part.limit),
        newest_first: part.is_some_and(|part| part.newest),
        ..Query::default()
    }
}

fn format(format: EventFormat) -> Format {
    match format {
        EventFormat::Text => Format::Text,
        EventFormat::Json => Format::JsonLines,
        EventFormat::Csv => Format::Csv,
        EventFormat::Ocsf => Format::Ocsf,
    }
}

/// Why no more events are written.
enum Stop {
    Ledger(LedgerError),
    Output(io::Error),
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Writes what was asked for, and tells how many events that are.
fn write(permit: Permit, format: Format, out: impl Write) -> Result<u64, Stop> {
    let mut export = Export::new(format, out)?;
    let mut count = 0;
    let asked = permit.query(|answer| {
        count += 1;
        Ok::<_, Stop>(export.event(&answer)?)
    });
    export.finish()?;
    asked.map(|()| count)
}

/// What the end means. A reader that went away (`… | head`) is no error.
fn ended<T>(result: Result<T, Stop>, to: &str) -> Result<Option<T>, CommandError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(Stop::Output(error)) => Err(CommandError::internal(format!(
            "writing to {to}: {error}; what is there is not all that was asked for"
        ))),
        Err(Stop::Ledger(error)) => Err(match &error {
            LedgerError::Fault(fault) if fault.what == FaultKind::Removed => failed_as(
                &error,
                format!(
                    "{error}, and they had not expired; what was written is what is left. `palisade ledger verify` tells more"
                ),
            ),
            error => failed(error),
        }),
    }
}

/// Events are confidential: a file that is made can be read by its owner alone.
fn create(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}
