//! A person: everything about them that stays from answer to answer.

use std::{borrow::Cow, collections::BTreeMap};

use tacit_signals::{Id, Subject, SubjectKind};

use super::{
    dice::{Dice, share_to_odds},
    world::{Acts, Persona, Truth, Variety, World},
};

/// One simulated person.
pub(crate) struct Person<'w> {
    /// Their number; no two persons share it.
    pub(crate) number: u64,
    /// The place of their persona in the world's.
    pub(crate) persona_place: usize,
    pub(crate) persona: &'w Persona,
    /// Who the page or the server says they are; `None` where nobody does.
    pub(crate) subject: Option<Subject>,
    pub(crate) language: &'w str,
    pub(crate) device: &'w str,
    /// What their answers' satisfaction starts from, in log-odds.
    pub(crate) odds: f64,
    /// How much they act at all, in log-odds.
    pub(crate) engagement: f64,
    /// Their browser says that a program drives it.
    pub(crate) automated: bool,
    /// Their pages carry tokens.
    pub(crate) signed: bool,
    /// Arm by experiment.
    pub(crate) arms: BTreeMap<String, String>,
    /// When they leave for good, as a share of the period.
    pub(crate) leaves_at: f64,
    /// What they do, in the arms they are in.
    pub(crate) acts: Cow<'w, Acts>,
    /// How many times as long their answers are.
    pub(crate) length: f64,
    /// Share of their answers that praise the question.
    pub(crate) flattered: f64,
    /// Their client loses everything.
    pub(crate) lost: bool,
}

impl<'w> Person<'w> {
    /// The person of this number, whose persona is the world's at `place`.
    pub(crate) fn new(world: &'w World, seed: u64, number: u64, place: usize) -> Option<Self> {
        let mut dice = Dice::new(seed, "person", number);
        let persona = world.persona.values().nth(place)?;
        let (language, spoken) = pick(&world.languages, &mut dice)?;
        let device = dice.weighted(world.devices.values().copied());
        let device = world.devices.keys().nth(device)?;
        let subject = subject(world, &mut dice);
        let mut arms = BTreeMap::new();
        let mut arm_odds = 0.0;
        let undeclared = world.arms.iter().filter(|_| world.trials.is_empty());
        for (experiment, of) in undeclared {
            let (arm, effect) = pick(of, &mut dice)?;
            arms.insert(experiment.clone(), arm.to_owned());
            arm_odds += effect.quality;
        }
        let own = world.satisfaction.person * dice.normal();
        let odds = share_to_odds(world.satisfaction.share) + own + persona.satisfaction;
        let named = subject
            .as_ref()
            .is_some_and(|known| known.kind == SubjectKind::App);
        Some(Self {
            number,
            persona_place: place,
            persona,
            subject,
            language,
            device,
            odds: odds + spoken.quality + arm_odds,
            engagement: world.engagement.person * dice.normal(),
            automated: dice.happens(persona.automated),
            signed: dice.happens(world.identity.signed) && named,
            arms,
            leaves_at: if persona.leaves { dice.unit() } else { 1.0 },
            acts: Cow::Borrowed(&persona.acts),
            length: 1.0,
            flattered: 0.0,
            lost: false,
        })
    }

    /// The person as they are at a share of the period: in the arms of experiments that
    /// run by then. Whose name nobody knows is in none.
    pub(crate) fn at(mut self, world: &'w World, seed: u64, place: f64) -> Self {
        let Some(subject) = self.subject.clone() else {
            return self;
        };
        for trial in world.trials.iter().filter(|trial| trial.from <= place) {
            let dice = Dice::new(seed, "trial", self.number);
            if let Some(enrolled) = trial.enrol(subject.id.as_str(), dice) {
                self.lost |= enrolled.lost;
                self.lives(trial.truth.get(&enrolled.arm));
                self.arms.insert(enrolled.experiment, enrolled.arm);
            }
        }
        self
    }

    /// What an arm does to them.
    fn lives(&mut self, truth: Option<&Truth>) {
        let Some(truth) = truth else {
            return;
        };
        self.odds += truth.quality;
        self.length *= truth.length;
        self.flattered = self.flattered.max(truth.flatters);
        self.acts = Cow::Owned(truth.acts(&self.acts));
    }
}

/// One of several, as likely as its share says.
pub(crate) fn pick<'w>(
    of: &'w BTreeMap<String, Variety>,
    dice: &mut Dice,
) -> Option<(&'w str, &'w Variety)> {
    let place = dice.weighted(of.values().map(|one| one.share));
    of.iter().nth(place).map(|(name, one)| (&**name, one))
}

fn subject(world: &World, dice: &mut Dice) -> Option<Subject> {
    let identity = &world.identity;
    let rest = (1.0 - identity.app - identity.visitor).max(0.0);
    let raw = hex::encode(dice.bytes::<8>());
    let (kind, prefix) = match dice.weighted([identity.app, identity.visitor, rest].into_iter()) {
        0 => (SubjectKind::App, "u-"),
        1 => (SubjectKind::Visitor, "v-"),
        _ => return None,
    };
    let id = Id::parse("subject", &format!("{prefix}{raw}")).ok()?;
    Some(Subject { id, kind })
}
