//! Where hashes are stored: the coordinates of tiles, their paths, and which tiles a tree has. A
//! tile holds up to 256 consecutive hashes of one level; the levels are eight levels of the tree
//! apart, and each hash of a level stands for a full tile of the level below.

use crate::text;
use std::fmt;
use std::str::FromStr;

/// How many levels of the tree a tile spans.
pub const TILE_HEIGHT: u32 = 8;
/// How many hashes a full tile has.
pub const TILE_WIDTH: u16 = 256;
/// How many levels of tiles a tree of any size can have.
pub const TILE_LEVELS: u8 = 8;

/// The coordinates of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

impl Tile {
    /// The full tile that stands at `index` in `level`.
    ///
    /// `None` where no tree can have it: its last leaf would have no number of 64 bits.
    #[must_use]
    pub fn full(level: u8, index: u64) -> Option<Self> {
        Self::new(level, index, TILE_WIDTH)
    }

    /// The tile of `width` hashes that stands at `index` in `level`.
    ///
    /// `None` where no tree can have it.
    #[must_use]
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        if level >= TILE_LEVELS || width == 0 || width > TILE_WIDTH {
            return None;
        }
        // The tree has at least so many leaves.
        let hashes = index.checked_mul(TILE_WIDTH.into())?;
        let hashes = hashes.checked_add(width.into())?;
        hashes.checked_mul(1 << (TILE_HEIGHT * u32::from(level)))?;
        Some(Self {
            level,
            index,
            width,
        })
    }

    /// The tile at `index` of `level`, as wide as it is in a tree of `size` leaves; `None` if the
    /// tree does not have it.
    #[must_use]
    pub fn of_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = hashes_in_level(level, size);
        let start = index.checked_mul(TILE_WIDTH.into())?;
        let width = hashes.checked_sub(start)?.min(TILE_WIDTH.into());
        Self::new(level, index, u16::try_from(width).ok()?)
    }

    /// The level: 0 holds the hashes of leaves.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// How many tiles of this level stand left of it.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has, from 1 to 256.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it has 256 hashes, and so will never change.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same place once it is full; `None` where no tree can have that.
    #[must_use]
    pub fn filled(self) -> Option<Self> {
        Self::full(self.level, self.index)
    }

    /// The path of its hashes below the log's prefix: `tile/0/x001/x234/067.p/5`.
    #[must_use]
    pub fn path(self) -> String {
        format!("tile/{}/{}", self.level, self.place())
    }

    /// The path of the bundle with the entries of a tile of level 0: `tile/entries/x001/x234/067`.
    #[must_use]
    pub fn entries_path(self) -> String {
        format!("tile/entries/{}", self.place())
    }

    /// Index and width, as paths end.
    fn place(self) -> String {
        let mut groups = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups = format!("x{:03}/{groups}", rest % 1000);
            rest /= 1000;
        }
        if self.is_full() {
            groups
        } else {
            format!("{groups}.p/{}", self.width)
        }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// A text is not the path of a tile that a tree can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile")]
pub struct TilePathError(());

impl FromStr for Tile {
    type Err = TilePathError;

    /// Reads what [`Tile::path`] writes, and nothing else.
    fn from_str(path: &str) -> Result<Self, TilePathError> {
        parse(path)
            .filter(|tile| tile.path() == path)
            .ok_or(TilePathError(()))
    }
}

fn parse(path: &str) -> Option<Tile> {
    let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let level = u8::try_from(text::decimal(level)?).ok()?;
    let (groups, width) = match place.split_once(".p/") {
        Some((groups, width)) => (groups, u16::try_from(text::decimal(width)?).ok()?),
        None => (place, TILE_WIDTH),
    };
    let mut index = 0u64;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let digits = digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then_some(digits)?;
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Tile::new(level, index, width)
}

/// How many hashes a level of tiles has in a tree of `size` leaves.
pub(crate) fn hashes_in_level(level: u8, size: u64) -> u64 {
    size.checked_shr(TILE_HEIGHT * u32::from(level))
        .unwrap_or(0)
}

/// The tiles that must be written when a tree grows from `old` leaves to `new`: those that have
/// become full, and the partial ones at the new right edge; level by level, from left to right.
/// Nothing if it does not grow.
pub fn tiles_after(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..TILE_LEVELS).flat_map(move |level| {
        let (from, to) = (hashes_in_level(level, old), hashes_in_level(level, new));
        let tiles = if from < to {
            from / u64::from(TILE_WIDTH)..to.div_ceil(TILE_WIDTH.into())
        } else {
            0..0
        };
        tiles.filter_map(move |index| Tile::of_tree(level, index, new))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        for (level, index, width, path) in [
            (0, 0, 256, "tile/0/000"),
            (0, 1_234_067, 256, "tile/0/x001/x234/067"),
            (0, 1_234_067, 5, "tile/0/x001/x234/067.p/5"),
            (3, 1000, 255, "tile/3/x001/000.p/255"),
            (7, 0, 1, "tile/7/000.p/1"),
            (
                0,
                72_057_594_037_927_934,
                256,
                "tile/0/x072/x057/x594/x037/x927/934",
            ),
        ] {
            let tile = Tile::new(level, index, width).unwrap();
            assert_eq!(tile.path(), path);
            assert_eq!(path.parse(), Ok(tile));
        }
        let tile = Tile::full(0, 1_234_067).unwrap();
        assert_eq!(tile.entries_path(), "tile/entries/x001/x234/067");
    }

    #[test]
    fn other_paths_are_refused() {
        for path in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/00/000",
            "tile/8/000",
            "tile/-1/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/xx01/000",
            "tile/0/+01",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/5.p/5",
            "tile/0/000/",
            "tile/0/000.p",
            "/tile/0/000",
            "tile/0/../000",
            "tile/entries/000",
            "tile/7/001.p/1",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(path.parse::<Tile>(), Err(TilePathError(())), "{path}");
        }
    }

    #[test]
    fn the_tiles_of_the_specifications_example() {
        let tiles: Vec<_> = tiles_after(0, 70_000).collect();
        let count = |level, full| {
            let of = |t: &&Tile| t.level == level && t.is_full() == full;
            tiles.iter().filter(of).count()
        };
        assert_eq!((count(0, true), count(0, false)), (273, 1));
        assert_eq!((count(1, true), count(1, false)), (1, 1));
        assert_eq!((count(2, true), count(2, false)), (0, 1));
        assert_eq!(Tile::of_tree(0, 273, 70_000).unwrap().width, 112);
        assert_eq!(Tile::of_tree(1, 1, 70_000).unwrap().width, 17);
        assert_eq!(Tile::of_tree(2, 0, 70_000).unwrap().width, 1);

        let paths: Vec<_> = tiles_after(255, 256).map(Tile::path).collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(tiles_after(256, 256).count(), 0);
        assert_eq!(tiles_after(257, 256).count(), 0);
    }

    #[test]
    fn the_largest_trees_have_tiles() {
        let edge: Vec<_> = tiles_after(u64::MAX - 1, u64::MAX).collect();
        assert_eq!(edge.len(), 1);
        assert_eq!(edge[0].width, 255);
        assert_eq!(edge[0].filled(), None);
        assert!(tiles_after(0, u64::MAX).nth(1_000).is_some());
        let top = Tile::of_tree(7, 0, u64::MAX).unwrap();
        assert_eq!(top.width, 255);
        assert_eq!(Tile::of_tree(8, 0, u64::MAX), None);
        assert_eq!(Tile::of_tree(255, 0, u64::MAX), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_path_is_read_only_as_it_is_written(path in "(tile/)?[0-9x/.p]{0,20}") {
            if let Ok(tile) = path.parse::<Tile>() {
                prop_assert_eq!(tile.path(), path);
            }
        }

        #[test]
        fn paths_go_there_and_back(level in 0u8..9, index in any::<u64>(), shift in 0u32..64, width in 0u16..258) {
            if let Some(tile) = Tile::new(level, index >> shift, width) {
                prop_assert_eq!(tile.path().parse(), Ok(tile));
            }
        }
    }
}
