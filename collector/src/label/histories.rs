//! Any history, for tests: what happened, and how it may arrive.

use proptest::{collection::vec, prelude::*, sample::Index};
use tacit_signals::{
    Event, SessionId, Signal,
    signal::{ContentRole, CopyVia, Intent},
};

use super::script::{
    DAY, MINUTE, SECOND, Story, T0, act, content, converted, copied, dwell, edited, followed_up,
    id, rated, regenerated, shown, span, survived,
};
use crate::store::rows::{Group, Slice};

/// When everything is received: within the 14 days that events may be old.
pub(super) const LATER: u64 = T0 + 13 * DAY;

/// An event of output `output` in session `session`.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub(super) output: usize,
    pub(super) session: u8,
    pub(super) after_ms: u64,
    pub(super) signal: Signal,
}

fn signal() -> impl Strategy<Value = Signal> {
    let share = || (0..=1_000_u32).prop_map(|n| f64::from(n) / 1_000.0);
    let via = prop::sample::select(vec![CopyVia::Selection, CopyVia::Button, CopyVia::Code]);
    let intent = prop::sample::select(vec![Intent::Rephrase, Intent::Correction, Intent::Other]);
    let age = prop::sample::select(vec![20 * SECOND, 10 * MINUTE, 11 * MINUTE, DAY, 7 * DAY]);
    prop_oneof![
        (1..3_u32).prop_map(|turn| shown(turn, None)),
        prop::sample::select(vec!["m-1", "big-2", "other"]).prop_map(shown_by),
        prop::sample::select(vec!["o-0", "o-1"]).prop_map(|to| Signal::Switched {
            from: id("o-2"),
            to: id(to)
        }),
        (0..5_000_u32, share()).prop_map(|(ms, share)| dwell(ms, share)),
        (share(), via).prop_map(|(share, via)| copied(share, via)),
        share().prop_map(|share| Signal::Selected(span(share))),
        share().prop_map(|share| Signal::Pasted(span(share))),
        Just(Signal::Accepted(act())),
        Just(Signal::Dismissed(act())),
        Just(Signal::Shared(act())),
        share().prop_map(edited),
        (0..400_000_u64).prop_map(regenerated),
        prop::sample::select(vec![-1.0, 0.0, 1.0]).prop_map(rated),
        (intent, share(), 0..400_000_u64).prop_map(|(i, s, gap)| followed_up(i, s, gap)),
        (age, share()).prop_map(|(age, share)| survived(age, share)),
        Just(converted()),
        "[a-z]{1,9}".prop_map(|text| content(ContentRole::Edit, &text)),
    ]
}

/// Shown with the model's name.
fn shown_by(model: &str) -> Signal {
    match shown(1, None) {
        Signal::Shown(mut shown) => {
            shown.model = Some(model.into());
            Signal::Shown(shown)
        }
        other => other,
    }
}

pub(super) fn history() -> impl Strategy<Value = Vec<Happening>> {
    // Short and long distances, and many ties.
    let after_ms = prop_oneof![0..20_u64, 0..MINUTE, 0..9 * DAY];
    let happening = (0..4_usize, 0..3_u8, after_ms, signal());
    let make = |(output, session, after_ms, signal)| Happening {
        output,
        session,
        after_ms,
        signal,
    };
    vec(happening.prop_map(make), 0..40)
}

/// The history as a group, every event in a slice of its own.
pub(super) fn told(history: &[Happening]) -> Group {
    let mut group = Group {
        outputs: (0..4)
            .map(|n| Story::untold(&format!("o-{n}")).rows)
            .collect(),
    };
    let template = Story::shown("o").rows.slices[0].clone();
    for (seq, happening) in (0..).zip(history) {
        let rows = &mut group.outputs[happening.output];
        let event = Event {
            seq,
            at: T0 + happening.after_ms,
            output: rows.id.clone(),
            token: None,
            signal: happening.signal.clone(),
        };
        rows.slices.push(Slice {
            session: SessionId([happening.session; 16]),
            received_at: LATER,
            sent_at: LATER,
            signed: happening.session == 1,
            events: vec![event],
            ..template.clone()
        });
    }
    group
}

/// The same events in another order, some twice, in larger slices.
pub(super) fn retold(mut group: Group, order: &[Index]) -> Group {
    for rows in &mut group.outputs {
        for index in order {
            if rows.slices.is_empty() {
                break;
            }
            let (from, to) = (
                index.index(rows.slices.len()),
                order.len() % rows.slices.len(),
            );
            rows.slices.swap(from, to);
            let moved = rows.slices[from].clone();
            rows.slices.push(moved.clone());
            // Joins a slice of the same session, as if one batch had brought both.
            let same = |slice: &&mut Slice| slice.session == moved.session;
            if let Some(slice) = rows.slices.iter_mut().find(same) {
                slice.events.extend(moved.events);
            }
        }
    }
    group
}
