//! SHA-256 as RFC 6962 uses it in a Merkle tree: leaves and inner nodes are hashed under different
//! prefixes, so that neither can be passed off as the other. Nothing here allocates for leaves of
//! ordinary size: these functions run for every record that is verified.

use crate::text;
use aws_lc_rs::digest::{self, SHA256};
use std::fmt;
use std::str::FromStr;

/// The bytes of a [`struct@Hash`].
pub const HASH_BYTES: usize = 32;

const LEAF: u8 = 0;
const NODE: u8 = 1;
/// Leaves up to this size are hashed in one call from a buffer on the stack.
const SMALL_LEAF: usize = 2048;

/// A SHA-256 hash. Its text form is standard base64, as in checkpoints and proofs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

impl Hash {
    /// The root of the tree without leaves: the hash of nothing.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// What `bytes` hash to, without a prefix: for key ids and names, never for trees.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let digest = digest::digest(&SHA256, bytes);
        let mut hash = [0; HASH_BYTES];
        hash.copy_from_slice(digest.as_ref());
        Self(hash)
    }
}

/// The hash of a leaf: SHA-256 of a zero byte and the record.
#[must_use]
pub fn leaf_hash(record: &[u8]) -> Hash {
    if record.len() < SMALL_LEAF {
        let mut prefixed = [LEAF; SMALL_LEAF];
        prefixed[1..=record.len()].copy_from_slice(record);
        return Hash::of(&prefixed[..=record.len()]);
    }
    let mut context = digest::Context::new(&SHA256);
    context.update(&[LEAF]);
    context.update(record);
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(context.finish().as_ref());
    Hash(hash)
}

/// The hash of an inner node: SHA-256 of a byte of value one and its two children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut prefixed = [NODE; 1 + 2 * HASH_BYTES];
    prefixed[1..=HASH_BYTES].copy_from_slice(&left.0);
    prefixed[1 + HASH_BYTES..].copy_from_slice(&right.0);
    Hash::of(&prefixed)
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// A text is not a hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the base64 of a 32-byte hash")]
pub struct HashError(());

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        text::decode(text)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(HashError(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(hash: Hash) -> String {
        hash.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn vectors_of_rfc_6962() {
        assert_eq!(Hash::of(b""), Hash::EMPTY_ROOT);
        assert_eq!(
            hex(Hash::EMPTY_ROOT),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        // The empty leaf and the first leaf of the reference implementation's tests.
        assert_eq!(
            hex(leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            hex(leaf_hash(b"L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
        );
        assert_eq!(
            hex(Hash::of(b"\x01N123N456")),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
        );
    }

    #[test]
    fn a_leaf_hashes_the_same_however_it_is_fed() {
        for size in [0, 1, 63, 2046, 2047, 2048, 2049, 65_535] {
            let mut prefixed = vec![7; size + 1];
            prefixed[0] = 0;
            assert_eq!(leaf_hash(&prefixed[1..]), Hash::of(&prefixed), "{size}");
        }
    }

    #[test]
    fn text_is_strict() {
        let text = Hash::EMPTY_ROOT.to_string();
        assert_eq!(text.parse(), Ok(Hash::EMPTY_ROOT));
        for bad in [
            "",
            "AAAA",
            text.trim_end_matches('='),
            // The same bits with something in the unused ones.
            &text.replace("FU=", "FV="),
            &format!(" {text}"),
            &format!("{text}\n"),
        ] {
            assert_eq!(bad.parse::<Hash>(), Err(HashError(())), "{bad}");
        }
    }
}
