//! `palisade ledger query`, `export` and `tail`: events, for those who may read them.

use super::place::Place;
use super::{failed_as, keep, tell, who};
use crate::cli::{
    AskArgs, EventFormat, ExportArgs, ExportFormat, OutcomeArg, PartArgs, PlacesArgs, QueryArgs,
    TailArgs,
};
use crate::failure::CommandError;
use palisade_core::suggest;
use palisade_event::Class;
use palisade_ledger::{
    Export, FaultKind, Format, LedgerError, Outcome, Parts, Permit, Query, merged,
};
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
    let asked = Asked::new(&arguments.places, &arguments.ask, &arguments.part)?;
    let out = BufWriter::new(io::stdout().lock());
    let count = asked.write(format(arguments.format), out, "standard output")?;
    if count == Some(0) && arguments.format == EventFormat::Text {
        tell("no event is what was asked for");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn export(arguments: &ExportArgs) -> Result<ExitCode, CommandError> {
    let asked = Asked::new(&arguments.places, &arguments.ask, &arguments.part)?;
    let format = match arguments.format {
        ExportFormat::Jsonl => Format::JsonLines,
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Ocsf => Format::Ocsf,
    };
    match &arguments.out {
        None => {
            let out = BufWriter::new(io::stdout().lock());
            asked.write(format, out, "standard output")?;
        }
        Some(path) => {
            let name = path.display().to_string();
            let file =
                create(path).map_err(|error| CommandError::usage(format!("`{name}`: {error}")))?;
            let count = asked.write(format, BufWriter::new(file), &name)?;
            tell(&format!(
                "wrote {} to `{name}`",
                keep::count(count.unwrap_or_default(), "event")
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What may be read, of one ledger or of several.
struct Asked {
    permits: Vec<Permit>,
    /// What several ledgers are called.
    names: Vec<String>,
}

impl Asked {
    /// Decides on the reading of each, and records it there; then none is read yet.
    fn new(places: &PlacesArgs, ask: &AskArgs, part: &PartArgs) -> Result<Self, CommandError> {
        let places = Place::several(places)?;
        let parts = places.iter().map(Place::existing);
        let parts: Vec<Parts> = parts.collect::<Result<_, _>>()?;
        let names = names(&places, &parts)?;
        let permits = places.iter().zip(&parts).map(|(place, parts)| {
            who::permit(place, parts, &ask.read, &asked(ask, Some(part), parts))
        });
        Ok(Self {
            permits: permits.collect::<Result<_, _>>()?,
            names,
        })
    }

    /// Writes what was asked for, and tells how many events that are.
    fn write(self, format: Format, out: impl Write, to: &str) -> Result<Option<u64>, CommandError> {
        let Self { permits, names } = self;
        let mut count = 0;
        let write = || {
            let of_none = |error: io::Error| (0, Stop::Output(error));
            let mut export = Export::of_several(format, names.clone(), out).map_err(of_none)?;
            let given = merged(permits, |number, answer| {
                count += 1;
                Ok::<_, Stop>(export.event_of(number, &answer)?)
            });
            export.finish().map_err(of_none)?;
            given
        };
        match write() {
            Ok(()) => Ok(Some(count)),
            Err((number, stop)) => ended(Err(stop), to, names.get(number).map(String::as_str)),
        }
    }
}

/// What several ledgers are called: their names, with the ids of their keys where two have the same.
/// Nothing for a single one.
fn names(places: &[Place<'_>], parts: &[Parts]) -> Result<Vec<String>, CommandError> {
    let keys: Vec<_> = parts.iter().map(|parts| parts.signer.key()).collect();
    if keys.len() < 2 {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for (number, (key, place)) in keys.iter().zip(places).enumerate() {
        let mut others = keys.iter().zip(places).take(number);
        if let Some((_, other)) = others.find(|(other, _)| other.to_string() == key.to_string()) {
            return Err(CommandError::usage(format!(
                "`{}` and `{}` are the same ledger, `{}`, or copies of it: ask one of them",
                other.dir().display(),
                place.dir().display(),
                key.name()
            )));
        }
        let same = keys.iter().filter(|other| other.name() == key.name());
        names.push(match same.count() {
            1 => key.name().to_string(),
            _ => format!("{}+{}", key.name(), key.id()),
        });
    }
    Ok(names)
}

pub(crate) fn tail(arguments: &TailArgs) -> Result<ExitCode, CommandError> {
    let place = Place::new(&arguments.place)?;
    let parts = place.existing()?;
    let query = asked(&arguments.ask, None, &parts);
    let permit = who::permit(&place, &parts, &arguments.ask.read, &query)?;
    ended(follow(permit, arguments), "standard output", None)?;
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

/// What the end means. A reader that went away (`… | head`) is no error.
fn ended<T>(
    result: Result<T, Stop>,
    to: &str,
    ledger: Option<&str>,
) -> Result<Option<T>, CommandError> {
    let of = ledger.map(|name| format!("`{name}`: ")).unwrap_or_default();
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
                    "{of}{error}, and they had not expired; what was written is what is left. `palisade ledger verify` tells more"
                ),
            ),
            error => failed_as(error, format!("{of}{error}")),
        }),
    }
}

/// Events are confidential: a file that is made can be read by its owner alone.
fn create(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}
