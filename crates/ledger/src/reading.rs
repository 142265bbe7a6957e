//! The record of a reading, and how a process that reads gets it into a ledger that another one
//! writes: it leaves a request in `reads/`, encrypted; the one that writes takes it away, records
//! it, and answers with the index of the event. Only then is anything read. A request that was
//! taken away and not answered was for nothing: nobody has read anything on it.

use crate::append;
use crate::disk::{self, Disk};
use crate::error::LedgerError;
use crate::keys::{DataKey, WrappedKey};
use crate::own;
use crate::query::Query;
use crate::read;
use crate::sealing;
use crate::store::random;
use crate::terms::Outcome;
use crate::writer::{Parts, Writer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use palisade_event::{Class, Draft, Event, Record, Status, User, activity};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where requests and answers are.
const FOLDER: &str = "reads";
const REQUEST: &str = ".ask";
const ANSWER: &str = ".done";
const FORMAT: &str = "palisade ledger request 1";
const LIMIT: usize = 64 << 10;

/// How often a request is looked for, and an answer.
pub(crate) const LISTEN: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_millis(20);
/// How often an answer is looked for before it is given up.
const PATIENCE: u32 = 500;

/// Who reads what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// What the ledger is called that is read.
    pub(crate) ledger: String,
    pub(crate) principal: String,
    /// The role and the query, without personal values.
    pub(crate) description: String,
    /// Why it was refused, if it was.
    pub(crate) refused: Option<String>,
}

/// A role and a query in words. It stands in the record for good, so it does not say whom the query
/// asks for, only that it asks for somebody.
pub(crate) fn describe(role: Option<&str>, query: &Query) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut say = |name: &str, value: Option<String>| {
        parts.extend(value.map(|value| format!("{name} {value}")));
    };
    say("role", role.map(str::to_owned));
    let time = |time: Option<i64>| time.map(|time| time.to_string());
    say(
        "from index",
        query.from_index.map(|index| index.to_string()),
    );
    say(
        "until index",
        query.until_index.map(|index| index.to_string()),
    );
    say("from", time(query.from));
    say("until", time(query.until));
    say("logged from", time(query.logged_from));
    say("logged until", time(query.logged_until));
    let classes: Vec<&str> = query.classes.iter().map(|class| class.name()).collect();
    say("class", (!classes.is_empty()).then(|| classes.join(" or ")));
    say(
        "principal",
        query.principal.as_ref().map(|_| "given".to_owned()),
    );
    say("function", query.function.clone());
    say(
        "outcome",
        query.outcome.map(Outcome::as_str).map(str::to_owned),
    );
    let clauses: Vec<&str> = query.clauses.iter().map(String::as_str).collect();
    say(
        "clause",
        (!clauses.is_empty()).then(|| clauses.join(" or ")),
    );
    say("correlation", query.correlation.clone());
    say("limit", query.limit.map(|limit| limit.to_string()));
    // An event must hold it.
    const MOST: usize = 4096;
    let mut text = parts.join(", ");
    text.truncate(text.floor_char_boundary(MOST));
    if text.is_empty() {
        "everything".to_owned()
    } else {
        text
    }
}

/// The event of a reading; `request` is what the reader knows it by.
pub(crate) fn event(
    parts: &Parts,
    reading: &Reading,
    request: Option<&str>,
) -> Result<Event, LedgerError> {
    let now = i64::try_from(parts.clock.now()).unwrap_or(i64::MAX);
    let user = User {
        name: &reading.principal,
        ..User::default()
    };
    let mut draft = Draft::new(Class::DatastoreActivity, activity::datastore::QUERY, now)
        .actor(&user)
        .set("database.name", reading.ledger.as_str())
        .set("database.type_id", 99)
        .set("database.type", "ledger")
        .set("src_endpoint.svc_name", parts.product.name.as_str())
        .set("query_info.name", reading.description.as_str())
        .set("query_info.query_string", reading.description.as_str())
        .set("palisade.clauses", vec!["SCSP-8.4"])
        .status(match reading.refused {
            None => Status::Success,
            Some(_) => Status::Failure,
        });
    if let Some(code) = &reading.refused {
        draft = draft.set("status_code", code.as_str());
    }
    if let Some(request) = request {
        draft = draft.set("query_info.uid", request);
    }
    own::build(draft)
}

/// A request as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    format: String,
    key_id: String,
    key: String,
    reading: String,
}

/// What a request is bound to.
fn context(id: &str) -> Vec<u8> {
    format!("{FORMAT}\n{id}").into_bytes()
}

fn path(id: &str, ending: &str) -> String {
    format!("{FOLDER}/{id}{ending}")
}

fn seal(parts: &Parts, id: &str, reading: &Reading) -> Result<Vec<u8>, LedgerError> {
    let key = DataKey::from(random()?);
    let wrapped = parts.keys.wrap(&key, &context(id));
    let wrapped = wrapped.map_err(LedgerError::key(&path(id, REQUEST)))?;
    // INVARIANT: texts can always be written as JSON.
    let bytes = serde_json::to_vec(reading).unwrap_or_default();
    let bytes = sealing::seal(key.bytes(), &bytes, &context(id)).ok_or(LedgerError::Random)?;
    let sealed = Sealed {
        format: FORMAT.to_owned(),
        key_id: wrapped.key_id,
        key: STANDARD.encode(wrapped.bytes),
        reading: STANDARD.encode(bytes),
    };
    Ok(serde_json::to_vec(&sealed).unwrap_or_default())
}

/// Nothing for what no reader of this ledger has written.
fn unseal(parts: &Parts, id: &str, bytes: &[u8]) -> Option<Reading> {
    let sealed: Sealed = serde_json::from_slice(bytes).ok()?;
    let wrapped = WrappedKey {
        key_id: sealed.key_id,
        bytes: STANDARD.decode(sealed.key).ok()?,
    };
    let key = parts.keys.unwrap(&wrapped, &context(id)).ok()?;
    let bytes = STANDARD.decode(sealed.reading).ok()?;
    serde_json::from_slice(&sealing::unseal(key.bytes(), bytes, &context(id))?).ok()
}

/// Asks the process that writes to record a reading; tells whether it has.
pub(crate) fn ask(parts: &Parts, reading: &Reading) -> Result<bool, LedgerError> {
    let disk = &*parts.disk;
    let id = format!("{:032x}", u128::from_be_bytes(random()?));
    let (request, answer) = (path(&id, REQUEST), path(&id, ANSWER));
    let sealed = seal(parts, &id, reading)?;
    disk::replace(disk, &request, &sealed).map_err(LedgerError::disk("writing", &request))?;
    for _ in 0..PATIENCE {
        std::thread::sleep(LOOK);
        let Ok(bytes) = disk::read(disk, &answer, LIMIT) else {
            continue;
        };
        let _ = disk.remove(&answer);
        // Whoever can write to the folder can answer; only the ledger itself can tell.
        let index = std::str::from_utf8(&bytes).ok();
        let index = index.and_then(|text| text.trim_end().parse().ok());
        return Ok(match index {
            Some(index) => is_recorded(parts, index, &id)?,
            None => false,
        });
    }
    let _ = disk.remove(&request);
    Ok(false)
}

fn is_recorded(parts: &Parts, index: u64, id: &str) -> Result<bool, LedgerError> {
    let Some(stored) = read::read(parts, index)? else {
        return Ok(false);
    };
    let event = stored.event().map_err(|_| LedgerError::Record { index })?;
    Ok(event["query_info"]["uid"] == id)
}

/// Records what was asked for while this process writes. What is no request is left alone.
pub(crate) fn answer(writer: &mut Writer) -> Result<(), LedgerError> {
    let disk = writer.parts.disk.clone();
    let names = disk.list(FOLDER).unwrap_or_default();
    let ids = names.iter().filter_map(|name| name.strip_suffix(REQUEST));
    for id in ids {
        if let Some(ready) = take(&*disk, &writer.parts, id) {
            let index = writer.commit(&[ready])?;
            // The reader gives up when there is no answer.
            let _ = disk::replace(&*disk, &path(id, ANSWER), format!("{index}\n").as_bytes());
        }
    }
    Ok(())
}

/// Removes what readers have left that ended before their answer came.
pub(crate) fn clear(disk: &dyn Disk) {
    for name in disk.list(FOLDER).unwrap_or_default() {
        if name.ends_with(ANSWER) || name.ends_with(disk::NEW) {
            // It is of no use, and does no harm.
            let _ = disk.remove(&format!("{FOLDER}/{name}"));
        }
    }
}

/// Takes a request away, so that it is recorded once at most.
fn take(disk: &dyn Disk, parts: &Parts, id: &str) -> Option<crate::writer::Ready> {
    let request = path(id, REQUEST);
    let bytes = disk::read(disk, &request, LIMIT).ok()?;
    let reading = unseal(parts, id, &bytes)?;
    disk.remove(&request).ok()?;
    let event = event(parts, &reading, Some(id)).ok()?;
    append::ready(parts, event, Record::Before).ok()
}
