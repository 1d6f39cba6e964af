//! A conversation in the making: what is asked, answered and felt.

use serde_json::{Value, json};
use tacit_signals::{
    Id, Share, Signal, Subject,
    signal::{Intent, Shown},
    text,
};

use super::{
    acts::{self, Done},
    dice::{Dice, odds_to_share},
    person::{Person, pick},
    sends,
    talk::{Answer, Said, Shows, Talk, Told},
    words::{self, AnswerText, Question, Words},
    world::World,
};
use crate::store::rows::{Message, Registered};

/// A conversation in the making.
pub(crate) struct Telling<'w> {
    pub(crate) world: &'w World,
    pub(crate) person: &'w Person<'w>,
    pub(crate) words: &'static Words,
    pub(crate) dice: Dice,
    pub(crate) told: Vec<Told>,
    /// Document loads so far.
    pub(crate) visits: usize,
    /// Unix ms.
    now: u64,
    until: u64,
    conversation: Id,
    topic: (&'w str, f64),
    model: (&'w str, f64),
    prompt_version: (&'w str, f64),
    history: Vec<Message>,
    answers: Vec<Answer>,
}

/// Where an answer stands.
struct Place {
    turn: u32,
    variant: u32,
    replaces: Option<Id>,
    /// How hard the question is, in log-odds.
    hardness: f64,
}

/// Tells the conversation that `person` starts at `at` (Unix ms), `place` of the
/// way through the period; nothing is received after `until`.
pub(crate) fn tell(
    world: &World,
    person: &Person<'_>,
    at: u64,
    place: f64,
    until: u64,
    mut dice: Dice,
) -> Talk {
    let mut named = || {
        let conversation = Id::parse(
            "conversation",
            &format!("c-{}", hex::encode(dice.bytes::<8>())),
        )
        .ok()?;
        let topic = pick(&world.topics, &mut dice).map(|(name, one)| (name, one.quality))?;
        let model = pick(&world.models, &mut dice).map(|(name, one)| (name, one.quality))?;
        Some((conversation, topic, model, words::of(person.language)?))
    };
    let Some((conversation, topic, model, words)) = named() else {
        return Talk::default();
    };
    let current = world
        .prompt_versions
        .iter()
        .filter(|(_, version)| version.from <= place);
    let current = current.max_by(|a, b| a.1.from.total_cmp(&b.1.from));
    let mut telling = Telling {
        world,
        person,
        words,
        dice,
        told: Vec::new(),
        visits: 1,
        now: at,
        until,
        conversation,
        topic,
        model,
        prompt_version: current.map_or(("", 0.0), |(name, version)| (name, version.quality)),
        history: Vec::new(),
        answers: Vec::new(),
    };
    telling.turns();
    let Telling {
        mut dice,
        told,
        visits,
        answers,
        ..
    } = telling;
    Talk {
        person: person.number,
        persona: person.persona_place,
        signed: person.signed,
        answers,
        sends: sends::sends(told, visits, world, person, until, &mut dice),
    }
}

impl Telling<'_> {
    /// Puts down that something happened.
    pub(crate) fn put(&mut self, at: u64, output: &Id, signal: Signal) {
        self.told.push(Told {
            visit: 0,
            at,
            output: output.clone(),
            signal,
        });
    }

    fn turns(&mut self) {
        let mut question = self.words.question(self.topic.0, &mut self.dice);
        let mut hardness = self.world.satisfaction.question * self.dice.normal();
        for turn in 0..self.world.conversation.turns_max {
            let Some((last, text, done)) = self.chain(turn, &question, hardness) else {
                return;
            };
            let Some(satisfied) = self.answers.last().map(|answer| answer.satisfied) else {
                return;
            };
            let goes_on = self.world.conversation.goes_on[usize::from(satisfied)];
            let leaves = self.person.persona.leaves && !satisfied;
            if leaves || !self.dice.happens(goes_on) {
                return;
            }
            self.now = done.over_at + self.ms(self.world.conversation.think_s, 0.7);
            if self.now >= self.until {
                return;
            }
            let intent = self.intent(satisfied);
            let next = match intent {
                Intent::Rephrase => self.words.again(&question, &mut self.dice),
                Intent::Correction => self.words.correction(&question, &mut self.dice),
                Intent::Thanks => self.words.thanks(&question, &mut self.dice),
                Intent::Other => {
                    hardness = self.world.satisfaction.question * self.dice.normal();
                    self.words.question(self.topic.0, &mut self.dice)
                }
            };
            let signal = Signal::FollowedUp {
                gap_ms: u32::try_from(self.now - done.shown_at).unwrap_or(u32::MAX),
                similarity: text::similarity(&question.text, &next.text),
                intent,
            };
            self.put(self.now, &last, signal);
            self.history.push(message("user", question.text));
            self.history.push(message("assistant", text.text()));
            question = next;
        }
    }

    /// The answers of one turn until the person is done with it: the last one's
    /// id and text.
    fn chain(
        &mut self,
        turn: u32,
        question: &Question,
        hardness: f64,
    ) -> Option<(Id, AnswerText, Done)> {
        let mut place = Place {
            turn,
            variant: 0,
            replaces: None,
            hardness,
        };
        loop {
            let (id, text, done) = self.answer(&place, question)?;
            place.variant += 1;
            let Some(at) = done.regenerated_at else {
                return Some((id, text, done));
            };
            if place.variant >= self.world.conversation.variants_max {
                return Some((id, text, done));
            }
            let after = at.saturating_sub(done.shown_at);
            let signal = Signal::Regenerated {
                after_ms: u32::try_from(after).unwrap_or(u32::MAX),
                ordinal: place.variant,
            };
            self.put(at, &id, signal);
            self.now = at + 300;
            place.replaces = Some(id);
        }
    }

    /// One answer, from its stream to the last act on it.
    fn answer(&mut self, place: &Place, question: &Question) -> Option<(Id, AnswerText, Done)> {
        if self.now >= self.until {
            return None;
        }
        let rules = &self.world.answer;
        let wanted = self
            .dice
            .around(rules.words, rules.words_spread)
            .clamp(8.0, 1_200.0)
            * self.person.length;
        let code = self.dice.happens(rules.code);
        let mut text = if self.dice.happens(rules.stock) {
            // Word for word what others got: the same stream of chance for a topic.
            let mut stock = Dice::new(0, self.topic.0, 0);
            self.words
                .answer(self.topic.0, question, rules.words, code, &mut stock)
        } else {
            self.words
                .answer(self.topic.0, question, wanted, code, &mut self.dice)
        };
        // Chance of its own, and only where somebody flatters: all other worlds stay.
        let flattered = self.person.flattered;
        if flattered > 0.0 && self.dice.happens(flattered) {
            text.open_with("Great question!");
        }
        let documents = self.documents();
        let stale = documents.iter().any(|document| document["id"] == STALE);
        let satisfied = self.satisfies(place, stale);
        let written = text.text();
        let (words, chars) = (text::words(&written), text::chars(&text::clean(&written)));
        let stream_ms = self.ms(f64::from(words) / rules.words_per_s, 0.2);
        let created_at = self.now;
        let registered = self.dice.happens(self.world.identity.registered);
        let id = self.id(registered)?;
        let stop = acts::stops(self, satisfied);
        let part = stop.unwrap_or(1.0);
        let at = created_at + scaled(stream_ms, part);
        if let Some(part) = stop {
            let signal = Signal::Stopped {
                after_ms: u32::try_from(scaled(stream_ms, part)).unwrap_or(u32::MAX),
                chars: scaled_u32(chars, part),
            };
            self.put(at, &id, signal);
        }
        let code_share = Share::of(text.code.chars().count() as u64, u64::from(chars));
        let shown = Shown {
            chars: scaled_u32(chars, part),
            words: scaled_u32(words, part),
            code_share,
            stream_ms: u32::try_from(scaled(stream_ms, part)).unwrap_or(u32::MAX),
            conversation: Some(self.conversation.clone()),
            turn: Some(place.turn),
            variant: Some(place.variant),
            replaces: place.replaces.clone(),
            ..Shown::default()
        };
        self.put(at, &id, Signal::Shown(Box::new(shown)));
        let said = registered.then(|| self.said(created_at, place, question, written, documents));
        self.answers.push(Answer {
            id: id.clone(),
            said,
            satisfied,
        });
        let shows = Shows {
            id: &id,
            at,
            words: f64::from(words) * part,
            chars: scaled_u32(chars, part),
            satisfied,
            text: &text,
            part,
        };
        let done = acts::behave(self, &shows);
        Some((id, text, done))
    }

    fn satisfies(&mut self, place: &Place, stale: bool) -> bool {
        let stale = if stale {
            self.world.answer.stale_penalty
        } else {
            0.0
        };
        let odds = self.person.odds
            + self.model.1
            + self.prompt_version.1
            + self.topic.1
            + place.hardness
            + stale;
        self.dice.happens(odds_to_share(odds))
    }

    fn intent(&mut self, satisfied: bool) -> Intent {
        let acts = &self.person.acts;
        let given = usize::from(satisfied);
        let said = [acts.rephrase[given], acts.correct[given], acts.thank[given]];
        let rest = 1.0 - said.iter().sum::<f64>();
        match self.dice.weighted(said.into_iter().chain([rest])) {
            0 => Intent::Rephrase,
            1 => Intent::Correction,
            2 => Intent::Thanks,
            _ => Intent::Other,
        }
    }

    fn id(&mut self, registered: bool) -> Option<Id> {
        if registered {
            let text = format!("o-{}", hex::encode(self.dice.bytes::<8>()));
            return Id::parse("output", &text).ok();
        }
        Some(Id::client_made(self.now, self.dice.bytes()))
    }

    /// What the answer was retrieved from.
    fn documents(&mut self) -> Vec<Value> {
        let mut ids: Vec<String> = (0..self.world.answer.documents)
            .map(|_| format!("{}-{}", self.topic.0, 1 + self.dice.below(9)))
            .collect();
        if !ids.is_empty() && self.dice.happens(self.world.answer.stale_document) {
            ids[0] = STALE.into();
        }
        let scored = ids.into_iter().zip(0_u32..);
        scored
            .map(|(id, rank)| json!({"id": id, "score": 0.9 - f64::from(rank) / 10.0}))
            .collect()
    }

    fn said(
        &self,
        created_at: u64,
        place: &Place,
        question: &Question,
        output: String,
        documents: Vec<Value>,
    ) -> Said {
        let mut input = vec![message(
            "system",
            "You answer for a shop's help desk.".into(),
        )];
        input.extend(self.history.iter().cloned());
        input.push(message("user", question.text.clone()));
        let app = |subject: &&Subject| subject.kind == tacit_signals::SubjectKind::App;
        Said {
            received_at: created_at,
            subject: self.person.subject.as_ref().filter(app).cloned(),
            fields: Registered {
                created_at: Some(created_at),
                conversation: Some(self.conversation.clone()),
                turn: Some(place.turn),
                variant: Some(place.variant),
                model: Some(self.model.0.into()),
                prompt_version: Some(self.prompt_version.0.into()),
                surface: Some("chat".into()),
                arms: self.person.arms.clone(),
                input: Some(input),
                output: Some(output),
                documents: Some(documents),
                tags: [("topic".to_owned(), self.topic.0.to_owned())].into(),
                ..Registered::default()
            },
        }
    }

    /// Milliseconds around a median in seconds.
    pub(crate) fn ms(&mut self, median_s: f64, spread: f64) -> u64 {
        scaled(1_000, self.dice.around(median_s, spread).min(86_400.0))
    }
}

/// The document that is out of date.
const STALE: &str = "handbook-2019";

fn message(role: &str, content: String) -> Message {
    Message {
        role: role.into(),
        content: Value::String(content),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and never below 0"
)]
pub(crate) fn scaled(value: u64, by: f64) -> u64 {
    (value as f64 * by).round() as u64
}

pub(crate) fn scaled_u32(value: u32, by: f64) -> u32 {
    u32::try_from(scaled(value.into(), by)).unwrap_or(u32::MAX)
}
