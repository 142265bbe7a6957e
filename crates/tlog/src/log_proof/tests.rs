//! Proofs that stand alone, and what is left of them after a change.

use super::*;
use crate::test_log::TestLog;

fn proof(index: u64, size: u64) -> (LogProof, Log) {
    let mut log = TestLog::new("example.com/fancylog", 1);
    let checkpoint = log.grow(size, "");
    let path = log.reader().inclusion(index, size).unwrap();
    let proof = LogProof::new(&TestLog::leaf(index, ""), index, path, checkpoint);
    (proof.unwrap(), log.log())
}

#[test]
fn a_proof_is_read_as_it_is_written() {
    for (index, size) in [(0, 1), (0, 2), (5, 9), (300, 301), (299, 1000)] {
        let leaf = TestLog::leaf(index, "");
        let (proof, log) = proof(index, size);
        let text = proof.to_string();
        let head = format!("c2sp.org/tlog-proof@v1\nindex {index}\n");
        assert!(text.starts_with(&head), "{text}");
        assert_eq!(
            LogProof::open(text.as_bytes(), &log, &leaf).as_ref(),
            Ok(&proof)
        );
        let proof = proof.with_extra(b"beside".to_vec());
        let text = proof.to_string();
        assert!(text.contains("\nextra YmVzaWRl\nindex "), "{text}");
        let read = LogProof::open(text.as_bytes(), &log, &leaf).unwrap();
        assert_eq!(read.unverified_extra(), Some(&b"beside"[..]));
        assert_eq!(read, proof);
    }
}

#[test]
fn a_proof_of_something_else_is_none() {
    let (proof, log) = proof(5, 9);
    let leaf = TestLog::leaf(5, "");
    let text = proof.to_string();
    let other = LogProof::open(text.as_bytes(), &log, &TestLog::leaf(6, ""));
    assert!(matches!(
        other,
        Err(LogProofError::Proof(ProofError::Root { .. }))
    ));
    let stranger = TestLog::new("example.com/fancylog", 2).log();
    let other = LogProof::open(text.as_bytes(), &stranger, &leaf);
    assert!(matches!(other, Err(LogProofError::Checkpoint(_))));
    for bit in 0..text.len() * 8 {
        let mut flipped = text.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(LogProof::open(&flipped, &log, &leaf).is_err(), "bit {bit}");
    }
    for end in 0..text.len() {
        let cut = LogProof::open(&text.as_bytes()[..end], &log, &leaf);
        assert!(cut.is_err(), "{end}");
    }
    let extra = text.replace("\nindex", "\nextra !\nindex");
    let found = LogProof::open(extra.as_bytes(), &log, &leaf);
    assert_eq!(found, Err(LogProofError::Line("`extra <base64>`")));
}
