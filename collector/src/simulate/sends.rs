//! How what happened reaches the collector: in batches, by clocks that may be
//! wrong, sometimes late.

use tacit_signals::{Batch, Event, SessionId, Share};

use super::{
    dice::Dice,
    person::Person,
    talk::{Sent, Told},
    telling::scaled,
    world::World,
};

/// Silence after which what waits is sent, in ms.
const FLUSH_MS: u64 = 20_000;
/// Events of a batch at most.
const EVENTS_MAX: usize = 40;
/// Nothing arrives later than this after it was sent: the collector refuses
/// what is older than 14 days.
const LATE_MS_MAX: u64 = 13 * 86_400_000;
/// A clock is at most so wrong, in ms.
const SKEW_MS_MAX: u64 = 30 * 86_400_000;

/// The batches of all visits that arrive by `until`, in order of receipt.
pub(crate) fn sends(
    told: Vec<Told>,
    visits: usize,
    world: &World,
    person: &Person<'_>,
    until: u64,
    dice: &mut Dice,
) -> Vec<Sent> {
    let mut by_visit: Vec<Vec<Told>> = Vec::new();
    by_visit.resize_with(visits, Vec::new);
    for one in told {
        if let Some(visit) = by_visit.get_mut(one.visit) {
            visit.push(one);
        }
    }
    let mut all = Vec::new();
    for mut visit in by_visit {
        visit.sort_by_key(|one| one.at);
        let session = SessionId(dice.bytes());
        let clock = Clock::of(world, dice);
        let mut seqs = 0_u32..;
        for group in flushes(&visit) {
            let delay = delay(world, dice);
            let sent_at = group.last().map_or(0, |one| one.at) + 1_200;
            let received_at = sent_at + delay;
            let event = |(seq, one): (u32, &Told)| Event {
                seq,
                at: clock.reads(one.at),
                output: one.output.clone(),
                token: None,
                signal: one.signal.clone(),
            };
            let events = seqs.by_ref().zip(group).map(event).collect();
            if received_at <= until && !person.lost {
                let batch = batch(person, session, clock.reads(sent_at), events);
                all.push(Sent { batch, received_at });
            }
        }
    }
    all.sort_by_key(|sent| sent.received_at);
    all
}

/// What is sent at once: until a silence; texts apart.
fn flushes(visit: &[Told]) -> impl Iterator<Item = &[Told]> {
    let is_text = |one: &Told| matches!(one.signal, tacit_signals::Signal::Content { .. });
    let together = move |a: &Told, b: &Told| b.at - a.at < FLUSH_MS && is_text(a) == is_text(b);
    visit
        .chunk_by(together)
        .flat_map(|group| group.chunks(EVENTS_MAX))
}

fn batch(person: &Person<'_>, session: SessionId, sent_at: u64, events: Vec<Event>) -> Batch {
    Batch {
        key: String::new(),
        session,
        subject: person.subject.clone(),
        sent_at,
        sample: Share::ONE,
        automated: person.automated,
        lang: person.language.into(),
        device: person.device.into(),
        surface: "chat".into(),
        sdk: "simulate".into(),
        events,
    }
}

/// From sending to receipt, in ms.
fn delay(world: &World, dice: &mut Dice) -> u64 {
    let transit = scaled(1, 60.0 + 300.0 * dice.unit());
    if !dice.happens(world.clock.late) {
        return transit;
    }
    transit + scaled(1_000, dice.around(world.clock.late_s, 1.0)).min(LATE_MS_MAX)
}

/// A browser's clock.
enum Clock {
    Ahead(u64),
    Behind(u64),
}

impl Clock {
    fn of(world: &World, dice: &mut Dice) -> Self {
        if !dice.happens(world.clock.skewed) {
            return Self::Ahead(0);
        }
        let off = scaled(1_000, dice.around(world.clock.skew_s, 1.2)).min(SKEW_MS_MAX);
        if dice.happens(0.5) {
            Self::Ahead(off)
        } else {
            Self::Behind(off)
        }
    }

    const fn reads(&self, at: u64) -> u64 {
        match self {
            Self::Ahead(off) => at.saturating_add(*off),
            Self::Behind(off) => at.saturating_sub(*off),
        }
    }
}
