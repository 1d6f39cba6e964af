//! Sets of event numbers as ranges.

/// Ranges of numbers, both ends in them, ascending and apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// From ranges that are ascending and apart.
    pub(super) fn from_sorted(ranges: Vec<(u32, u32)>) -> Self {
        Self(ranges)
    }

    pub(super) fn as_slice(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Those numbers that are not in `other`.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut others = other.0.iter().peekable();
        for &(first, last) in &self.0 {
            let mut next = Some(first);
            while let Some(from) = next {
                // Those that end before it are behind all that follows, too.
                while others.next_if(|(_, end)| *end < from).is_some() {}
                match others.peek() {
                    Some(&&(start, end)) if start <= last => {
                        if from < start {
                            left.push((from, start - 1));
                        }
                        next = end.checked_add(1).filter(|next| *next <= last);
                    }
                    _ => {
                        left.push((from, last));
                        next = None;
                    }
                }
            }
        }
        Self(left)
    }

    /// Adds `number`; false if it was there.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        let ranges = &mut self.0;
        let after = ranges.partition_point(|&(first, _)| first <= number);
        let before = after.checked_sub(1);
        let touches_left = match before.and_then(|place| ranges.get(place)) {
            Some(&(_, last)) if number <= last => return false,
            Some(&(_, last)) => last + 1 == number,
            None => false,
        };
        let right = ranges.get(after).copied();
        let touches_right = right.is_some_and(|(first, _)| number.checked_add(1) == Some(first));
        match (touches_left, touches_right, before, right) {
            (true, true, Some(place), Some((_, last))) => {
                ranges[place].1 = last;
                ranges.remove(after);
            }
            (true, false, Some(place), _) => ranges[place].1 = number,
            (false, true, ..) => ranges[after].0 = number,
            _ => ranges.insert(after, (number, number)),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_in_no_other_is_left(
            one in prop::collection::btree_set(prop_oneof![0_u32..40, u32::MAX - 3..=u32::MAX], 0..40),
            other in prop::collection::btree_set(prop_oneof![0_u32..40, u32::MAX - 3..=u32::MAX], 0..40),
        ) {
            let ranges = |numbers: &BTreeSet<u32>| {
                let mut ranges = Ranges::default();
                for number in numbers {
                    ranges.insert(*number);
                }
                ranges
            };
            let left = ranges(&one).without(&ranges(&other));
            let expected: BTreeSet<u32> = one.difference(&other).copied().collect();
            prop_assert_eq!(left, ranges(&expected));
        }

        #[test]
        fn is_a_set(numbers in prop::collection::vec(prop_oneof![0_u32..40, u32::MAX - 3..=u32::MAX], 0..80)) {
            let mut ranges = Ranges::default();
            let mut set = BTreeSet::new();
            for number in numbers {
                prop_assert_eq!(ranges.insert(number), set.insert(number));
                let flat: Vec<u32> = ranges.as_slice().iter().flat_map(|&(a, b)| a..=b).collect();
                prop_assert_eq!(&flat, &set.iter().copied().collect::<Vec<_>>());
                let apart = ranges.as_slice().windows(2).all(|w| w[0].1 + 1 < w[1].0);
                prop_assert!(apart, "{:?}", ranges);
            }
        }
    }
}
