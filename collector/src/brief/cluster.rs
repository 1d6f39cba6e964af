//! Prompts that ask for the same, put together.
//!
//! The method of Daura et al. (1999, "gromos"): the prompt with the most neighbours
//! that are at least [`ALIKE`] is the leader of a cluster of them; they are taken
//! away, and again. No chance, no number of clusters to choose, and the same prompts
//! make the same clusters in any order.

use std::cmp::Reverse;

use super::vectors::Vector;

/// Cosine from which two prompts are alike: about three of ten telling words shared.
/// (prior; below 0.25 support questions of different topics run together.)
pub(super) const ALIKE: f64 = 0.3;

/// Clusters that are told of.
pub(super) const CLUSTERS_MAX: usize = 24;

/// Prompts a cluster has at least: two may be chance.
pub(super) const MEMBERS_MIN: usize = 3;

/// Prompts around one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cluster {
    /// The prompt with the most neighbours.
    pub(super) leader: usize,
    /// All of them, the leader first, then by likeness to it.
    pub(super) members: Vec<usize>,
}

/// The clusters of `prompts`: around leaders, in the order these were found, every
/// prompt with the leader it is most alike to. That is how any other prompt is put to
/// them too, so that what is said of members holds for all.
pub(super) fn clusters(prompts: &[Vector]) -> Vec<Cluster> {
    let mut leaders = leaders(prompts);
    loop {
        let clusters = around(prompts, &leaders);
        let smallest = clusters.iter().min_by_key(|cluster| cluster.members.len());
        match smallest.filter(|cluster| cluster.members.len() < MEMBERS_MIN) {
            Some(small) => leaders.retain(|leader| *leader != small.leader),
            None => return clusters,
        }
    }
}

/// Prompts with the most neighbours, each of what the ones before it left over.
fn leaders(prompts: &[Vector]) -> Vec<usize> {
    let neighbours = neighbours(prompts);
    let mut free = Set::of(prompts.len());
    (0..prompts.len()).for_each(|index| free.insert(index));
    let mut leaders = Vec::new();
    while leaders.len() < CLUSTERS_MAX {
        let open = (0..prompts.len()).filter(|index| free.has(*index));
        let sizes = open.map(|index| (neighbours[index].both(&free), Reverse(index)));
        let Some((size, Reverse(leader))) = sizes.max() else {
            break;
        };
        if size < MEMBERS_MIN {
            break;
        }
        for other in (0..prompts.len()).filter(|other| neighbours[leader].has(*other)) {
            free.remove(other);
        }
        leaders.push(leader);
    }
    leaders
}

fn around(prompts: &[Vector], leaders: &[usize]) -> Vec<Cluster> {
    let vectors: Vec<Vector> = leaders
        .iter()
        .map(|leader| prompts[*leader].clone())
        .collect();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); leaders.len()];
    for (index, prompt) in prompts.iter().enumerate() {
        if let Some(cluster) = nearest(&vectors, prompt) {
            members[cluster].push(index);
        }
    }
    let clusters = leaders.iter().zip(members).map(|(&leader, mut members)| {
        let alike = |index: &usize| prompts[leader].cosine(&prompts[*index]);
        members.sort_by(|a, b| {
            let leads = |index: &usize| *index != leader;
            let order = leads(a).cmp(&leads(b)).then(alike(b).total_cmp(&alike(a)));
            order.then(a.cmp(b))
        });
        Cluster { leader, members }
    });
    clusters.collect()
}

/// Of every prompt those that are alike, itself among them: two megabytes of bits for
/// the four thousand of a full sample, however many are alike.
fn neighbours(prompts: &[Vector]) -> Vec<Set> {
    let mut holders: Vec<Vec<(usize, f64)>> = Vec::new();
    for (index, prompt) in prompts.iter().enumerate() {
        for (word, weight) in prompt.weights() {
            let word = *word as usize;
            if holders.len() <= word {
                holders.resize_with(word + 1, Vec::new);
            }
            holders[word].push((index, *weight));
        }
    }
    let mut sums = vec![0.0; prompts.len()];
    let around = prompts.iter().enumerate().map(|(index, prompt)| {
        sums.fill(0.0);
        for (word, weight) in prompt.weights() {
            for (other, theirs) in &holders[*word as usize] {
                sums[*other] += weight * theirs;
            }
        }
        let mut alike = Set::of(prompts.len());
        for (other, cosine) in sums.iter().enumerate() {
            if *cosine >= ALIKE || other == index {
                alike.insert(other);
            }
        }
        alike
    });
    around.collect()
}

/// A set of small numbers.
struct Set(Vec<u64>);

impl Set {
    fn of(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    fn insert(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn remove(&mut self, number: usize) {
        self.0[number / 64] &= !(1 << (number % 64));
    }

    fn has(&self, number: usize) -> bool {
        self.0[number / 64] & (1 << (number % 64)) != 0
    }

    /// How many are in both.
    fn both(&self, other: &Self) -> usize {
        let words = self.0.iter().zip(&other.0);
        words.map(|(a, b)| (a & b).count_ones() as usize).sum()
    }
}

/// The leader that `prompt` is most alike to, if to any.
pub(super) fn nearest(leaders: &[Vector], prompt: &Vector) -> Option<usize> {
    let cosines = leaders
        .iter()
        .map(|leader| leader.cosine(prompt))
        .enumerate();
    let alike = cosines.filter(|(_, cosine)| *cosine >= ALIKE);
    let best = alike.max_by(|(a, x), (b, y)| x.total_cmp(y).then(b.cmp(a)));
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{terms::words, vectors::Vocabulary},
        *,
    };

    const PROMPTS: [&str; 9] = [
        "how do i reset my password",
        "reset password please",
        "my password reset does not work",
        "cancel my subscription",
        "how can i cancel the subscription",
        "please cancel subscription today",
        "subscription cancel fee",
        "what is the weather",
        "write a poem",
    ];

    fn vectors(prompts: &[&str]) -> Vec<Vector> {
        let mut vocabulary = Vocabulary::default();
        for prompt in prompts {
            vocabulary.learn(&words(prompt));
        }
        prompts
            .iter()
            .map(|prompt| vocabulary.vector(&words(prompt)))
            .collect()
    }

    #[test]
    fn topics_come_apart_and_the_largest_comes_first() {
        let vectors = vectors(&PROMPTS);
        let found = clusters(&vectors);
        let mut members: Vec<Vec<usize>> = found.iter().map(|c| c.members.clone()).collect();
        assert_eq!(members[0][0], found[0].leader);
        members
            .iter_mut()
            .for_each(|members| members.sort_unstable());
        assert_eq!(members, [vec![3, 4, 5, 6], vec![0, 1, 2]]);
    }

    #[test]
    fn the_order_of_prompts_does_not_matter() {
        let mut turned = PROMPTS;
        turned.reverse();
        let sets = |prompts: &[&str]| {
            let mut sets: Vec<Vec<String>> = clusters(&vectors(prompts))
                .iter()
                .map(|cluster| {
                    let mut texts: Vec<_> = cluster
                        .members
                        .iter()
                        .map(|index| prompts[*index].to_owned())
                        .collect();
                    texts.sort();
                    texts
                })
                .collect();
            sets.sort();
            sets
        };
        assert_eq!(sets(&PROMPTS), sets(&turned));
    }

    #[test]
    fn a_prompt_goes_to_the_leader_it_is_most_alike_to() {
        let vectors = vectors(&PROMPTS);
        let leaders = [vectors[1].clone(), vectors[6].clone()];
        assert_eq!(nearest(&leaders, &vectors[2]), Some(0));
        assert_eq!(nearest(&leaders, &vectors[5]), Some(1));
        assert_eq!(nearest(&leaders, &vectors[8]), None);
    }
}
