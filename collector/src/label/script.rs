//! Scripted histories for tests.

use serde_json::json;
use tacit_signals::{
    Event, Id, SessionId, Share, Signal, SubjectKind,
    signal::{Act, ContentRole, CopyVia, Edited, Intent, Shown, Span},
};

use crate::store::rows::{Group, Message, Origin, OutputRows, Registered, Slice, StoredSubject};

/// When outputs of scripts are shown: `shown_at` of the contract's example.
pub(crate) const T0: u64 = 1_763_889_990_000;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

/// One output's history; every event travels alone unless told otherwise.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) rows: OutputRows,
    session: SessionId,
    seq: u32,
    signed: bool,
}

impl Story {
    /// An output nobody was shown.
    pub(crate) fn untold(id: &str) -> Self {
        Self {
            rows: OutputRows {
                id: self::id(id),
                registered: None,
                joined_by: None,
                slices: Vec::new(),
                beyond: 0,
                screened: Vec::new(),
            },
            session: SessionId([0x9f; 16]),
            seq: 0,
            signed: false,
        }
    }

    /// An output of 130 words shown at [`T0`] in turn 2 of c-1, as in the contract.
    pub(crate) fn shown(id: &str) -> Self {
        Self::untold(id).at(0, shown(2, None))
    }

    /// Something that happened `after_ms` after [`T0`].
    pub(crate) fn at(mut self, after_ms: u64, signal: Signal) -> Self {
        let at = T0 + after_ms;
        self.rows.slices.push(Slice {
            session: self.session,
            subject: StoredSubject {
                id: "s_browser".into(),
                kind: SubjectKind::Session,
            },
            received_at: at,
            sent_at: at,
            sample: Share::ONE,
            automated: false,
            signed: self.signed,
            origin: Origin::default(),
            events: vec![Event {
                seq: self.seq,
                at,
                output: self.rows.id.clone(),
                token: None,
                signal,
            }],
        });
        self.seq += 1;
        self
    }

    /// The last event came from an evaluation of the site's server.
    pub(crate) fn evaluated(mut self) -> Self {
        if let Some(slice) = self.rows.slices.last_mut() {
            slice.origin.sdk = "eval".into();
            slice.signed = true;
        }
        self
    }

    /// All of it came from somebody the screen found.
    pub(crate) fn withheld(mut self) -> Self {
        self.rows.screened.append(&mut self.rows.slices);
        self
    }

    /// All of it was captured where so many conversations are.
    pub(crate) fn sampled(mut self, of: f64) -> Self {
        for slice in &mut self.rows.slices {
            slice.sample = share(of);
        }
        self
    }

    /// All of it is of this person.
    pub(crate) fn by(mut self, person: &str, kind: SubjectKind) -> Self {
        for slice in &mut self.rows.slices {
            slice.subject = StoredSubject {
                id: person.into(),
                kind,
            };
        }
        self
    }

    /// The last event was sent and received only `after_ms` after [`T0`].
    pub(crate) fn received(mut self, after_ms: u64) -> Self {
        if let Some(slice) = self.rows.slices.last_mut() {
            slice.sent_at = T0 + after_ms;
            slice.received_at = T0 + after_ms;
        }
        self
    }

    /// What follows happens in another document load.
    pub(crate) fn in_session(mut self, number: u8) -> Self {
        self.session = SessionId([number; 16]);
        self
    }

    /// Whether what follows comes with a token.
    pub(crate) fn signed(mut self, signed: bool) -> Self {
        self.signed = signed;
        self
    }

    /// Registered with question and answer.
    pub(crate) fn registered(self, answer: &str) -> Self {
        self.registered_as(Registered {
            input: Some(vec![user("How?")]),
            output: Some(answer.into()),
            ..Registered::default()
        })
    }

    pub(crate) fn registered_as(mut self, registered: Registered) -> Self {
        self.rows.registered = Some(registered);
        self
    }

    pub(crate) fn group(self) -> Group {
        group([self])
    }
}

/// An output shown at [`T0`] in this turn.
pub(crate) fn shown_in_turn(id: &str, turn: u32) -> Story {
    Story::untold(id).at(0, shown(turn, None))
}

pub(crate) fn group(stories: impl IntoIterator<Item = Story>) -> Group {
    Group {
        outputs: stories.into_iter().map(|story| story.rows).collect(),
    }
}

pub(crate) fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

pub(crate) fn share(value: f64) -> Share {
    Share::from_f64("share", value).unwrap()
}

pub(crate) fn user(text: &str) -> Message {
    Message {
        role: "user".into(),
        content: json!(text),
    }
}

pub(crate) fn shown(turn: u32, replaces: Option<&str>) -> Signal {
    Signal::Shown(Box::new(Shown {
        chars: 812,
        words: 130,
        code_share: share(0.2),
        stream_ms: 2_100,
        conversation: Some(id("c-1")),
        turn: Some(turn),
        variant: Some(0),
        replaces: replaces.map(id),
        ..Shown::default()
    }))
}

pub(crate) fn dwell(active_ms: u32, read_share: f64) -> Signal {
    Signal::Dwell {
        active_ms,
        read_share: share(read_share),
    }
}

pub(crate) fn copied(of: f64, via: CopyVia) -> Signal {
    Signal::Copied {
        span: span(of),
        via,
    }
}

pub(crate) fn span(of: f64) -> Span {
    Span {
        chars: 400,
        share: share(of),
    }
}

pub(crate) fn act() -> Act {
    Act {
        via: "button".into(),
    }
}

pub(crate) fn edited(survival: f64) -> Signal {
    Signal::Edited(Edited {
        chars_before: 812,
        chars_after: 800,
        inserted: 10,
        deleted: 22,
        survival: share(survival),
        is_final: true,
    })
}

pub(crate) fn regenerated(after_ms: u64) -> Signal {
    Signal::Regenerated {
        after_ms: u32::try_from(after_ms).unwrap(),
        ordinal: 1,
    }
}

pub(crate) fn rated(value: f64) -> Signal {
    Signal::Rated {
        value: tacit_signals::Rating::from_f64("value", value).unwrap(),
        scale: Some("thumbs".into()),
        reason: None,
    }
}

pub(crate) fn followed_up(intent: Intent, similarity: f64, gap_ms: u64) -> Signal {
    Signal::FollowedUp {
        gap_ms: u32::try_from(gap_ms).unwrap(),
        similarity: share(similarity),
        intent,
    }
}

pub(crate) fn survived(age_ms: u64, of: f64) -> Signal {
    Signal::Survived {
        age_s: u32::try_from(age_ms / SECOND).unwrap(),
        share: share(of),
    }
}

pub(crate) fn converted() -> Signal {
    Signal::Converted {
        name: "checkout".into(),
        value: None,
    }
}

/// What an evaluation measured; see [`Story::evaluated`].
pub(crate) fn measured(name: &str, value: Option<f64>) -> Signal {
    let amount = |value| tacit_signals::Amount::from_f64("value", value).unwrap();
    Signal::Converted {
        name: name.into(),
        value: value.map(amount),
    }
}

pub(crate) fn content(role: ContentRole, text: &str) -> Signal {
    Signal::Content {
        role,
        text: text.into(),
    }
}
