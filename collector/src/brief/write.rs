//! Puts what was drawn and what was counted together.

use std::collections::BTreeSet;

use super::{
    Brief, Cluster, Edits, Example, Named, Rate, Request, Sampled, Term, cluster,
    cluster::{CLUSTERS_MAX, nearest},
    distinct,
    draw::{Drawn, Prompt},
    edits,
    rate::{Counted, FALSE_DISCOVERIES, benjamini_hochberg, fisher, float, milli},
    tally::{self, InCluster, Names, Tally},
};
use crate::label::{Milli, Policy};

/// Version of the shape of `brief.json`.
const VERSION: u32 = 1;

/// Words a cluster is recognised by.
const CENTROID_WORDS: usize = 12;

/// Words a new cluster's id is made of: few, so that it is the same id when the
/// brief before is not known.
const ID_WORDS: usize = 3;

/// Hex digits in a cluster's id.
const ID_DIGITS: usize = 12;

/// Cosine of both centroids from which a cluster is the one of the brief before.
const SAME: f64 = 0.5;

/// Terms in a title.
const TITLE_TERMS: usize = 3;

/// Models, and prompt versions, that are told of.
const NAMES_MAX: usize = 12;

pub(super) fn brief(request: &Request, policy: &Policy, drawn: &Drawn, tally: Tally<'_>) -> Brief {
    let mut bounds = drawn.bounds.clone();
    bounds.extend(tally.bounds());
    let counts = tally.counts;
    let base = counts.base;
    let within = within(drawn);
    let made = drawn.clusters.iter().zip(&counts.clusters).zip(within);
    let mut clusters: Vec<Cluster> = made
        .map(|((cluster, counted), others)| told(request, drawn, cluster, counted, &others, base))
        .collect();
    clusters.sort_by(|a, b| b.excess.cmp(&a.excess).then_with(|| a.title.cmp(&b.title)));
    stand_out(&mut clusters, base);
    recognise(&mut clusters, request.previous.as_deref());
    if drawn.clusters.len() == CLUSTERS_MAX {
        let (what, limit) = ("groups of prompts, the largest".into(), CLUSTERS_MAX as u64);
        bounds.push(super::Bound {
            what,
            limit,
            of: None,
        });
    }
    Brief {
        version: VERSION,
        period: request.period.clone(),
        policy: policy.reference(),
        as_of: request.as_of,
        seed: request.seed,
        trust: request.trust,
        previous: request
            .previous
            .as_ref()
            .map(|brief| brief.period.name.clone()),
        outputs: rate(base),
        left_out: counts.left_out,
        acts: counts.acts,
        sampled: Sampled {
            failing: drawn.failing.len() as u64,
            other: drawn.fine.len() as u64,
        },
        terms: distinct::terms(words(&drawn.failing), words(&drawn.fine)),
        clusters,
        edits: edits_of(counts.edits),
        documents: counts.documents.finish(),
        models: named(&counts.models),
        prompt_versions: named(&counts.prompt_versions),
        bounds,
    }
}

fn words(prompts: &[Prompt]) -> impl Iterator<Item = &[String]> + Clone {
    prompts.iter().map(|prompt| prompt.words.as_slice())
}

fn rate(counted: Counted) -> Rate {
    Rate {
        counted,
        rate: counted.rate(),
        interval: counted.interval(),
    }
}

/// The most frequent names.
fn named(names: &Names) -> Vec<Named> {
    let mut named: Vec<Named> = names
        .0
        .iter()
        .map(|(name, counted)| Named {
            name: name.clone(),
            rate: rate(*counted),
        })
        .collect();
    named.sort_by(|a, b| {
        let total = |named: &Named| named.rate.counted.total;
        total(b).cmp(&total(a)).then_with(|| a.name.cmp(&b.name))
    });
    named.truncate(NAMES_MAX);
    named
}

/// The prompts of each cluster that did not fail, as places in the sample.
fn within(drawn: &Drawn) -> Vec<Vec<usize>> {
    let leader = |cluster: &cluster::Cluster| drawn.vectors[cluster.leader].clone();
    let leaders: Vec<_> = drawn.clusters.iter().map(leader).collect();
    let mut within = vec![Vec::new(); leaders.len()];
    for (index, prompt) in drawn.fine.iter().enumerate() {
        let vector = drawn.vocabulary.vector(&prompt.words);
        if let Some(cluster) = nearest(&leaders, &vector) {
            within[cluster].push(index);
        }
    }
    within
}

fn told(
    request: &Request,
    drawn: &Drawn,
    cluster: &cluster::Cluster,
    counted: &InCluster,
    others: &[usize],
    base: Counted,
) -> Cluster {
    let members = || {
        let members = cluster.members.iter();
        members.map(|member| drawn.failing[*member].words.as_slice())
    };
    let terms = distinct::terms(members(), words(&drawn.fine));
    let beside = others
        .iter()
        .map(|index| drawn.fine[*index].words.as_slice());
    let terms_within = distinct::terms(members(), beside);
    let centroid = centroid(drawn, cluster);
    let title = title(&terms, &terms_within, &centroid);
    let rate = rate(counted.counted);
    let busiest = counted.people.values().copied().max().unwrap_or_default();
    Cluster {
        id: String::new(),
        is_new: true,
        title,
        sampled: Sampled {
            failing: cluster.members.len() as u64,
            other: others.len() as u64,
        },
        terms,
        terms_within,
        rate,
        excess: counted.counted.excess(base),
        q: Milli::default(),
        above_base: false,
        people: counted.people.len().min(tally::PEOPLE_MAX) as u64,
        busiest_person_share: Counted {
            failing: busiest,
            total: counted.counted.failing,
        }
        .rate(),
        acts: counted.acts.clone(),
        models: named(&counted.models),
        prompt_versions: named(&counted.prompt_versions),
        examples: examples(request, drawn, cluster),
        centroid,
        before: None,
        suggestion: None,
    }
}

/// What the prompts are about, then what is special about those that fail; where no
/// term tells, the heaviest words.
fn title(terms: &[Term], within: &[Term], centroid: &[(String, Milli)]) -> String {
    let mut title: Vec<&str> = Vec::new();
    // Phrases say more than words, above all where small words are telling.
    let (phrases, words): (Vec<&Term>, Vec<&Term>) =
        terms.iter().partition(|term| term.term.contains(' '));
    let terms = || phrases.iter().chain(&words).copied();
    let about = terms().take(TITLE_TERMS - 1);
    for term in about.chain(within.iter().take(1)).chain(terms()) {
        if title.len() < TITLE_TERMS && !title.contains(&term.term.as_str()) {
            title.push(&term.term);
        }
    }
    if title.is_empty() {
        let heaviest = centroid.iter().take(TITLE_TERMS);
        title.extend(heaviest.map(|(word, _)| word.as_str()));
    }
    title.join(" · ")
}

/// The leader and those most alike to it: of different people and texts first.
fn examples(request: &Request, drawn: &Drawn, cluster: &cluster::Cluster) -> Vec<Example> {
    let (mut people, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let members = cluster.members.iter().map(|member| &drawn.failing[*member]);
    let (fresh, again): (Vec<&Prompt>, Vec<&Prompt>) = members.partition(|prompt| {
        let new_person = prompt.person.is_none_or(|person| people.insert(person));
        texts.insert(&prompt.prompt) && new_person
    });
    let chosen = fresh.into_iter().chain(again).take(request.examples);
    chosen
        .map(|prompt| Example {
            output: prompt.output.clone(),
            link: request
                .link_base
                .as_deref()
                .map(|base| link(base, &prompt.output)),
            prompt: prompt.prompt.clone(),
            answer: prompt.answer.clone(),
            acts: prompt.acts.clone(),
            model: prompt.model.clone(),
            prompt_version: prompt.prompt_version.clone(),
        })
        .collect()
}

/// Where the dashboard shows an output.
fn link(base: &str, output: &str) -> String {
    let mut link = format!("{}/#output=", base.trim_end_matches('/'));
    for byte in output.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
    link
}

/// The heaviest words of the members' mean.
fn centroid(drawn: &Drawn, cluster: &cluster::Cluster) -> Vec<(String, Milli)> {
    let mut sums = std::collections::BTreeMap::<u32, f64>::new();
    for member in &cluster.members {
        for (word, weight) in drawn.vectors[*member].weights() {
            *sums.entry(*word).or_default() += weight;
        }
    }
    let count = float(cluster.members.len() as u64);
    let word =
        |(word, sum): (u32, f64)| (drawn.vocabulary.word(word).to_owned(), milli(sum / count));
    let mut words: Vec<_> = sums.into_iter().map(word).collect();
    words.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    words.truncate(CENTROID_WORDS);
    words
}

/// Says which clusters fail more often than all others, given how many are looked at.
fn stand_out(clusters: &mut [Cluster], base: Counted) {
    let p = |cluster: &Cluster| {
        let counted = cluster.rate.counted;
        fisher(counted, counted.rest_of(base))
    };
    let mut order: Vec<(f64, usize)> = clusters.iter().map(p).zip(0..).collect();
    order.sort_by(|(x, a), (y, b)| x.total_cmp(y).then(a.cmp(b)));
    let ascending: Vec<f64> = order.iter().map(|(p, _)| *p).collect();
    for ((_, place), q) in order.into_iter().zip(benjamini_hochberg(&ascending)) {
        let cluster = &mut clusters[place];
        cluster.q = milli(q);
        let above = cluster.rate.interval[0] > base.rate();
        cluster.above_base = above && q <= FALSE_DISCOVERIES;
    }
}

/// Gives every cluster its id: that of the one in the brief before which is most alike
/// to it, best matches first, else one made of its heaviest words.
fn recognise(clusters: &mut [Cluster], previous: Option<&Brief>) {
    let before = previous
        .map(|brief| brief.clusters.as_slice())
        .unwrap_or_default();
    let mut matches = Vec::new();
    for (now, cluster) in clusters.iter().enumerate() {
        for (then, known) in before.iter().enumerate() {
            let alike = alike(&cluster.centroid, &known.centroid);
            if alike >= SAME {
                matches.push((alike, now, then));
            }
        }
    }
    matches.sort_by(|(x, a, b), (y, c, d)| y.total_cmp(x).then((a, b).cmp(&(c, d))));
    let (mut taken, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (_, now, then) in matches {
        let known = &before[then];
        if clusters[now].id.is_empty() && taken.insert(then) {
            clusters[now].id.clone_from(&known.id);
            clusters[now].is_new = false;
            clusters[now].before = Some(known.rate);
            ids.insert(known.id.clone());
        }
    }
    for cluster in clusters.iter_mut().filter(|cluster| cluster.id.is_empty()) {
        let lengths = ID_WORDS..=CENTROID_WORDS;
        let mut made = lengths.map(|len| id(&cluster.centroid, len));
        let free = made.find(|id| !ids.contains(id));
        cluster.id = free.unwrap_or_else(|| id(&[(cluster.title.clone(), Milli::default())], 1));
        ids.insert(cluster.id.clone());
    }
}

fn id(centroid: &[(String, Milli)], len: usize) -> String {
    let words: BTreeSet<&str> = centroid
        .iter()
        .take(len)
        .map(|(word, _)| word.as_str())
        .collect();
    let words: Vec<&str> = words.into_iter().collect();
    let hash = blake3::hash(words.join("\n").as_bytes()).to_hex();
    format!("c_{}", &hash[..ID_DIGITS])
}

fn alike(one: &[(String, Milli)], other: &[(String, Milli)]) -> f64 {
    let length = |words: &[(String, Milli)]| {
        let squares = words
            .iter()
            .map(|(_, weight)| weight.to_f64() * weight.to_f64());
        libm::sqrt(squares.sum())
    };
    let shared = one.iter().filter_map(|(word, weight)| {
        let (_, theirs) = other.iter().find(|(known, _)| known == word)?;
        Some(weight.to_f64() * theirs.to_f64())
    });
    let lengths = length(one) * length(other);
    if lengths > 0.0 {
        shared.sum::<f64>() / lengths
    } else {
        0.0
    }
}

fn edits_of(edits: tally::Edits) -> Edits {
    let compared: Vec<_> = edits.compared.into_values().collect();
    Edits {
        edited: edits.edited,
        compared: compared.len() as u64,
        rewritten: edits.rewritten,
        without_text: edits.without_text,
        too_long: edits.too_long,
        frequent: edits::frequent(&compared),
        suggestion: None,
    }
}
