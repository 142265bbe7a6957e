//! Notes, keys and checkpoints: the crates `signed_note` and `tlog_tiles`, ports of Go's.

use palisade_tlog::{
    Checkpoint, Log, NoteKey, NoteSecret, SignedCheckpoint, TreeHead, UnverifiedNote, leaf_hash,
};
use proptest::prelude::*;
use signed_note::{self as theirs, Signer, Verifier};

const NAME: &str = "example.com/log";

fn secret(seed: [u8; 32]) -> NoteSecret {
    NoteSecret::from_seed(NAME.parse().unwrap(), &seed).unwrap()
}

/// Whether theirs verifies a note with a key.
fn they_verify(note: &[u8], key: &NoteKey) -> bool {
    let verifier = theirs::StandardVerifier::new(&key.to_string()).unwrap();
    let known = theirs::VerifierList::new(vec![Box::new(verifier)]);
    theirs::Note::from_bytes(note).is_ok_and(|note| note.verify(&known).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn keys_and_notes_go_both_ways(seed in any::<[u8; 32]>(), text in "[ -~ü—\n]{0,80}\n") {
        let secret = secret(seed);
        let key = secret.public();
        let signer = theirs::StandardSigner::new(secret.to_text().expose()).unwrap();
        prop_assert_eq!((signer.name(), signer.key_id()), (NAME, key.id().0));
        let verifier = theirs::StandardVerifier::new(&key.to_string()).unwrap();
        prop_assert_eq!((verifier.name(), verifier.key_id()), (NAME, key.id().0));

        let mine = palisade_tlog::Note::sign(&text, &secret).unwrap().to_string();
        let mut other = theirs::Note::new(text.as_bytes(), &[]).unwrap();
        other.add_sigs(&[&signer]).unwrap();
        prop_assert_eq!(mine.as_bytes(), other.to_bytes());
        prop_assert!(they_verify(mine.as_bytes(), key));
        let note = UnverifiedNote::parse(&other.to_bytes()).unwrap();
        let note = note.verify(std::slice::from_ref(key)).unwrap();
        prop_assert_eq!(note.text(), text);
    }

    #[test]
    fn what_is_trusted_here_is_trusted_there(at in any::<usize>(), byte in any::<u8>(), cut in any::<bool>()) {
        let secret = secret([5; 32]);
        let key = secret.public().clone();
        let mut note = palisade_tlog::Note::sign("one\n\ntwo\n", &secret).unwrap().to_string().into_bytes();
        let at = at % note.len();
        if cut {
            note.truncate(at);
        } else {
            note[at] = byte;
        }
        let here = UnverifiedNote::parse(&note).and_then(|note| note.verify(std::slice::from_ref(&key)));
        prop_assert_eq!(here.is_ok(), they_verify(&note, &key));
    }

    #[test]
    fn checkpoints_are_the_same(size in any::<u64>(), extensions in "([a-z —]{1,9}\n){0,3}") {
        let root = leaf_hash(&size.to_be_bytes());
        let text = format!("{NAME}\n{size}\n{root}\n{extensions}");
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        let mine: Checkpoint = text.parse().unwrap();
        prop_assert_eq!(mine.to_string().into_bytes(), theirs.to_bytes());
        prop_assert_eq!(mine.origin().as_str(), theirs.origin());
        prop_assert_eq!(*mine.tree(), TreeHead { size: theirs.size(), root });
        prop_assert_eq!(theirs.hash().0, root.0);
        let again: String = mine.extensions().map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(again, theirs.extension());

        let secret = secret([5; 32]);
        let signed = mine.sign(&secret).unwrap().to_string();
        prop_assert!(they_verify(signed.as_bytes(), secret.public()));
        let log = Log::from(secret.public().clone());
        prop_assert!(SignedCheckpoint::open(signed.as_bytes(), &log).is_ok());
    }

    #[test]
    fn broken_checkpoints_are_refused_by_both(
        text in "[a\n]{0,3}\n(0|00|7|-1|x| 1)\n(AAAA|47DEQpj8HBSa\\+/TImW\\+5JCeuQeRkm5NMpJWZG3hSuFU=)\n[b\n]{0,3}",
    ) {
        let theirs = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).is_ok();
        let mine = text.parse::<Checkpoint>();
        // Theirs takes an empty origin, which the specification refuses.
        let empty = text.starts_with('\n');
        prop_assert_eq!(mine.is_ok(), theirs && !empty, "{:?}", text);
    }
}
