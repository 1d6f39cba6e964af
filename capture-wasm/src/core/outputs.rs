//! Outputs on the page: what is known of each, and when its text came to rest.

use tacit_signals::{Id, Signal, signal::Shown, text};

use super::{Core, controls::Acts};
use crate::{
    detect::{
        Ms,
        lineage::{Context, Seen, Version},
        shown::{self, Growth, Look},
        stopped::StopAsked,
        turns::Present,
    },
    session::Now,
};

/// Texts kept in memory to match copies and edits with: the latest outputs, and
/// not more than this many bytes of them.
const TEXT_BYTES_MAX: usize = 1_024 * 1_024;

/// An output as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The output and its chain.
    pub present: Present,
    /// Number of the variant, where the page says so.
    pub variant: Option<u32>,
    /// The registration's token, where the page has one.
    pub token: Option<Box<str>>,
    /// All text inside the element, as cheaply as it can be read; none where it
    /// is as before.
    pub glance: Option<String>,
    /// The page does not name it: it was found by what it does.
    pub is_guess: bool,
    /// For how long it had been there when it was first seen.
    pub age: Ms,
    /// For how long its text had been as it was then.
    pub still: Ms,
}

/// The text of an output, read with care once it stands still.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The answer's text without the page's controls.
    pub text: String,
    /// The text of each code block.
    pub code: Vec<String>,
}

/// Everything known of one output.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) conversation: Option<Id>,
    pub(super) turn: Option<u32>,
    pub(super) variant: Option<u32>,
    pub(super) token: Option<Box<str>>,
    pub(super) growth: Growth,
    pub(super) reading: Reading,
    pub(super) shown: bool,
    /// When the person asked on: from then on it is not waited for, nor what is stopped.
    pub(super) followed_at: Ms,
    pub(super) replaces: Option<Id>,
    pub(super) stop_asked: Option<StopAsked>,
    pub(super) acts: Acts,
    pub(super) sampled: bool,
}

impl Output {
    /// What the page says of it now. A token is kept when the page drops it.
    fn take_over(&mut self, sighting: &Sighting) {
        self.conversation.clone_from(&sighting.present.conversation);
        self.turn = sighting.present.turn;
        self.variant = sighting.variant;
        if sighting.token.is_some() {
            self.token.clone_from(&sighting.token);
        }
    }
}

impl Core {
    /// The outputs on the page now, all of them; `changed_at` is when the page
    /// last changed. Answers with the places of those whose text came to rest
    /// and should be read with care.
    pub fn look(&mut self, now: Now, changed_at: Ms, sightings: &[Sighting]) -> Vec<usize> {
        let to_read = self.look_again(now, changed_at, sightings);
        let present: Vec<_> = sightings.iter().map(|s| &s.present).collect();
        for change in self.turns.present(now.mono, &present) {
            self.turn_changed(now, change);
        }
        to_read
    }

    /// The same where they are those of the last look, of which the page says
    /// what it said then: only texts may be others.
    pub fn look_again(&mut self, now: Now, changed_at: Ms, sightings: &[Sighting]) -> Vec<usize> {
        let mut to_read = Vec::new();
        self.rests_at = Ms::MAX;
        for (place, sighting) in sightings.iter().enumerate() {
            if self.sight(now, changed_at, sighting) {
                to_read.push(place);
            }
        }
        to_read
    }

    /// Whether the page shows that an answer goes on, though its text may rest.
    pub fn busy(&mut self, is_busy: bool) {
        self.is_busy = is_busy;
    }

    /// The answers that the page does not name are looked at, each of them with
    /// [`which`](Self::which): first all of them `is_first`, then again.
    pub fn begin(&mut self) {
        self.lineage.begin();
    }

    /// Which output an answer is, of those the page does not name; `mint` makes an id.
    pub fn which(
        &mut self,
        now: Now,
        seen: Seen<'_>,
        is_first: bool,
        mint: &mut dyn FnMut() -> Id,
    ) -> Option<&Version> {
        let is_shown = |id: &Id| self.outputs.get(id).is_some_and(|output| output.shown);
        let mut context = Context {
            asked: self.turns.asked_for(now.mono),
            is_shown: &is_shown,
            mint,
        };
        if is_first {
            self.lineage.still(seen, &context);
            return None;
        }
        Some(self.lineage.which(seen, &mut context))
    }

    /// Takes one output in; whether its text should be read.
    fn sight(&mut self, now: Now, changed_at: Ms, sighting: &Sighting) -> bool {
        let id = &sighting.present.id;
        if let Some(known) = self.outputs.get_mut(id) {
            known.take_over(sighting);
            // What the page shows then is about the answer after it.
            let is_busy = self.is_busy && known.followed_at == Ms::MAX;
            let look = match &sighting.glance {
                Some(text) => known.growth.look(now.mono, changed_at, text, is_busy),
                None => known.growth.rest(now.mono, is_busy),
            };
            if look == Look::Growing {
                self.rests_at = self.rests_at.min(known.growth.rests_at(is_busy));
                self.dwell.settled(now.mono, id, false);
            }
            return matches!(look, Look::Settled { .. });
        }
        let text = sighting.glance.as_deref().unwrap_or_default();
        // What did not change since the page did is as old as that, if the look is late.
        let ago = |span| now.mono.saturating_sub(span).min(changed_at);
        let conversation = sighting.present.conversation.as_ref();
        let mut output = Output {
            conversation: None,
            turn: None,
            variant: None,
            token: None,
            growth: Growth::new(ago(sighting.age), ago(sighting.still), text),
            reading: Reading::default(),
            shown: false,
            followed_at: Ms::MAX,
            replaces: None,
            stop_asked: None,
            acts: Acts::default(),
            sampled: self.session.is_sampled(conversation),
        };
        output.take_over(sighting);
        self.rests_at = 0;
        self.outputs.get_or_insert(id, output);
        if sighting.is_guess {
            self.dwell.doubt(id);
        }
        false
    }

    /// Whether its text may still be growing.
    #[must_use]
    pub fn is_growing(&self, id: &Id) -> bool {
        self.outputs
            .get(id)
            .is_some_and(|output| output.growth.is_growing())
    }

    /// Whether there is a text that may still be growing.
    #[must_use]
    pub fn is_streaming(&self, id: &Id) -> bool {
        let output = self.outputs.get(id);
        output.is_some_and(|output| output.growth.is_growing() && !output.growth.is_blank())
    }

    /// When the page must be looked at again though nothing changes, as a text has come
    /// to rest by then; never where none may be growing.
    #[must_use]
    pub fn rests_at(&self) -> Ms {
        self.rests_at
    }

    /// The text of an output that came to rest.
    pub fn settled(&mut self, now: Now, id: &Id, reading: Reading) {
        let Some(output) = self.outputs.get_mut(id) else {
            return;
        };
        let clean = text::clean(&reading.text);
        let code_chars = reading.code.iter().map(|code| text::chars(code)).sum();
        let (first_at, ended_at) = (output.growth.first_at(), output.growth.last_change_at());
        let stream_ms = crate::detect::span_ms(first_at, ended_at);
        let measured = shown::measure(&clean, code_chars, stream_ms);
        let chars = measured.chars;
        output.reading = Reading {
            text: clean,
            code: reading.code,
        };
        let stopped = output
            .stop_asked
            .as_mut()
            .filter(|stop| stop.is_before(output.followed_at))
            .and_then(|stop| stop.settled(first_at, ended_at, chars));
        self.dwell.settled(now.mono, id, true);
        let shown = self.first_shown(id, measured);
        let is_first = shown.is_some();
        if let Some(shown) = shown {
            self.emit(now, id, Signal::Shown(Box::new(shown)));
        }
        self.tell_texts(now, id, is_first);
        if let Some(stopped) = stopped {
            self.emit(now, id, stopped);
        }
        self.forget_old_texts();
    }

    /// The text so far of an output that may still grow: what is copied from it
    /// or typed into an editor now can be matched without waiting for its rest.
    pub fn read_early(&mut self, id: &Id, reading: Reading) {
        if let Some(output) = self.outputs.get_mut(id) {
            output.reading = Reading {
                text: text::clean(&reading.text),
                code: reading.code,
            };
        }
    }

    /// `shown` with its chain, the first time.
    fn first_shown(&mut self, id: &Id, measured: Shown) -> Option<Shown> {
        let output = self.outputs.get_mut(id)?;
        if std::mem::replace(&mut output.shown, true) {
            return None;
        }
        let sketch = if self.config.sketch {
            text::sketch(&output.reading.text)
        } else {
            Vec::new()
        };
        Some(Shown {
            conversation: output.conversation.clone(),
            turn: output.turn,
            variant: output.variant,
            replaces: output.replaces.clone(),
            sketch,
            ..measured
        })
    }

    /// Keeps the texts in memory bounded; ids are ordered by time only when the
    /// client made them, so the largest texts go first.
    fn forget_old_texts(&mut self) {
        loop {
            let (mut total, mut largest) = (0, None);
            for (_, output) in self.outputs.all_mut() {
                let size = output.reading.text.len();
                total += size;
                if largest.as_ref().is_none_or(|(most, _)| *most <= size) {
                    largest = Some((size, output));
                }
            }
            match largest {
                Some((_, output)) if total > TEXT_BYTES_MAX => output.reading = Reading::default(),
                _ => return,
            }
        }
    }
}
