//! How long holding a request to its contract takes: `cargo run --release --example validate`.
//! With the path of an `OpenAPI` document: reads it, compiles every operation, counts.
#![expect(
    clippy::print_stdout,
    reason = "an example that prints what it measured"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "an example measures and reads files"
)]

use palisade_guard::validate::{Contract, Parts, Payload, Rules, Unknown};
use std::time::Instant;

const CONTRACT: &str = r##"
openapi: 3.1.0
info: { title: Orders, version: "1" }
paths:
  /orders/{id}:
    put:
      parameters:
        - { name: id, in: path, required: true, schema: { type: string, format: uuid } }
        - { name: dry, in: query, schema: { type: boolean } }
        - { name: tags, in: query, schema: { type: array, items: { type: string, maxLength: 20 } } }
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } }
      responses: { "200": { description: ok } }
components:
  schemas:
    Address:
      type: object
      required: [street, city, country]
      properties:
        street: { type: string, minLength: 1, maxLength: 100 }
        city: { type: string, maxLength: 60 }
        zip: { type: string, pattern: "^[0-9A-Z -]{3,10}$" }
        country: { type: string, enum: [AT, CH, DE, FR, IT, NO, SE] }
    Line:
      type: object
      required: [sku, quantity, price]
      properties:
        sku: { type: string, pattern: "^[A-Z]{3}-[0-9]{4}$" }
        quantity: { type: integer, minimum: 1, maximum: 1000 }
        price: { type: number, minimum: 0 }
        note: { type: string, maxLength: 200 }
    Order:
      type: object
      required: [customer, lines, shipping]
      properties:
        customer: { type: string, format: uuid }
        email: { type: string, format: email }
        placed: { type: string, format: date-time }
        shipping: { $ref: "#/components/schemas/Address" }
        billing: { $ref: "#/components/schemas/Address" }
        lines: { type: array, minItems: 1, maxItems: 100, items: { $ref: "#/components/schemas/Line" } }
        comment: { type: [string, "null"], maxLength: 500 }
"##;

fn body() -> String {
    let line = |n: u32| {
        format!(r#"{{"sku":"ABC-{n:04}","quantity":{n},"price":19.95,"note":"wrapped as a gift"}}"#)
    };
    let lines: Vec<String> = (1..=8).map(line).collect();
    let address =
        r#"{"street":"Main Street 1","city":"Vienna","zip":"1010","country":"AT"}"#.to_owned();
    format!(
        r#"{{"customer":"3fa85f64-5717-4562-b3fc-2c963f66afa6","email":"jo@example.com","placed":"2026-01-02T03:04:05Z","shipping":{address},"billing":{address},"lines":[{}],"comment":null}}"#,
        lines.join(",")
    )
}

fn measure(what: &str, unknown: Unknown, body: &str, query: &str) {
    let rules = Rules {
        unknown,
        ..Rules::default()
    };
    let (contract, problems) = Contract::read("orders.yaml", CONTRACT.as_bytes(), &|_| None);
    assert!(problems.is_empty(), "{problems:?}");
    let Some((operation, problems)) = contract.operation("PUT", "/orders/{id}", &rules) else {
        return;
    };
    assert!(problems.is_empty(), "{problems:?}");
    let parts = Parts {
        path: &[("id", "3fa85f64-5717-4562-b3fc-2c963f66afa6")],
        query,
        headers: &[("content-type", b"application/json")],
        body: Payload::Whole(body.as_bytes()),
    };
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let start = Instant::now();
        for _ in 0..2_000 {
            assert!(std::hint::black_box(operation.request(&parts)).is_ok());
        }
        best = best.min(start.elapsed().as_secs_f64() / 2_000.0 * 1e6);
    }
    println!("{what}: {} bytes in {best:.2} us", body.len());
}

fn document(path: &str) {
    let Ok(text) = std::fs::read(path) else {
        println!("{path}: not readable");
        return;
    };
    let start = Instant::now();
    let folder = std::path::Path::new(path)
        .parent()
        .map(std::path::Path::to_owned);
    let files = |name: &str| std::fs::read(folder.as_ref()?.join(name)).ok();
    let (contract, problems) = Contract::read("openapi", &text, &files);
    println!(
        "{path}: {} bytes, {} operations, {} problems, read in {:.0} ms",
        text.len(),
        contract.operations().len(),
        problems.len(),
        start.elapsed().as_secs_f64() * 1e3
    );
    let start = Instant::now();
    let mut all: Vec<_> = problems;
    for listed in contract.operations() {
        match contract.operation(&listed.method, &listed.template, &Rules::default()) {
            Some((_, problems)) => all.extend(problems),
            None => println!("  not found: {} {}", listed.method, listed.template),
        }
    }
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    all.sort();
    all.dedup();
    println!(
        "  all compiled in {milliseconds:.0} ms, {} different problems",
        all.len()
    );
    all.sort_by_key(|problem| std::cmp::Reverse(problem.level));
    for problem in all.iter().take(25) {
        let (level, file) = (problem.level, &problem.file);
        println!("  {level:?} {file}:{:?} {}", problem.line, problem.message);
    }
}

fn main() {
    let mut documents = std::env::args().skip(1).peekable();
    if documents.peek().is_some() {
        documents.for_each(|path| document(&path));
        return;
    }
    let whole = body();
    measure("refuse unknown, JSON body", Unknown::Refuse, &whole, "");
    measure(
        "refuse unknown, body and query",
        Unknown::Refuse,
        &whole,
        "dry=true&tags=a&tags=b",
    );
    measure("keep unknown, JSON body", Unknown::Keep, &whole, "");
    let more = whole.replacen('{', r#"{"tracking":"x","#, 1);
    measure("drop one member, JSON body", Unknown::Drop, &more, "");
}
