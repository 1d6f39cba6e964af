//! `tacit-instructions encode|decode|fold`: does it once with simulated people, in
//! [`counted`], and prints for how many events. `tests/bars.rs` has the instructions of
//! that function counted: unlike times, these are the same on a busy machine.

use std::{error::Error, hint::black_box};

use tacit_collector::{
    control::{ContentPolicy, Project, ProjectId},
    keyed::Keyed,
    label::{Policy, label_group},
    simulate::{Generator, Plan, Talk, World, group},
};
use tacit_signals::{Batch, codec};

const DAY_MS: u64 = 86_400_000;
/// A moment, Unix ms.
const FROM: u64 = 1_763_890_000_000;
/// Few: what makes them is slow where instructions are counted.
const CONVERSATIONS: u64 = 80;

fn main() -> Result<(), Box<dyn Error>> {
    let what = std::env::args().nth(1).unwrap_or_default();
    let talks = talks()?;
    let batches = talks.iter().flat_map(|talk| &talk.sends);
    let batches: Vec<Batch> = batches.map(|sent| sent.batch.clone()).collect();
    let events: usize = batches.iter().map(|batch| batch.events.len()).sum();
    match what.as_str() {
        "encode" => counted(&mut || {
            for batch in &batches {
                black_box(codec::encode(batch));
            }
        }),
        "decode" => {
            let bytes: Vec<_> = batches.iter().map(codec::encode).collect();
            counted(&mut || {
                for bytes in &bytes {
                    black_box(codec::decode(bytes).is_ok());
                }
            });
        }
        "fold" => {
            let owner = owner();
            let policy = Policy::default_policy()?;
            let groups: Vec<_> = talks.iter().map(|talk| group(talk, &owner)).collect();
            counted(&mut || {
                for group in &groups {
                    black_box(label_group(group, &policy, FROM + 60 * DAY_MS));
                }
            });
        }
        _ => return Err("say encode, decode or fold".into()),
    }
    say(events);
    Ok(())
}

/// What is counted. A function that is there by its name, whatever is optimised.
#[inline(never)]
fn counted(act: &mut dyn FnMut()) {
    act();
}

#[expect(clippy::print_stdout, reason = "it is what the program is for")]
fn say(events: usize) {
    println!("{events}");
}

fn talks() -> Result<Vec<Talk>, Box<dyn Error>> {
    let world = World::named("base")?;
    let plan = Plan {
        seed: 1,
        conversations: CONVERSATIONS,
        from: FROM,
        to: FROM + 14 * DAY_MS,
        until: FROM + 40 * DAY_MS,
    };
    Ok(Generator::new(&world, plan).talks().collect())
}

fn owner() -> Project {
    Project {
        id: ProjectId(1),
        name: "p1".to_owned(),
        content: ContentPolicy::Full,
        pepper: Keyed::new(&[1; 32]),
        secret: Keyed::new(&[2; 32]),
        experiments: Vec::new(),
        erased: Vec::new(),
    }
}
