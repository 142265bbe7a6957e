//! Files of records that people write: TOML, or JSON where the name ends in `.json`. Unknown keys are
//! errors; what is wrong has a place.

use palisade_authn::{Means, Principal};
use palisade_core::{Date, Problem, ProblemLevel, Sources, Span, suggest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A file being read.
pub(crate) struct Records<'a> {
    name: &'a str,
    sources: Sources,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Records<'a> {
    /// Reads a file; nothing is not without a problem.
    pub(crate) fn read<T: DeserializeOwned>(name: &'a str, text: &str) -> (Self, Option<T>) {
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        let mut records = Self {
            name,
            sources,
            problems: Vec::new(),
        };
        let level = ProblemLevel::Configuration;
        let json = std::path::Path::new(name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let read = if json {
            serde_json::from_str(text).map_err(|error| {
                let number = |n: usize| u32::try_from(n).ok().filter(|n| *n > 0);
                let mut problem = Problem::file(name, level, error.to_string());
                (problem.line, problem.column) = (number(error.line()), number(error.column()));
                problem
            })
        } else {
            toml::from_str(text).map_err(|error: toml::de::Error| {
                let span = error.span().unwrap_or(0..0);
                let span = Span::new(file, span.start, span.end);
                Problem::at(&records.sources, span, level, error.message())
            })
        };
        match read {
            Ok(value) => (records, Some(value)),
            Err(problem) => {
                records.problems.push(problem);
                (records, None)
            }
        }
    }

    /// Something is wrong with a record.
    pub(crate) fn wrong(&mut self, record: &str, what: &str) {
        let what = format!("`{record}`: {what}");
        let level = ProblemLevel::Configuration;
        self.problems.push(Problem::file(self.name, level, what));
    }
}

/// A caller as records name it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Caller {
    pub(crate) means: String,
    #[serde(default)]
    pub(crate) issuer: String,
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default)]
    pub(crate) claims: Map<String, Value>,
}

impl Caller {
    /// As if it had been verified.
    pub(crate) fn principal(self) -> Result<Principal, String> {
        const ALL: [Means; 6] = [
            Means::Anonymous,
            Means::ApiKey,
            Means::Token,
            Means::Certificate,
            Means::AwsSignature,
            Means::EventSource,
        ];
        let Some(means) = ALL.into_iter().find(|means| means.name() == self.means) else {
            let names = ALL.map(Means::name);
            return Err(unknown("means", &self.means, names));
        };
        let principal = if means == Means::Anonymous {
            Principal::anonymous()
        } else if self.id.is_empty() {
            return Err("a caller needs an `id`".to_owned());
        } else {
            Principal::new(means, self.issuer, self.id)
        };
        Ok(Principal {
            roles: self.roles,
            scopes: self.scopes,
            claims: self.claims,
            ..principal
        })
    }
}

/// What to say of a word that is none of those known.
pub(crate) fn unknown<'n>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> String {
    match suggest(word, known.clone()) {
        Some(near) => format!("unknown {what} `{word}`; did you mean `{near}`?"),
        None => {
            let known: Vec<&str> = known.into_iter().take(12).collect();
            format!("unknown {what} `{word}`; there are {}", known.join(", "))
        }
    }
}

/// `2026-11-23T12:00:00Z` as seconds since 1970.
pub(crate) fn time(text: &str) -> Result<i64, String> {
    let parse = || {
        let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
        let date: Date = date.parse().ok()?;
        let mut parts = clock.split(':').map(|part| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i64>().ok()).flatten()
        });
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = i64::try_from(date.unix_days()).ok()?;
        Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
    };
    parse().ok_or_else(|| {
        format!("`{text}` is not a time; write it as text in UTC, \"2026-11-23T12:00:00Z\"")
    })
}
