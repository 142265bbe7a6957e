//! Tiles and proofs: the crate `tlog_tiles`, a port of Go's, and a real log.

use palisade_tlog::{
    Hash, Tile, TileReader, TileWriter, TreeHead, leaf_hash, node_hash, tiles_after,
    verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tlog_tiles as theirs;

type Tiles = BTreeMap<Tile, Vec<u8>>;

/// The path as theirs has it, with the height of tiles in it.
fn their_path(tile: Tile) -> String {
    tile.path().replacen("tile/", "tile/8/", 1)
}

fn to_theirs(hashes: &[Hash]) -> Vec<theirs::Hash> {
    hashes.iter().map(|hash| theirs::Hash(hash.0)).collect()
}

/// Our tiles, for their reader, which verifies each tile against the root.
struct Stored<'a>(&'a Tiles);

impl theirs::TileReader for Stored<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[theirs::Tile]) -> Result<Vec<Vec<u8>>, theirs::Error> {
        let read = |tile: &theirs::Tile| {
            let mine: Tile = tile.path().replacen("tile/8/", "tile/", 1).parse().unwrap();
            self.0[&mine].clone()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[theirs::Tile], _: &[Vec<u8>]) {}
}

/// A tree of so many leaves, written in several steps: all tiles that it ever had.
fn tree(sizes: &[u64]) -> (Tiles, TreeHead) {
    let (mut tiles, mut writer) = (Tiles::new(), TileWriter::new());
    for size in sizes {
        for index in writer.head().size..*size {
            writer.push(leaf_hash(&index.to_be_bytes()));
        }
        tiles.extend(writer.take());
    }
    (tiles, writer.head())
}

/// Both make the same proofs from the same tiles, and each accepts them.
fn same_proofs(tiles: &Tiles, head: &TreeHead, at: u64) {
    let (size, root) = (head.size, theirs::Hash(head.root.0));
    let stored = Stored(tiles);
    let their_reader = theirs::TileHashReader::new(size, root, &stored);
    let mut reader = TileReader::new(tiles, size);

    let path = reader.inclusion(at, size).unwrap();
    assert_eq!(
        theirs::prove_record(size, at, &their_reader).unwrap(),
        to_theirs(&path)
    );
    let leaf = leaf_hash(&at.to_be_bytes());
    assert_eq!(verify_inclusion(&leaf, at, head, &path), Ok(()));
    let their_leaf = theirs::record_hash(&at.to_be_bytes());
    theirs::check_record(&to_theirs(&path), size, root, at, their_leaf).unwrap();

    let old = at + 1;
    let old_root = reader.root_at(old).unwrap();
    let their_old_root = theirs::tree_hash(old, &their_reader).unwrap();
    assert_eq!(their_old_root, theirs::Hash(old_root.0));
    let proof = reader.consistency(old, size).unwrap();
    assert_eq!(
        theirs::prove_tree(size, old, &their_reader).unwrap(),
        to_theirs(&proof)
    );
    let old = TreeHead {
        size: old,
        root: old_root,
    };
    assert_eq!(verify_consistency(&old, head, &proof), Ok(()));
    theirs::check_tree(&to_theirs(&proof), size, root, old.size, their_old_root).unwrap();
}

#[test]
fn a_large_tree_has_the_same_proofs() {
    let (tiles, head) = tree(&[70_000]);
    for at in [
        0, 1, 255, 256, 65_535, 65_536, 65_791, 65_792, 69_887, 69_888, 69_999,
    ] {
        same_proofs(&tiles, &head, at);
    }
}

#[test]
fn hashes_are_the_same() {
    for size in [0, 1, 55, 64, 1000, 2047, 2048, 70_000] {
        let record = vec![0x5a; size];
        assert_eq!(leaf_hash(&record).0, theirs::record_hash(&record).0);
    }
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let their_node = theirs::node_hash(theirs::Hash(a.0), theirs::Hash(b.0));
    assert_eq!(node_hash(&a, &b).0, their_node.0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn proofs_are_the_same((size, at) in (1u64..1500).prop_flat_map(|n| (Just(n), 0..n)), step in 0u64..1500) {
        let (tiles, head) = tree(&[step.min(size), size]);
        same_proofs(&tiles, &head, at);
    }

    #[test]
    fn the_same_tiles_are_written(old in 0u64..1 << 40, growth in 0u64..200_000) {
        let new = old + growth;
        let mine: Vec<String> = tiles_after(old, new).map(their_path).collect();
        let tiles = theirs::Tile::new_tiles(8, old, new);
        let other: Vec<String> = tiles.iter().map(theirs::Tile::path).collect();
        prop_assert_eq!(mine, other);
    }

    #[test]
    fn the_same_paths_are_read(
        path in "tile/0{0,2}[0-9]/(x[0-9]{3}/){0,3}[0-9x]{3,4}(\\.p/0?[1-9][0-9]{0,2})?",
    ) {
        let mine = path.parse::<Tile>();
        let other = theirs::Tile::from_path(&path.replacen("tile/", "tile/8/", 1));
        if let Ok(tile) = &mine {
            prop_assert_eq!(their_path(*tile), other.as_ref().unwrap().path());
        } else if let Ok(tile) = other {
            // Theirs knows tiles that no tree of 64 bits has.
            prop_assert!(tile.level() >= 3, "{}", path);
        }
    }

    #[test]
    fn the_same_proofs_are_refused(
        (size, at) in (2u64..600).prop_flat_map(|n| (Just(n), 0..n)),
        which in any::<usize>(),
        change in 0..4,
    ) {
        let (tiles, head) = tree(&[size]);
        let root = theirs::Hash(head.root.0);
        let mut reader = TileReader::new(&tiles, size);
        let mut path = reader.inclusion(at, size).unwrap();
        let which = which % path.len();
        match change {
            0 => path[which].0[which % 32] ^= 1,
            1 => drop(path.remove(which)),
            2 => path.insert(which, head.root),
            _ => path.reverse(),
        }
        let leaf = leaf_hash(&at.to_be_bytes());
        let mine = verify_inclusion(&leaf, at, &head, &path).is_ok();
        let other = theirs::check_record(&to_theirs(&path), size, root, at, theirs::Hash(leaf.0));
        prop_assert_eq!(mine, other.is_ok());
        prop_assert!(!mine || change == 3);
    }
}

/// The lines of a kind in the answers of a real log.
fn argon(kind: &str) -> Vec<Hash> {
    include_str!("argon2020.txt")
        .lines()
        .filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' '))
        .map(|hash| hash.parse().unwrap())
        .collect()
}

#[test]
fn a_real_log_of_nearly_a_billion_leaves_verifies() {
    let (size, root) = (961_984_011, argon("root")[0]);
    let new = TreeHead { size, root };
    let (leaf, mut path) = (argon("leaf")[0], argon("path"));
    assert_eq!(verify_inclusion(&leaf, 10_000, &new, &path), Ok(()));
    assert!(verify_inclusion(&leaf, 10_001, &new, &path).is_err());
    path.swap(0, 1);
    assert!(verify_inclusion(&leaf, 10_000, &new, &path).is_err());

    let (size, root) = (3_654_490, argon("old")[0]);
    let old = TreeHead { size, root };
    let mut proof = argon("proof");
    assert_eq!(verify_consistency(&old, &new, &proof), Ok(()));
    proof.swap(0, 1);
    assert!(verify_consistency(&old, &new, &proof).is_err());
}
