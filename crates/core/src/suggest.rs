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
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = plain(candidate)?;
            let near = other.len().abs_diff(word.len()) <= most;
            let distance = near.then(|| distance(&word, &other))?;
            (distance <= most && distance < word.len().max(other.len()))
                .then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Lower case, with one kind of dash.
fn plain(word: &str) -> Option<Vec<char>> {
    (!word.is_empty() && word.len() <= LONGEST).then(|| {
        word.chars()
            .map(|c| {
                if c == '_' {
                    '-'
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect()
    })
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
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
            distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(of("", ""), 0);
        assert_eq!(of("abc", ""), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("ab", "ba"), 1);
        assert_eq!(of("kitten", "sitting"), 3);
    }
}
