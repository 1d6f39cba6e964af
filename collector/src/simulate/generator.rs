//! Conversation by conversation: each is a function of (world, plan, number),
//! so that any can be made alone, in any order, in no memory.

use super::{
    dice::Dice,
    person::Person,
    talk::Talk,
    telling::tell,
    world::{World, WorldError},
};
use crate::experiment::declaration::Declared;

const DAY_MS: f64 = 86_400_000.0;

/// Tries to find somebody who has not left yet.
const TRIES: usize = 12;

/// How many conversations, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// What all chance follows from.
    pub seed: u64,
    /// How many.
    pub conversations: u64,
    /// Conversations start at or after, Unix ms.
    pub from: u64,
    /// Conversations start before, Unix ms.
    pub to: u64,
    /// Nothing is received after, Unix ms.
    pub until: u64,
}

/// Makes the conversations of a world.
pub struct Generator<'w> {
    world: &'w World,
    plan: Plan,
    /// How many people there are of each persona.
    people: Vec<u64>,
}

impl<'w> Generator<'w> {
    /// A world's conversations by a plan.
    #[must_use]
    pub fn new(world: &'w World, plan: Plan) -> Self {
        let shares = world.persona.values().map(|persona| persona.share);
        let total: f64 = shares.clone().sum();
        let all = real(plan.conversations) / world.conversations_per_person;
        let people = shares
            .map(|share| whole(all * share / total).max(1))
            .collect();
        Self {
            world,
            plan,
            people,
        }
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> Plan {
        self.plan
    }

    /// The experiments of the world as a store has them where each was declared when it
    /// starts.
    pub fn declared(&self) -> Result<Vec<Declared>, WorldError> {
        let trials = self.world.trials.iter();
        let declared = trials.map(|trial| trial.declared(self.moment(trial.from)));
        declared
            .collect::<Result<_, _>>()
            .map_err(WorldError::Value)
    }

    /// Conversation `number`, of those below the plan's count. Later numbers
    /// start later.
    #[must_use]
    pub fn talk(&self, number: u64) -> Talk {
        let mut dice = Dice::new(self.plan.seed, "talk", number);
        let place = (real(number) + dice.unit()) / real(self.plan.conversations.max(1));
        let at = self.moment(place);
        let Some(person) = self.somebody(place, &mut dice) else {
            return Talk::default();
        };
        tell(self.world, &person, at, place, self.plan.until, dice)
    }

    /// All conversations, in order.
    pub fn talks(&self) -> impl Iterator<Item = Talk> {
        (0..self.plan.conversations).map(|number| self.talk(number))
    }

    /// The moment at a share of the period: more by day than by night.
    fn moment(&self, place: f64) -> u64 {
        let length = real(self.plan.to.saturating_sub(self.plan.from));
        let even = place * length;
        let turn = 2.0 * std::f64::consts::PI * even / DAY_MS;
        // The derivative stays above 0: order is kept.
        let shifted = even - 0.8 * DAY_MS / (2.0 * std::f64::consts::PI) * libm::sin(turn);
        self.plan.from + whole(shifted.clamp(0.0, length))
    }

    /// Somebody who has not left by then; people of active personas more often.
    fn somebody(&self, place: f64, dice: &mut Dice) -> Option<Person<'w>> {
        let activity = self.world.persona.values();
        let weights = activity.map(|persona| persona.share * persona.activity);
        let persona = dice.weighted(weights);
        let people = *self.people.get(persona)?;
        let mut last = None;
        for _ in 0..TRIES {
            // Towards the first of them: some are there much more than others.
            let chance = dice.unit();
            let index = whole(real(people) * chance * chance).min(people - 1);
            let number = (persona as u64) << 48 | index;
            let person = Person::new(self.world, self.plan.seed, number, persona)?;
            if place <= person.leaves_at {
                return Some(person.at(self.world, self.plan.seed, place));
            }
            last = Some(person);
        }
        last.map(|person| person.at(self.world, self.plan.seed, place))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and times far below 2^53"
)]
fn real(value: u64) -> f64 {
    value as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; never below 0"
)]
fn whole(value: f64) -> u64 {
    value as u64
}
