//! Experiments whose truth is known, played many times over: how often are the
//! statistics wrong, and how soon do they find an effect?
//!
//! A [`World`] says who comes and what the treatment does. [`play`] lets people arrive
//! batch after batch and shows the arms after each, as an experiment looks to somebody
//! who looks all the time; where [`World::growing`], outputs of earlier people keep
//! coming in between. [`watch`] looks at all of it with the real [`super::compare`], and
//! notes what it would have said, and what two habits would have: peeking at a test made
//! for one look, and counting every output as if it were a person. A [`Tally`] adds runs
//! up.
//!
//! `npm run bench:stats` plays thousands and fails if a promise is broken; the unit
//! tests play a few hundred.

mod people;
mod tally;
mod watch;
mod world;

use self::people::Person;
use super::{moments::Moments, observation::Observation};
use crate::simulate::dice::Dice;

pub use self::{
    tally::Tally,
    watch::{Seen, watch},
    world::{Kind, World},
};

/// What is there at one moment of an experiment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// People of the control.
    pub control: &'a Moments,
    /// People of the treatment.
    pub treatment: &'a Moments,
    /// Outputs of the control, each as if it were a person.
    pub control_outputs: &'a Moments,
    /// Outputs of the treatment, likewise.
    pub treatment_outputs: &'a Moments,
    /// Everybody has come, and all they did is in.
    pub last: bool,
}

/// Plays run number `run` of a world and shows it after every batch; the same run is the
/// same on any machine.
pub fn play(world: &World, run: u64, mut look: impl FnMut(&Moment<'_>)) {
    let mut stage = Stage::new(world, run);
    let mut arrived = 0;
    loop {
        let batch = world.batch.min(world.people - arrived);
        arrived += batch;
        stage.arrive(batch);
        let last = arrived == world.people && stage.unfinished == 0;
        let [control, treatment] = stage.arms();
        look(&Moment {
            control: &control,
            treatment: &treatment,
            control_outputs: &stage.outputs[0],
            treatment_outputs: &stage.outputs[1],
            last,
        });
        if last {
            return;
        }
        stage.grow();
    }
}

/// A run in progress.
struct Stage<'a> {
    world: &'a World,
    dice: Dice,
    /// Those whose outputs are not all in.
    open: Vec<Person>,
    unfinished: usize,
    /// Those whose outputs are, by arm.
    closed: [Moments; 2],
    /// By arm.
    outputs: [Moments; 2],
}

impl<'a> Stage<'a> {
    fn new(world: &'a World, run: u64) -> Self {
        Self {
            world,
            dice: Dice::new(world.seed, "trial", run),
            open: Vec::new(),
            unfinished: 0,
            closed: [Moments::default(); 2],
            outputs: [Moments::default(); 2],
        }
    }

    /// New people, each with a first output; with all of them where nothing grows.
    fn arrive(&mut self, people: usize) {
        for _ in 0..people {
            let mut person = Person::draw(self.world, &mut self.dice);
            self.output(&mut person);
            while !self.world.growing && person.to_come > 0 {
                self.output(&mut person);
            }
            self.keep(person);
        }
        self.unfinished = self.open.len();
    }

    /// Half of those with outputs to come have one.
    fn grow(&mut self) {
        for mut person in std::mem::take(&mut self.open) {
            if self.dice.happens(0.5) {
                self.output(&mut person);
            }
            self.keep(person);
        }
        self.unfinished = self.open.len();
    }

    fn output(&mut self, person: &mut Person) {
        let value = person.act(self.world, &mut self.dice);
        self.outputs[usize::from(person.treated)].add(&Observation::new(value, 1.0));
    }

    fn keep(&mut self, person: Person) {
        if person.to_come > 0 {
            self.open.push(person);
        } else {
            self.closed[usize::from(person.treated)].add(&person.observed(self.world));
        }
    }

    /// Both arms as they are now.
    fn arms(&self) -> [Moments; 2] {
        let mut arms = self.closed;
        for person in &self.open {
            arms[usize::from(person.treated)].add(&person.observed(self.world));
        }
        arms
    }
}

#[cfg(test)]
mod tests;
