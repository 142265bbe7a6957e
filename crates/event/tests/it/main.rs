//! Events as people write them, through the public interface.

mod classes;
mod forms;
mod hostile;
mod promises;

use palisade_event::{Complete, Event, EventError, LIMIT, Product, Record, Stamp};
use serde_json::{Map, Value};

/// Reads an event that must be right.
fn read(text: &str) -> Event {
    Event::from_json(text.as_bytes(), LIMIT).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"))
}

/// What is wrong with an event, one line each.
fn wrong(text: &str) -> Vec<String> {
    match Event::from_json(text.as_bytes(), LIMIT) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(EventError::to_string).collect(),
    }
}

fn product() -> Product {
    Product {
        name: "Palisade".to_owned(),
        vendor_name: "Palisade".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

fn complete(event: Event) -> Complete {
    event.complete(&Stamp {
        product: &product(),
        logged_time: 1_700_000_000_123,
        uid: "9f3c1a52-unguessable",
        record: Record::Before,
    })
}

/// The completed event as JSON.
fn completed(text: &str) -> Map<String, Value> {
    complete(read(text)).value().clone()
}

fn salts() -> impl FnMut() -> [u8; 16] {
    let mut next = 0_u128;
    move || {
        next += 1;
        next.to_be_bytes()
    }
}
