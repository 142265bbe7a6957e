//! Events as files that other programs read.

use crate::query::Answer;
use crate::terms;
use palisade_core::Date;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `{"index": …, "event": …}`, one in a line.
    JsonLines,
    /// Rows of the columns that most events have, as RFC 4180 tells it.
    Csv,
    /// The events alone, one in a line: what readers of OCSF take.
    Ocsf,
    /// Lines for people: index, time, what was done and how it went, who did it, what it concerns.
    Text,
}

/// Writes events, one after the other.
#[derive(Debug)]
pub struct Export<W> {
    format: Format,
    out: W,
    /// What the ledgers are called, where there are several.
    ledgers: Vec<String>,
}

/// The columns of a row, in their order. Later versions add columns behind these.
const COLUMNS: [&str; 18] = [
    "index",
    "time",
    "logged_time",
    "class",
    "activity",
    "status",
    "severity",
    "actor_uid",
    "actor_name",
    "actor_email",
    "operation",
    "app",
    "resources",
    "clauses",
    "correlation_uid",
    "uid",
    "record",
    "message",
];

impl<W: Write> Export<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn new(format: Format, out: W) -> io::Result<Self> {
        Self::of_several(format, Vec::new(), out)
    }

    /// Begins a file of events from several ledgers: each event tells from which one it is.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn of_several(format: Format, ledgers: Vec<String>, mut out: W) -> io::Result<Self> {
        if format == Format::Csv {
            let ledger = if ledgers.is_empty() { "" } else { ",ledger" };
            write!(out, "{}{ledger}\r\n", COLUMNS.join(","))?;
        }
        Ok(Self {
            format,
            out,
            ledgers,
        })
    }

    /// Adds an event.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn event(&mut self, answer: &Answer) -> io::Result<()> {
        self.event_of(0, answer)
    }

    /// Adds an event of one of several ledgers.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn event_of(&mut self, ledger: usize, answer: &Answer) -> io::Result<()> {
        let Answer { index, event } = answer;
        let out = &mut self.out;
        match (self.format, self.ledgers.get(ledger)) {
            (Format::JsonLines, None) => {
                writeln!(out, "{}", json!({"index": index, "event": event}))
            }
            (Format::JsonLines, Some(name)) => {
                let line = json!({"index": index, "event": event, "ledger": name});
                writeln!(out, "{line}")
            }
            (Format::Ocsf, None) => writeln!(out, "{event}"),
            (Format::Ocsf, Some(name)) => {
                let mut event = event.clone();
                event["palisade"]["ledger"] = json!({"name": name, "index": index});
                writeln!(out, "{event}")
            }
            (Format::Text, None) => writeln!(out, "{}", line(*index, event)),
            (Format::Text, Some(name)) => {
                let width = self.ledgers.iter().map(|name| name.chars().count()).max();
                let width = width.unwrap_or_default();
                writeln!(out, "{:width$}  {}", tame(name), line(*index, event))
            }
            (Format::Csv, ledger) => {
                let cells = row(*index, event);
                let cells = cells.iter().chain(ledger).map(|text| cell(text));
                write!(out, "{}\r\n", cells.collect::<Vec<_>>().join(","))
            }
        }
    }

    /// Sees to it that what was added is seen.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

fn row(index: u64, event: &Value) -> [String; COLUMNS.len()] {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let list = |value: &Value, name: fn(&Value) -> &Value| {
        let items = value.as_array().into_iter().flatten();
        let items: Vec<String> = items.map(|item| text(name(item))).collect();
        items.join("; ")
    };
    let actor = &event["actor"]["user"];
    let metadata = &event["metadata"];
    let own = &event["palisade"];
    [
        index.to_string(),
        date_time(terms::time(event)),
        date_time(terms::logged_time(event)),
        text(&event["class_name"]),
        text(&event["activity_name"]),
        text(&event["status"]),
        text(&event["severity"]),
        text(&actor["uid"]),
        text(&actor["name"]),
        text(&actor["email_addr"]),
        text(&event["api"]["operation"]),
        text(&event["app"]["name"]),
        list(&event["resources"], |item| match &item["uid"] {
            Value::Null => &item["name"],
            uid => uid,
        }),
        list(&own["clauses"], |item| item),
        text(&metadata["correlation_uid"]),
        match &own["uid"] {
            Value::Null => text(&metadata["uid"]),
            uid => text(uid),
        },
        text(&own["record"]),
        text(&event["message"]),
    ]
}

/// An event in one line, in which nothing that it holds can steer a terminal.
fn line(index: u64, event: &Value) -> String {
    let [
        _,
        time,
        _,
        class,
        activity,
        status,
        _,
        uid,
        name,
        email,
        operation,
        app,
        resources,
        clauses,
        ..,
        message,
    ] = row(index, event);
    let who = [name, email, uid].into_iter().find(|text| !text.is_empty());
    let parts = [
        who.unwrap_or_default(),
        operation,
        app,
        resources,
        clauses,
        message,
    ];
    let code = event["status_code"].as_str().unwrap_or_default();
    let code = code.to_owned();
    let mut line = format!("{index:>8}  {time}  {class}: {activity}");
    for part in [status, code].into_iter().chain(parts) {
        if !part.is_empty() {
            line.push_str("  ");
            line.push_str(&part);
        }
    }
    tame(&line)
}

/// Writes what could steer a terminal as its number.
fn tame(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match steers {
            true => tame.extend(c.escape_unicode()),
            false => tame.push(c),
        }
    }
    tame
}

/// A cell as RFC 4180 has it. What a spreadsheet would take for a formula gets a `'` before it.
fn cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    if is_formula || text.contains([',', '"', '\r', '\n', ';', '\'', '\t']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Milliseconds since 1970 as RFC 3339 has it, in UTC; the number itself for what is no year of
/// four digits.
fn date_time(time: i64) -> String {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let (days, rest) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    let Some(date) = Date::from_unix_days(days) else {
        return time.to_string();
    };
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(format: Format, event: Value) -> String {
        let mut export = Export::new(format, Vec::new()).unwrap();
        export.event(&Answer { index: 3, event }).unwrap();
        String::from_utf8(export.finish().unwrap()).unwrap()
    }

    #[test]
    fn an_event_is_one_line() {
        let event = json!({"message": "two\nlines"});
        let line = "{\"message\":\"two\\nlines\"}";
        assert_eq!(export(Format::Ocsf, event.clone()), format!("{line}\n"));
        let lines = export(Format::JsonLines, event);
        assert_eq!(lines, format!("{{\"index\":3,\"event\":{line}}}\n"));
    }

    #[test]
    fn an_event_is_one_row_of_stable_columns() {
        let event = json!({
            "time": 1_709_210_096_789_i64, "class_name": "API Activity",
            "activity_name": "Create", "status": "Success", "severity": "Informational",
            "actor": {"user": {"uid": "u-1", "name": "=cmd|' /C calc'!A0"}},
            "api": {"operation": "Invoke"},
            "resources": [{"uid": "arn:a", "name": "a"}, {"name": "b"}],
            "metadata": {"uid": "id", "logged_time": 0, "correlation_uid": "-1+2"},
            "palisade": {"clauses": ["SCSP-6.4", "SCSP-8.1"], "record": "before"},
            "message": "said \"no\", twice",
        });
        let text = export(Format::Csv, event);
        let rows: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(
            rows,
            [
                "index,time,logged_time,class,activity,status,severity,actor_uid,actor_name,\
                 actor_email,operation,app,resources,clauses,correlation_uid,uid,record,message",
                "3,2024-02-29T12:34:56.789Z,1970-01-01T00:00:00.000Z,API Activity,Create,Success,\
                 Informational,u-1,\"'=cmd|' /C calc'!A0\",,Invoke,,\"arn:a; b\",\
                 \"SCSP-6.4; SCSP-8.1\",\"'-1+2\",id,before,\"said \"\"no\"\", twice\"",
            ]
        );
    }

    #[test]
    fn a_line_for_people_steers_no_terminal() {
        let event = json!({
            "time": 0, "class_name": "API Activity", "activity_name": "Read", "status": "Failure",
            "status_code": "no-route", "actor": {"user": {"uid": "u-1", "email_addr": "a\u{1b}[2Jb\u{202e}"}},
            "message": "two\nlines",
        });
        assert_eq!(
            export(Format::Text, event),
            "       3  1970-01-01T00:00:00.000Z  API Activity: Read  Failure  no-route  \
             a\\u{1b}[2Jb\\u{202e}  two\\u{a}lines\n"
        );
    }

    #[test]
    fn an_event_of_several_ledgers_tells_of_which_it_is() {
        let event = json!({"time": 0, "palisade": {"record": "before"}});
        for (format, expected) in [
            (
                Format::JsonLines,
                "{\"index\":3,\"event\":{\"time\":0,\"palisade\":{\"record\":\"before\"}},\"ledger\":\"b\"}\n",
            ),
            (
                Format::Ocsf,
                "{\"time\":0,\"palisade\":{\"record\":\"before\",\"ledger\":{\"name\":\"b\",\"index\":3}}}\n",
            ),
            (
                Format::Text,
                "b           3  1970-01-01T00:00:00.000Z  : \n",
            ),
        ] {
            let names = ["one", "b"].map(ToOwned::to_owned).to_vec();
            let mut export = Export::of_several(format, names, Vec::new()).unwrap();
            let event = event.clone();
            export.event_of(1, &Answer { index: 3, event }).unwrap();
            let text = String::from_utf8(export.finish().unwrap()).unwrap();
            assert_eq!(text, expected);
        }
        let names = vec!["a,b".to_owned()];
        let mut export = Export::of_several(Format::Csv, names, Vec::new()).unwrap();
        export.event_of(0, &Answer { index: 3, event }).unwrap();
        let text = String::from_utf8(export.finish().unwrap()).unwrap();
        let rows: Vec<&str> = text.split_terminator("\r\n").collect();
        assert!(rows[0].ends_with(",message,ledger"), "{text}");
        assert!(rows[1].ends_with(",\"a,b\""), "{text}");
    }

    #[test]
    fn times_are_dates() {
        for (time, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "253402300800000"),
            (i64::MAX, "9223372036854775807"),
            (i64::MIN, "-9223372036854775808"),
        ] {
            assert_eq!(date_time(time), text);
        }
    }
}
