//! Logs that fork at every size, honest ones, and proofs with something changed.

use super::*;
use crate::Checkpoint;
use crate::test_log::TestLog;

/// The checkpoint of size `m` of a log that goes on as another one: the fork, if it is one.
fn fork(m: u64, n: u64, salt: &str) -> (Result<ForkProof, ForkError>, Log) {
    let mut honest = TestLog::new("example.com/log", 1);
    let earlier = honest.grow(m, "");
    let mut other = TestLog::new("example.com/log", 1);
    other.grow(m, salt);
    let later = other.grow(n, "");
    let mut reader = other.reader();
    let root = reader.root_at(m).unwrap();
    let proof = reader.consistency(m, n).unwrap();
    (
        ForkProof::new(earlier, later, Beginning { root, proof }),
        honest.log(),
    )
}

#[test]
fn a_fork_at_any_size_is_proved_and_read_again() {
    for n in 1..20 {
        for m in 1..=n {
            let (proof, log) = fork(m, n, "lie");
            let proof = proof.unwrap();
            let text = proof.to_string();
            assert_eq!(ForkProof::open(text.as_bytes(), &log), Ok(proof), "{m} {n}");
            assert_eq!(fork(m, n, "").0, Err(ForkError::Agree), "{m} {n}");
        }
    }
}

#[test]
fn two_trees_of_one_size_need_no_proof() {
    let (a, log) = fork(7, 7, "lie");
    let a = a.unwrap();
    let proof = ForkProof::of_one_size(a.later().clone(), a.earlier().clone()).unwrap();
    assert!(ForkProof::open(proof.to_string().as_bytes(), &log).is_ok());
    let same = ForkProof::of_one_size(a.later().clone(), a.later().clone());
    assert_eq!(same, Err(ForkError::Agree));
    let (b, _) = fork(7, 8, "lie");
    let sizes = ForkProof::of_one_size(a.earlier().clone(), b.unwrap().later().clone());
    assert_eq!(sizes, Err(ForkError::Proof(ProofError::Length(0))));
}

#[test]
fn a_false_empty_tree_is_a_fork() {
    let mut log = TestLog::new("example.com/log", 1);
    let three = log.grow(3, "");
    let (size, root) = (0, three.tree().root);
    let lie = Checkpoint::new(three.origin().clone(), TreeHead { size, root });
    let lie = lie.sign(&log.secret).unwrap();
    let beginning = Beginning {
        root: Hash::EMPTY_ROOT,
        proof: Vec::new(),
    };
    assert!(ForkProof::new(lie, three, beginning).is_ok());
}

#[test]
fn nobody_can_accuse_another_log() {
    let (proof, log) = fork(5, 9, "lie");
    let proof = proof.unwrap();
    let text = proof.to_string();
    let mut stranger = TestLog::new("example.com/log", 2);
    let opened = ForkProof::open(text.as_bytes(), &stranger.log());
    assert!(matches!(
        opened,
        Err(ForkError::Checkpoint {
            which: "earlier",
            ..
        })
    ));

    // Two keys that sign for one log have not forked it, unless one of them did.
    let beginning = proof.beginning().clone();
    let five = stranger.grow(5, "");
    let keys = ForkProof::new(five, proof.later().clone(), beginning.clone());
    assert_eq!(keys, Err(ForkError::Key));
    let mut other = TestLog::new("example.com/other", 1);
    let origins = ForkProof::new(other.grow(5, ""), proof.later().clone(), beginning);
    assert_eq!(origins, Err(ForkError::Origin));

    // With any one bit changed it proves nothing, or still the same.
    for bit in 0..text.len() * 8 {
        let mut flipped = text.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(ForkProof::open(&flipped, &log).is_err(), "bit {bit}");
    }
    for end in 0..text.len() {
        assert!(
            ForkProof::open(&text.as_bytes()[..end], &log).is_err(),
            "{end}"
        );
    }
}

#[test]
fn an_honest_log_is_not_accused_by_a_false_beginning() {
    let mut log = TestLog::new("example.com/log", 1);
    let (four, nine) = (log.grow(4, ""), log.grow(9, ""));
    let proof = log.reader().consistency(4, 9).unwrap();
    let root = TestLog::leaf(0, "lie");
    let found = ForkProof::new(four, nine, Beginning { root, proof });
    assert!(matches!(
        found,
        Err(ForkError::Proof(ProofError::Root { .. }))
    ));
}
