//! Tiles that are written are read, grown and audited; broken ones are told.

use super::*;
use crate::audit::Audit;
use crate::tile::tiles_after;
use crate::writer::TileWriter;
use crate::{naive, verify_consistency, verify_inclusion};
use proptest::prelude::*;
use std::cell::Cell;

type Tiles = BTreeMap<Tile, Vec<u8>>;

/// The tiles of a tree of `leaves`, written whenever it had one of the sizes.
fn written(leaves: &[Hash], stops: &[usize]) -> (Tiles, TreeHead) {
    let (mut tiles, mut writer) = (Tiles::new(), TileWriter::new());
    let mut before = 0;
    for (count, leaf) in (1..).zip(leaves) {
        writer.push(*leaf);
        if stops.contains(&count) || count == leaves.len() {
            let new = writer.take();
            let names: Vec<_> = new.iter().map(|(tile, _)| *tile).collect();
            let expected: Vec<_> = tiles_after(before as u64, count as u64).collect();
            assert_eq!(names, expected, "{before} -> {count}");
            tiles.extend(new);
            before = count;
        }
    }
    (tiles, writer.head())
}

/// Counts what is read.
struct Counting<'a>(&'a Tiles, Cell<usize>);

impl TileSource for Counting<'_> {
    type Error = Infallible;

    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Infallible> {
        self.1.set(self.1.get() + 1);
        self.0.tile(tile)
    }
}

#[test]
fn proofs_from_tiles_are_those_of_the_definition() {
    let leaves = naive::leaves(700);
    let (tiles, head) = written(&leaves, &[]);
    assert_eq!(head.root, naive::root(&leaves));
    let mut reader = TileReader::new(&tiles, head.size);
    for size in [1, 2, 3, 255, 256, 257, 511, 512, 513, 600, 700_usize] {
        let (n, tree) = (size as u64, &leaves[..size]);
        assert_eq!(reader.root_at(n), Ok(naive::root(tree)));
        for at in (0..size).step_by(97).chain([size - 1]) {
            assert_eq!(reader.leaf(at as u64), Ok(leaves[at]));
            let path = reader.inclusion(at as u64, n);
            assert_eq!(path, Ok(naive::path(at, tree)), "{at} in {size}");
            let proof = reader.consistency(at as u64 + 1, n);
            assert_eq!(proof, Ok(naive::proof(at + 1, tree)), "{at} in {size}");
        }
    }
    assert_eq!(reader.root_at(0), Ok(Hash::EMPTY_ROOT));
    let size = ReadError::Size {
        asked: 701,
        size: 700,
    };
    assert_eq!(reader.root_at(701), Err(size.clone()));
    assert_eq!(reader.inclusion(0, 701), Err(size.clone()));
    assert_eq!(reader.consistency(0, 701), Err(size));
    let (index, size) = (300, 300);
    let beyond = ReadError::Proof(ProofError::Index { index, size });
    assert_eq!(reader.inclusion(index, size), Err(beyond));
    let (old, new) = (301, 300);
    let shrunk = ReadError::Proof(ProofError::Shrunk { old, new });
    assert_eq!(reader.consistency(old, new), Err(shrunk));
    assert!(reader.leaf(700).is_err());
    assert!(reader.leaf(u64::MAX).is_err());
}

#[test]
fn a_proof_reads_two_tiles_of_a_level_at_most() {
    let leaves = naive::leaves(66_000);
    let (tiles, head) = written(&leaves, &[]);
    for (index, size) in [
        (0, 66_000),
        (65_535, 65_536),
        (65_536, 66_000),
        (300, 65_999),
    ] {
        let source = Counting(&tiles, Cell::new(0));
        let mut reader = TileReader::new(&source, head.size);
        let path = reader.inclusion(index, size).unwrap();
        let root = reader.root_at(size).unwrap();
        let tree = TreeHead { size, root };
        let leaf = reader.leaf(index).unwrap();
        assert_eq!(verify_inclusion(&leaf, index, &tree, &path), Ok(()));
        let proof = reader.consistency(size, head.size).unwrap();
        assert_eq!(verify_consistency(&tree, &head, &proof), Ok(()));
        assert!(source.1.get() <= 3 * 3, "{}", source.1.get());
    }
    let source = Counting(&tiles, Cell::new(0));
    let mut reader = TileReader::new(&source, head.size);
    for (index, leaf) in (0..).zip(&leaves) {
        assert_eq!(reader.leaf(index).as_ref(), Ok(leaf));
    }
    assert_eq!(source.1.get(), 66_000_usize.div_ceil(256));
}

#[test]
fn a_partial_tile_may_be_dropped_for_the_full_one() {
    let leaves = naive::leaves(600);
    let (mut tiles, _) = written(&leaves, &[100, 300]);
    let partial = Tile::new(0, 1, 44).unwrap();
    assert!(tiles.remove(&partial).is_some());
    let mut reader = TileReader::new(&tiles, 300);
    assert_eq!(reader.root_at(300), Ok(naive::root(&leaves[..300])));
    let gone = Tile::new(0, 2, 88).unwrap();
    assert!(tiles.remove(&gone).is_some());
    let mut reader = TileReader::new(&tiles, 600);
    assert_eq!(reader.leaf(512), Err(ReadError::Missing(gone)));
}

#[test]
fn a_writer_resumes_where_it_stood() {
    let leaves = naive::leaves(1300);
    let (all, head) = written(&leaves, &[]);
    for stop in [0, 1, 255, 256, 257, 511, 512, 700, 1024, 1299, 1300] {
        let (mut tiles, before) = written(&leaves[..stop], &[]);
        let mut writer = TileWriter::resume(&tiles, &before).unwrap();
        assert_eq!(writer.head(), before);
        assert!(writer.take().is_empty());
        leaves[stop..].iter().for_each(|leaf| writer.push(*leaf));
        tiles.extend(writer.take());
        assert_eq!(writer.head(), head);
        for (tile, hashes) in &all {
            assert_eq!(tiles.get(tile), Some(hashes), "{tile} after {stop}");
        }
    }
    let expected = TreeHead {
        root: leaves[0],
        ..head
    };
    let computed = head.root;
    let refused = TileWriter::resume(&all, &expected).map(|writer| writer.head());
    assert_eq!(refused, Err(ReadError::Root { expected, computed }));
}

#[test]
fn an_audit_names_every_flipped_hash() {
    let leaves = naive::leaves(600);
    let (mut tiles, head) = written(&leaves, &[]);
    let audit = |tiles: &Tiles| {
        let mut audit = Audit::new(tiles, head.size);
        leaves.iter().try_for_each(|leaf| audit.push(*leaf))?;
        audit.finish()
    };
    assert_eq!(audit(&tiles), Ok(head));
    let names: Vec<Tile> = tiles.keys().copied().collect();
    assert_eq!(names.len(), 4);
    for name in names {
        for position in 0..name.width() {
            let bit = usize::from(position) * HASH_BYTES + usize::from(position) % HASH_BYTES;
            tiles.get_mut(&name).unwrap()[bit] ^= 1;
            match audit(&tiles) {
                Err(ReadError::Hash {
                    tile, position: p, ..
                }) => {
                    assert_eq!((tile, p), (name, position));
                }
                other => panic!("{name} {position}: {other:?}"),
            }
            tiles.get_mut(&name).unwrap()[bit] ^= 1;
        }
        let hashes = tiles.remove(&name).unwrap();
        assert_eq!(audit(&tiles), Err(ReadError::Missing(name)));
        for found in [0, hashes.len() - 1, hashes.len() + 1] {
            let mut wrong = hashes.clone();
            wrong.resize(found, 0);
            tiles.insert(name, wrong);
            assert_eq!(audit(&tiles), Err(ReadError::Length { tile: name, found }));
        }
        tiles.insert(name, hashes);
    }

    let mut short = Audit::new(&tiles, head.size);
    leaves[1..].iter().for_each(|leaf| drop(short.push(*leaf)));
    assert!(short.finish().is_err());
    let mut long = Audit::new(&tiles, 1);
    assert_eq!(long.push(leaves[0]), Ok(()));
    let size = 1;
    assert_eq!(
        long.push(leaves[1]),
        Err(ReadError::Size { asked: 2, size })
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiles_do_not_depend_on_when_they_are_written(
        size in 1usize..1500,
        stops in prop::collection::vec(1usize..1500, 0..6),
    ) {
        let leaves = naive::leaves(size);
        let (tiles, head) = written(&leaves, &stops);
        let (once, same) = written(&leaves, &[]);
        prop_assert_eq!(head, same);
        for (tile, hashes) in &once {
            prop_assert_eq!(tiles.get(tile), Some(hashes));
        }
    }

    #[test]
    fn hostile_tiles_and_sizes_never_panic(
        size in prop_oneof![0u64..600, Just(u64::MAX), any::<u64>()],
        at in any::<u64>(),
        length in prop_oneof![Just(8192usize), Just(255 * 32), 0usize..9000],
    ) {
        struct Same(usize);
        impl TileSource for Same {
            type Error = Infallible;
            fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Infallible> {
                let right = usize::from(tile.width()) * HASH_BYTES;
                Ok((self.0 > 100).then(|| vec![7; if self.0 > 8000 { right } else { self.0 }]))
            }
        }
        let at = at.checked_rem(size).unwrap_or(at);
        let mut reader = TileReader::new(Same(length), size);
        let root = reader.root_at(size);
        if let (Ok(root), Ok(path)) = (root, reader.inclusion(at, size)) {
            // What is the same everywhere is a tree, too.
            let tree = TreeHead { size, root };
            let leaf = reader.leaf(at).unwrap();
            let _ = verify_inclusion(&leaf, at, &tree, &path);
            prop_assert!(reader.consistency(at, size).is_ok());
            prop_assert!(TileWriter::resume(Same(length), &tree).is_ok());
        }
    }
}
