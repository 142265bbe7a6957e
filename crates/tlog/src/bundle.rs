//! Entry bundles: the entries of a tile of level 0, each after its length in two bytes.

use crate::tile::TILE_WIDTH;

/// The size of the largest entry that a bundle can hold.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// A bundle can't be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The entry does not fit.
    #[error("an entry has {0} bytes, and at most {MAX_ENTRY} fit into a bundle")]
    TooLong(usize),
    /// The bundle ends within an entry.
    #[error("the bundle ends within its entry {0}")]
    Truncated(usize),
    /// The bundle has more entries than a tile has hashes.
    #[error("the bundle has more than {TILE_WIDTH} entries")]
    TooMany,
}

/// Adds an entry to a bundle.
///
/// # Errors
/// [`BundleError::TooLong`]; the bundle stays as it was.
pub fn append_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong(entry.len()))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The entries of a bundle, one after the other, without copying them. After an error it ends.
pub fn entries(bundle: &[u8]) -> impl Iterator<Item = Result<&[u8], BundleError>> {
    let mut rest = bundle;
    let mut count = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = if count == usize::from(TILE_WIDTH) {
            Err(BundleError::TooMany)
        } else {
            first(rest).ok_or(BundleError::Truncated(count))
        };
        count += 1;
        rest = next.as_ref().map_or(&[], |(_, rest)| rest);
        Some(next.map(|(entry, _)| entry))
    })
}

/// The first entry, and what follows it.
fn first(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bundle.split_first_chunk()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_entry_stands_after_its_length() {
        let mut bundle = Vec::new();
        append_entry(&mut bundle, b"abc").unwrap();
        append_entry(&mut bundle, b"").unwrap();
        assert_eq!(bundle, b"\0\x03abc\0\0");
        append_entry(&mut bundle, &[1; MAX_ENTRY]).unwrap();
        let before = bundle.clone();
        let refused = append_entry(&mut bundle, &[1; MAX_ENTRY + 1]);
        assert_eq!(refused, Err(BundleError::TooLong(MAX_ENTRY + 1)));
        assert_eq!(bundle, before);
        let read: Result<Vec<_>, _> = entries(&bundle).collect();
        assert_eq!(read.unwrap(), [&b"abc"[..], b"", &[1; MAX_ENTRY]]);
    }

    #[test]
    fn broken_bundles_are_told() {
        let errors = |bundle: &[u8]| entries(bundle).filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(errors(b""), []);
        assert_eq!(errors(b"\0"), [BundleError::Truncated(0)]);
        assert_eq!(errors(b"\0\x01"), [BundleError::Truncated(0)]);
        assert_eq!(errors(b"\0\0\0\x02x"), [BundleError::Truncated(1)]);
        assert_eq!(errors(&[0; 512]), []);
        assert_eq!(errors(&[0; 514]), [BundleError::TooMany]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(0u8..4, 0..600)) {
            let mut again = Vec::new();
            let mut whole = true;
            for entry in entries(&bytes) {
                match entry {
                    Ok(entry) => append_entry(&mut again, entry).unwrap(),
                    Err(_) => whole = false,
                }
            }
            prop_assert!(bytes.starts_with(&again));
            prop_assert_eq!(whole, again.len() == bytes.len());
        }
    }
}
