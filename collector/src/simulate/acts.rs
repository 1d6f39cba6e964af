//! What a person does with an answer, given whether it satisfied.
//!
//! Acts are drawn by the persona's probabilities, moved by how much this person
//! acts at all and how engaging this answer is: so acts come together more often
//! than their probabilities alone would have it, as they do in life.

use tacit_signals::{
    Share, Signal,
    signal::{Act, ContentRole, CopyVia, Edited, Span},
    text,
};

use super::{
    dice::moved,
    talk::{Shows, Told},
    telling::{Telling, scaled, scaled_u32},
    world::Given,
};
use tacit_signals::Rating;

/// Words a minute that people read (Brysbaert 2019, as in the policy).
const WORDS_PER_MINUTE: f64 = 238.0;
/// Active time of one answer at most.
const ACTIVE_MS_MAX: f64 = 600_000.0;
/// Ages of later looks at accepted text, in seconds.
const LOOKS_S: [u64; 3] = [600, 86_400, 604_800];

/// How it ended.
pub(crate) struct Done {
    /// When it settled, Unix ms.
    pub(crate) shown_at: u64,
    /// When the person was done with it, Unix ms.
    pub(crate) over_at: u64,
    /// When another answer was asked for, Unix ms.
    pub(crate) regenerated_at: Option<u64>,
}

/// How much of the answer was there when the person stopped it, if so.
pub(crate) fn stops(telling: &mut Telling<'_>, satisfied: bool) -> Option<f64> {
    let stop = telling.person.acts.stop[usize::from(satisfied)];
    let stop = moved(stop, telling.person.engagement);
    let stops = telling.dice.happens(stop);
    stops.then(|| 0.15 + 0.75 * telling.dice.unit())
}

/// Everything done with one answer; follow-ups and new answers are the
/// conversation's to tell.
pub(crate) fn behave(telling: &mut Telling<'_>, shows: &Shows<'_>) -> Done {
    let engagement = telling.world.engagement.answer * telling.dice.normal();
    let mut acting = Acting {
        odds: telling.person.engagement + engagement,
        given: usize::from(shows.satisfied),
        active_ms: 0,
        used_at: None,
        telling,
        shows,
    };
    acting.all()
}

struct Acting<'t, 'w, 's> {
    telling: &'t mut Telling<'w>,
    shows: &'s Shows<'s>,
    odds: f64,
    given: usize,
    active_ms: u64,
    /// The last act of use.
    used_at: Option<u64>,
}

impl Acting<'_, '_, '_> {
    fn all(&mut self) -> Done {
        let shown_at = self.shows.at;
        let acts = &self.telling.person.acts;
        if !self.telling.dice.happens(acts.look[self.given]) {
            return Done {
                shown_at,
                over_at: shown_at + 2_000,
                regenerated_at: None,
            };
        }
        let expected_ms = (self.shows.words / WORDS_PER_MINUTE * 60_000.0).max(1_000.0);
        let ratio = self
            .telling
            .dice
            .around(acts.read[self.given], acts.read_spread);
        self.active_ms = scaled(1, (ratio * expected_ms).min(ACTIVE_MS_MAX));
        self.uses();
        self.edits();
        self.says();
        let regenerated_at = self.asks_again();
        if let Some(at) = regenerated_at {
            self.active_ms = self.active_ms.min(at - shown_at);
        }
        self.dwell(ratio);
        let over_at = (shown_at + self.active_ms).max(self.used_at.unwrap_or(0));
        self.converts(over_at);
        Done {
            shown_at,
            over_at,
            regenerated_at,
        }
    }

    /// Whether an act of these probabilities is done.
    fn does(&mut self, act: impl Fn(&super::world::Acts) -> Given) -> bool {
        let probability = act(&self.telling.person.acts)[self.given];
        self.telling.dice.happens(moved(probability, self.odds))
    }

    /// A moment while it is read, rather late than early.
    fn moment(&mut self) -> u64 {
        let part = 0.3 + 0.7 * self.telling.dice.unit();
        self.shows.at + scaled(self.active_ms, part).max(500)
    }

    fn put(&mut self, at: u64, signal: Signal) {
        self.telling.put(at, self.shows.id, signal);
    }

    fn used(&mut self, at: u64, signal: Signal) {
        self.used_at = self.used_at.max(Some(at));
        self.put(at, signal);
    }

    fn span(&mut self, from: f64, to: f64) -> Span {
        let part = from + (to - from) * self.telling.dice.unit();
        let chars = scaled_u32(self.shows.chars, part);
        Span {
            chars,
            share: Share::of(chars.into(), self.shows.chars.into()),
        }
    }

    fn uses(&mut self) {
        if self.does(|acts| acts.select) {
            let (at, span) = (self.moment(), self.span(0.02, 0.6));
            self.put(at, Signal::Selected(span));
        }
        if !self.shows.text.code.is_empty() && self.does(|acts| acts.copy_code) {
            let (at, span) = (self.moment(), self.span(0.1, 0.5));
            self.used(
                at,
                Signal::Copied {
                    span,
                    via: CopyVia::Code,
                },
            );
        } else if self.does(|acts| acts.copy_most) {
            let at = self.moment();
            let (span, via) = if self.telling.dice.happens(0.7) {
                (self.span(1.0, 1.0), CopyVia::Button)
            } else {
                (self.span(0.55, 1.0), CopyVia::Selection)
            };
            self.used(at, Signal::Copied { span, via });
        } else if self.does(|acts| acts.copy_part) {
            let (at, span) = (self.moment(), self.span(0.05, 0.48));
            self.used(
                at,
                Signal::Copied {
                    span,
                    via: CopyVia::Selection,
                },
            );
        }
        if self.does(|acts| acts.accept) {
            let at = self.moment();
            self.used(at, Signal::Accepted(act("insert")));
            self.survives(at);
        }
        if self.does(|acts| acts.share) {
            let at = self.moment();
            self.used(at, Signal::Shared(act("button")));
        }
        if self.does(|acts| acts.download) {
            let at = self.moment();
            self.used(at, Signal::Downloaded(act("button")));
        }
    }

    /// Later looks at what was accepted: those somebody was there for.
    fn survives(&mut self, taken_at: u64) {
        let acts = self.telling.person.acts.clone();
        let looks = [
            (acts.kept_10min, acts.back_10min, 60.0),
            (acts.kept_24h, acts.back_24h, 21_600.0),
            (acts.kept_7d, acts.back_7d, 64_800.0),
        ];
        let mut kept = true;
        for (age_s, (stays, back, slack_s)) in LOOKS_S.into_iter().zip(looks) {
            kept = kept && self.telling.dice.happens(stays[self.given]);
            let share = if kept {
                0.5 + 0.5 * self.telling.dice.share(0.85, 1.0)
            } else {
                0.49 * self.telling.dice.unit()
            };
            if !self.telling.dice.happens(back) {
                continue;
            }
            let age_s = age_s + scaled(1, slack_s * self.telling.dice.unit());
            let signal = Signal::Survived {
                age_s: u32::try_from(age_s).unwrap_or(u32::MAX),
                share: Share::of(scaled(1_000, share), 1_000),
            };
            // The page was reloaded since, but for the first look.
            let visit = if age_s < 3_600 {
                0
            } else {
                self.telling.visits += 1;
                self.telling.visits - 1
            };
            self.telling.told.push(Told {
                visit,
                at: taken_at + age_s * 1_000,
                output: self.shows.id.clone(),
                signal,
            });
        }
    }

    fn edits(&mut self) {
        if self.shows.part < 1.0 || !self.does(|acts| acts.edit) {
            return;
        }
        let keep = self.telling.person.acts.edit_kept[self.given];
        let keep = self.telling.dice.share(keep, 0.9);
        let before = self.shows.text.text();
        let after = self
            .telling
            .words
            .edited(self.shows.text, keep, &mut self.telling.dice);
        let distance = text::distance(&text::scalars(&before), &text::scalars(&after));
        let at = self.moment() + 20_000;
        let signal = Signal::Edited(Edited {
            chars_before: text::chars(&before),
            chars_after: text::chars(&after),
            inserted: distance.inserted,
            deleted: distance.deleted,
            survival: text::survival(&before, &after),
            is_final: true,
        });
        self.put(at, signal);
        if self
            .telling
            .dice
            .happens(self.telling.world.identity.edits_sent)
        {
            let role = ContentRole::Edit;
            self.put(at + 1, Signal::Content { role, text: after });
        }
    }

    fn says(&mut self) {
        if self.does(|acts| acts.rate) {
            let up = self.telling.person.acts.rate_up[self.given];
            let up = self.telling.dice.happens(up);
            let value = if up { 1_000 } else { -1_000 };
            let signal = Signal::Rated {
                value: Rating::from_thousandths("value", value).unwrap_or_default(),
                scale: Some("thumbs".into()),
                reason: None,
            };
            let at = self.moment();
            self.put(at, signal);
        }
        if self.does(|acts| acts.dismiss) {
            let at = self.moment();
            self.put(at, Signal::Dismissed(act("button")));
        }
    }

    /// When another answer is asked for, if so.
    fn asks_again(&mut self) -> Option<u64> {
        let acts = &self.telling.person.acts;
        let (median_s, left) = (
            acts.regenerate_s,
            if self.used_at.is_some() {
                acts.after_use
            } else {
                1.0
            },
        );
        if !self.does(|acts| acts.regenerate) || !self.telling.dice.happens(left) {
            return None;
        }
        let at = self.shows.at + self.telling.ms(median_s, 0.9).max(1_000);
        Some(at.max(self.used_at.map_or(0, |used| used + 1_000)))
    }

    fn dwell(&mut self, ratio: f64) {
        let depth = (ratio * self.telling.dice.around(1.25, 0.3)).min(1.0);
        let read_share = |part: f64| Share::of(scaled(1_000, depth * part), 1_000);
        let active = |part: f64| u32::try_from(scaled(self.active_ms, part)).unwrap_or(u32::MAX);
        let parts = [0.5, 1.0].map(|part| Signal::Dwell {
            active_ms: active(part),
            read_share: read_share(part),
        });
        let [half, full] = parts;
        let at = self.shows.at;
        if self.active_ms > 8_000 {
            self.put(at + self.active_ms / 2, half);
        }
        self.put(at + self.active_ms, full);
    }

    fn converts(&mut self, over_at: u64) {
        let probability = self.telling.person.acts.convert[self.given];
        if self.telling.dice.happens(probability) {
            let at = over_at + self.telling.ms(90.0, 0.8);
            let name = "resolved".into();
            self.put(at, Signal::Converted { name, value: None });
        }
    }
}

fn act(via: &str) -> Act {
    Act { via: via.into() }
}
