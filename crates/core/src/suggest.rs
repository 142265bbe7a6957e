//! "Did you mean": the nearest known word to one that is not known. Only ever a hint in a message;
//! nothing may act on a suggestion.

/// Longer words get no suggestion: nobody mistypes them, and the work stays bounded.
const LONGEST: usize = 100;

/// The candidate that `word` was most likely meant to be, or nothing when none is near.
///
/// Near means: at most one edit per three characters (two neighbours swapped count as one edit),
/// or equal but for case, dashes and underscores. The first of several equally near ones wins.
#[must_use]
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word)?;
    let most = (word.len() / 3).max(1);
    let mut rows = Rows::default();
    let mut nearest: Option<(usize, &str)> = None;
    for candidate in candidates {
        // What is not nearer than the nearest need not be measured to the end.
        let most = nearest.map_or(most, |(distance, _)| distance.saturating_sub(1));
        let Some(other) = plain(candidate).filter(|o| o.len().abs_diff(word.len()) <= most) else {
            continue;
        };
        if let Some(distance) = rows.distance(&word, &other, most)
            && distance < word.len().max(other.len())
            && nearest.is_none_or(|(nearest, _)| distance < nearest)
        {
            nearest = Some((distance, candidate));
        }
    }
    nearest.map(|(_, candidate)| candidate)
}

/// Lower case, with one kind of dash.
fn plain(word: &str) -> Option<Vec<char>> {
    (!word.is_empty() && word.len() <= LONGEST).then(|| {
        word.chars()
            .map(|c| match c {
                '_' => '-',
                c => c.to_ascii_lowercase(),
            })
            .collect()
    })
}

/// The rows of the table of distances between the beginnings of two words: the current one and the
/// two before it.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), unless
    /// these are more than `most`.
    fn distance(&mut self, a: &[char], b: &[char], most: usize) -> Option<usize> {
        self.before.clear();
        self.last.clear();
        self.last.extend(0..=b.len());
        for (i, x) in a.iter().enumerate() {
            self.row.clear();
            self.row.push(i + 1);
            for (j, y) in b.iter().enumerate() {
                let mut best = (self.last[j] + usize::from(x != y))
                    .min(self.last[j + 1] + 1)
                    .min(self.row[j] + 1);
                if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                    best = best.min(self.before[j - 1] + 1);
                }
                self.row.push(best);
            }
            std::mem::swap(&mut self.before, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.row);
            // A swap reaches over one row.
            if self.last.iter().chain(&self.before).all(|d| *d > most) {
                return None;
            }
        }
        self.last
            .last()
            .copied()
            .filter(|distance| *distance <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["profile", "policy", "paths", "fail-on", "ignore"];
        for (word, expected) in [
            ("profil", Some("profile")),
            ("Profile", Some("profile")),
            ("fail_on", Some("fail-on")),
            ("polciy", Some("policy")),
            ("path", Some("paths")),
            ("ingore", Some("ignore")),
            ("severity", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(suggest(word, known), expected, "{word}");
        }
        assert_eq!(suggest(&"a".repeat(1000), ["a"]), None);
    }

    #[test]
    fn distances_count_edits() {
        let of = |a: &str, b: &str| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            Rows::default().distance(&a, &b, 10).expect("near")
        };
        assert_eq!(of("", ""), 0);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("ab", "ba"), 1);
        assert_eq!(of("kitten", "sitting"), 3);
    }
}
