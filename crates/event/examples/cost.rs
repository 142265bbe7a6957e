//! What an event costs, step by step: `cargo run --release -p palisade-event --example cost`.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "measures"
)]

use palisade_event::{
    Complete, Event, LIMIT, Private, Product, Record, Stamp, open, verify_private,
};
use std::hint::black_box;
use std::time::Instant;

/// An event of API activity as a cloud reports it, 1.2 KB.
const EVENT: &str = r#"{"class_uid":6003,"activity_id":2,"time":1700000000000,"severity_id":1,"status_id":1,"actor":{"user":{"uid":"AIDAJ45Q7YFFAREXAMPLE","name":"jane.doe","type":"IAMUser","type_id":1,"account":{"uid":"123456789012","type_id":10},"credential_uid":"AKIAIOSFODNN7EXAMPLE"},"session":{"uid":"s-0a1b2c3d4e5f","issuer":"arn:aws:iam::123456789012:role/developer","is_mfa":true,"created_time":1699999990000}},"api":{"operation":"GetObject","version":"2006-03-01","service":{"name":"s3.amazonaws.com"},"request":{"uid":"79a59df900b949e5","data":{"bucketName":"orders-archive","key":"2026/11/23/part-00042.json.gz"}},"response":{"code":200}},"cloud":{"provider":"AWS","region":"eu-west-1","account":{"uid":"123456789012"}},"src_endpoint":{"ip":"203.0.113.7","port":51234},"dst_endpoint":{"hostname":"s3.eu-west-1.amazonaws.com","svc_name":"s3"},"http_request":{"user_agent":"aws-cli/2.15.30 Python/3.11.8 Linux/6.5.0","http_method":"GET"},"resources":[{"uid":"arn:aws:s3:::orders-archive","type":"AWS::S3::Bucket","region":"eu-west-1"}],"metadata":{"correlation_uid":"9f1c2d3e-aaaa-bbbb-cccc-0123456789ab","original_time":"2026-11-23T00:00:00Z"},"trace":{"uid":"4bf92f3577b34da6a3ce929d0e0e4736"},"palisade":{"clauses":["SCSP-6.4"]}}"#;

/// The same as the product's, so that what is measured holds for it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn complete(event: Event) -> Complete {
    let product = Product {
        name: "Palisade".to_owned(),
        vendor_name: "Palisade".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    event.complete(&Stamp {
        product: &product,
        logged_time: 1_700_000_000_123,
        uid: "9f3c1a52-unguessable",
        record: Record::Before,
    })
}

fn salts() -> impl FnMut() -> [u8; 16] {
    let mut next = 0_u128;
    move || {
        next += 1;
        next.to_be_bytes()
    }
}

fn main() {
    const BATCH: u32 = 200;
    const BATCHES: u32 = 300;
    let event = || Event::from_json(EVENT.as_bytes(), LIMIT).expect("valid");
    let sealed = complete(event()).seal(salts()).expect("small");
    let hash = |bytes: &[u8]| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    println!(
        "{} bytes, leaf {}, {} personal",
        EVENT.len(),
        sealed.leaf.len(),
        sealed.private.len()
    );
    // The quickest of many batches: others may be using the machine.
    let time = |what: &str, run: &dyn Fn()| {
        let batch = || {
            let start = Instant::now();
            for _ in 0..BATCH {
                run();
            }
            start.elapsed()
        };
        let quickest = (0..BATCHES).map(|_| batch()).min().unwrap_or_default();
        let micros = quickest.as_secs_f64() * 1e6 / f64::from(BATCH);
        println!("{micros:>8.2} µs {what}");
    };
    time("serde_json alone", &|| {
        drop(black_box(serde_json::from_str::<serde_json::Value>(EVENT)));
    });
    time("from_json", &|| drop(black_box(event())));
    time("from_json, complete", &|| {
        drop(black_box(complete(event())))
    });
    time("from_json, complete, seal", &|| {
        drop(black_box(complete(event()).seal(salts())));
    });
    time("encode, decode", &|| {
        drop(black_box(Private::decode(&Private::encode(
            &sealed.private,
        ))));
    });
    time("verify_private", &|| {
        verify_private(black_box(&sealed.leaf), &sealed.private).expect("right");
    });
    time("open", &|| {
        drop(black_box(open(&sealed.leaf, &sealed.private)))
    });
    time("SHA-256 of the leaf", &|| {
        black_box(hash(&sealed.leaf));
    });
}
