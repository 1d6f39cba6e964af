//! Passages that two texts have in common and that each has only once, in the
//! order of both (Bram Cohen's "patience" idea, over characters): what lies
//! between them can be compared by itself.

/// Characters of a passage: unlikely to be there twice.
const PASSAGE: usize = 16;

/// One passage in so many is looked at, chosen by what it says, so the same in
/// both texts.
const ONE_IN: u32 = 4;

/// Where such passages begin in `a` and in `b`, ascending in both.
pub(super) fn anchors(a: &[char], b: &[char]) -> Vec<(usize, usize)> {
    let (in_a, in_b) = (once(a), once(b));
    // Both ascend by hash; a pair is (place in a, place in b).
    let mut pairs = Vec::new();
    let mut next = 0;
    for one in in_a {
        while in_b
            .get(next)
            .is_some_and(|other| hash_of(*other) < hash_of(one))
        {
            next += 1;
        }
        if let Some(other) = in_b.get(next)
            && hash_of(*other) == hash_of(one)
        {
            pairs.push((place_of(one) << 32) | place_of(*other));
        }
    }
    pairs.sort_unstable();
    ascending(&pairs)
}

/// The longest chain of pairs that ascends in both places, by patience sorting.
fn ascending(pairs: &[u64]) -> Vec<(usize, usize)> {
    // For every length of a chain: the pair that ends the one which ends lowest.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = Vec::with_capacity(pairs.len());
    for (number, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| place_of(pairs[*end]) < place_of(*pair));
        before.push(length.checked_sub(1).map(|last| ends[last]));
        ends.truncate(ends.len().max(length));
        match ends.get_mut(length) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    let mut chain = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(number) = next {
        let pair = pairs[number];
        chain.push((low(pair >> 32), low(pair)));
        next = before[number];
    }
    chain.reverse();
    chain
}

/// Hash and place of the passages that stand in `text` once, ascending by hash:
/// both in one number, as one copy of the sort is enough for the module.
fn once(text: &[char]) -> Vec<u64> {
    let mut passages = Vec::with_capacity(text.len() / 3);
    let mut hash = 0_u32;
    // 3 to the power of PASSAGE: what a character has grown to when it leaves.
    let leaving = 43_046_721_u32;
    for (place, &c) in text.iter().enumerate() {
        hash = hash.wrapping_mul(3).wrapping_add(mixed(c));
        if let Some(start) = (place + 1).checked_sub(PASSAGE) {
            if let Some(left) = start.checked_sub(1) {
                hash = hash.wrapping_sub(mixed(text[left]).wrapping_mul(leaving));
            }
            if mix(hash).is_multiple_of(ONE_IN) {
                passages.push((u64::from(mix(hash)) << 32) | start as u64);
            }
        }
    }
    passages.sort_unstable();
    let all = std::mem::take(&mut passages);
    for (number, passage) in all.iter().enumerate() {
        let same = |other: Option<usize>| {
            other
                .and_then(|other| all.get(other))
                .is_some_and(|other| hash_of(*other) == hash_of(*passage))
        };
        if !same(number.checked_sub(1)) && !same(Some(number + 1)) {
            passages.push(*passage);
        }
    }
    passages
}

fn hash_of(passage: u64) -> u64 {
    passage >> 32
}

fn place_of(passage: u64) -> u64 {
    passage & u64::from(u32::MAX)
}

fn low(number: u64) -> usize {
    usize::try_from(place_of(number)).unwrap_or_default()
}

/// A character spread over 32 bits (a step of splitmix).
fn mixed(c: char) -> u32 {
    mix(u32::from(c).wrapping_add(0x9e37_79b9))
}

fn mix(value: u32) -> u32 {
    let value = (value ^ (value >> 16)).wrapping_mul(0x7feb_352d);
    let value = (value ^ (value >> 15)).wrapping_mul(0x846c_a68b);
    value ^ (value >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_both_have_once_and_in_order() {
        let text: String = (0..400_u32).map(|n| format!("{} ", n * n)).collect();
        let (one, two) = text.split_at(text.len() / 2);
        let swapped: Vec<char> = [two, one].concat().chars().collect();
        let text: Vec<char> = text.chars().collect();
        for (a, b) in anchors(&text, &text) {
            assert_eq!(a, b);
        }
        assert!(anchors(&text, &text).len() > text.len() / 10);
        let found = anchors(&text, &swapped);
        assert!(found.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
        for (a, b) in &found {
            assert_eq!(text[*a..*a + PASSAGE], swapped[*b..*b + PASSAGE]);
        }
        assert!(found.len() > text.len() / 30, "one of the halves");
        assert_eq!(anchors(&text, &['a'; 500]), []);
    }
}
