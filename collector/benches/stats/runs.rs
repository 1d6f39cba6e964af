//! Many runs of a world, over all threads.

use std::thread;

use tacit_collector::experiment::stats::{
    Design, compare,
    trial::{Tally, World, play, watch},
};

/// Runs of each world.
pub(crate) const RUNS: u64 = 2_000;
const THREADS: u64 = 2;

/// Of a hundred thousand people.
pub(crate) fn unit_variance(world: &World) -> f64 {
    let world = World {
        people: 100_000,
        batch: 100_000,
        ..*world
    };
    let mut unit = 0.0;
    play(&world, 0, |moment| {
        let design = Design::difference(0.05, 1);
        let found = compare(moment.control, moment.treatment, &design);
        unit = found.map_or(0.0, |found| found.unit_variance());
    });
    unit
}

/// What somebody who looks all the time sees.
pub(crate) fn run(world: &World, design: &Design) -> Tally {
    let mut tally = Tally::default();
    let runs = spread(RUNS, |run| watch(world, design, run));
    runs.iter().for_each(|seen| tally.add(seen));
    tally
}

/// One result per run, in their order, over all threads.
pub(crate) fn spread<T: Send>(runs: u64, one: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let one = &one;
    let part = move |thread| {
        move || {
            (thread * runs / THREADS..(thread + 1) * runs / THREADS)
                .map(one)
                .collect::<Vec<_>>()
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(part(thread)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_default())
            .collect()
    })
}
