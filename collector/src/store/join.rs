//! Makes one output of the rows that turn out to be about the same one. Pure.

use std::collections::BTreeMap;

use tacit_signals::{Id, Signal};

use super::{
    bound::Bounded,
    rows::{JoinedBy, OutputRows, Slice},
};

/// (conversation, turn, variant).
type Turn = (Id, u32, u32);

/// Joins signals under ids of the browser's making to the registered output both
/// sides give the same (conversation, turn, variant), where that is unique on
/// either side and the output has not been shown under its own id. Gives back
/// which id became which.
pub(super) fn by_turn(outputs: &mut Vec<OutputRows>) -> BTreeMap<Id, Id> {
    let mut turns: BTreeMap<Turn, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (place, output) in outputs.iter().enumerate() {
        if output.registered.is_some() {
            if let Some(turn) = registered_turn(output)
                && shown_turns(output).next().is_none()
            {
                turns.entry(turn).or_default().0.push(place);
            }
        } else if let Some(turn) = claimed_turn(output) {
            turns.entry(turn).or_default().1.push(place);
        }
    }
    let unique = turns.into_values().filter_map(|(servers, browsers)| {
        match (servers.as_slice(), browsers.as_slice()) {
            (&[server], &[browser]) => Some((server, browser)),
            _ => None,
        }
    });
    let mut joined = BTreeMap::new();
    let mut taken = Vec::new();
    for (server, browser) in unique {
        let more = std::mem::take(&mut outputs[browser].slices);
        let beyond = outputs[browser].beyond;
        unite(&mut outputs[server], more, beyond);
        outputs[server].joined_by.get_or_insert(JoinedBy::Turn);
        joined.insert(outputs[browser].id.clone(), outputs[server].id.clone());
        taken.push(browser);
    }
    taken.sort_unstable();
    for place in taken.into_iter().rev() {
        outputs.remove(place);
    }
    joined
}

/// Gives an output the slices of another, within the limits of one.
fn unite(output: &mut OutputRows, more: Vec<Slice>, beyond: u64) {
    let mut slices = Bounded::default();
    for slice in std::mem::take(&mut output.slices).into_iter().chain(more) {
        slices.push(slice);
    }
    let (slices, dropped) = slices.finish();
    output.slices = slices;
    output.beyond += beyond + dropped;
}

fn registered_turn(output: &OutputRows) -> Option<Turn> {
    let fields = output.registered.as_ref()?;
    Some((fields.conversation.clone()?, fields.turn?, fields.variant?))
}

/// What all of `shown` agree on.
fn claimed_turn(output: &OutputRows) -> Option<Turn> {
    let mut turns = shown_turns(output);
    let first = turns.next()??;
    turns
        .all(|turn| turn.as_ref() == Some(&first))
        .then_some(first)
}

fn shown_turns(output: &OutputRows) -> impl Iterator<Item = Option<Turn>> {
    let events = output.slices.iter().flat_map(|slice| &slice.events);
    events.filter_map(|event| match &event.signal {
        Signal::Shown(shown) => Some(
            shown
                .conversation
                .clone()
                .zip(shown.turn)
                .zip(shown.variant)
                .map(|((conversation, turn), variant)| (conversation, turn, variant)),
        ),
        _ => None,
    })
}

/// Puts the outputs in order and lets every event speak of them by their own ids.
pub(super) fn settle(outputs: &mut [OutputRows], joined: &BTreeMap<Id, Id>) {
    for output in &mut *outputs {
        output
            .slices
            .sort_by_key(|slice| (slice.session, slice.events.first().map(|event| event.seq)));
        let events = output.slices.iter_mut().flat_map(|slice| &mut slice.events);
        for event in events {
            resolve(&mut event.output, joined);
            match &mut event.signal {
                Signal::Shown(shown) => {
                    if let Some(replaces) = &mut shown.replaces {
                        resolve(replaces, joined);
                    }
                }
                Signal::Switched { from, to } => {
                    resolve(from, joined);
                    resolve(to, joined);
                }
                _ => {}
            }
        }
    }
    outputs.sort_by(|a, b| a.id.cmp(&b.id));
}

fn resolve(id: &mut Id, joined: &BTreeMap<Id, Id>) {
    if let Some(own) = joined.get(id) {
        *id = own.clone();
    }
}
