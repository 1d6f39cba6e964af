use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use super::*;
use crate::replay::{
    client::Remedy,
    run::{Limits, Tokens},
};

/// Answers each body as often as it is asked, by a list of what to do; and counts how
/// many ask at a time.
#[derive(Default)]
struct Script {
    asked: Mutex<BTreeMap<String, u32>>,
    at_a_time: AtomicUsize,
    most_at_a_time: AtomicUsize,
}

impl Ask for Script {
    fn ask(&self, body: &str) -> Result<Outcome, Trouble> {
        let now = self.at_a_time.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_a_time.fetch_max(now, Ordering::SeqCst);
        let mut asked = self.asked.lock().unwrap();
        let times = asked.entry(body.into()).or_default();
        *times += 1;
        let trouble = |remedy| Trouble {
            code: "c".into(),
            message: "m".into(),
            remedy,
        };
        let again = Remedy::Again { after_ms: None };
        let answer = match (body, *times) {
            ("flaky", 1..=2) | ("broken", _) => Err(trouble(again)),
            ("never", _) => Err(trouble(Remedy::Never)),
            ("wrong", _) => Err(trouble(Remedy::Stop)),
            _ => Ok(Outcome::Answered(Reply {
                text: format!("to {body}"),
                finish_reason: None,
                model: None,
                prompt_tokens: None,
                completion_tokens: None,
                latency_ms: 0,
            })),
        };
        drop(asked);
        self.at_a_time.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

fn jobs(bodies: &[&str]) -> Vec<Job> {
    let job = |(number, body): (usize, &&str)| Job {
        id: format!("{number}"),
        body: (*body).into(),
        tokens: Tokens::default(),
    };
    bodies.iter().enumerate().map(job).collect()
}

fn ask(
    bodies: &[&str],
    script: &Script,
    on: &mut dyn FnMut(Event<'_>) -> Result<(), String>,
) -> Result<(), RunError<String>> {
    let jobs = jobs(bodies);
    let limits = Limits {
        backoff_ms: 1,
        attempts_max: 3,
        concurrency: 3,
        ..Limits::default()
    };
    let mut scheduler = Scheduler::new(&jobs, limits, 0);
    let began = Instant::now();
    let clock = move || u64::try_from(began.elapsed().as_millis()).unwrap();
    run(
        &jobs,
        script,
        (&mut scheduler, limits.concurrency),
        &clock,
        on,
    )
}

#[test]
fn every_job_ends_in_exactly_one_answer() {
    let script = Script::default();
    let mut answers = BTreeMap::new();
    let mut repeats = 0;
    let bodies = ["a", "flaky", "broken", "never", "b", "c", "d", "e"];
    ask(&bodies, &script, &mut |event| {
        match event {
            Event::Settled(answer) => {
                assert!(
                    answers
                        .insert(answer.output.clone(), answer.clone())
                        .is_none()
                );
            }
            Event::Again { .. } => repeats += 1,
        }
        Ok(())
    })
    .unwrap();
    let ended = |number: &str| {
        let answer: &Answer = &answers[number];
        (answer.text().map(String::from), answer.attempts)
    };
    assert_eq!(answers.len(), bodies.len());
    assert_eq!(ended("0"), (Some("to a".into()), 1));
    assert_eq!(ended("1"), (Some("to flaky".into()), 3));
    assert_eq!(ended("2"), (None, 3));
    assert_eq!(ended("3"), (None, 1));
    assert_eq!(repeats, 4);
    assert_eq!(script.asked.lock().unwrap()["broken"], 3);
    assert!(script.most_at_a_time.load(Ordering::SeqCst) <= 3);
}

#[test]
fn a_stop_leaves_the_rest_unasked() {
    let script = Script::default();
    let mut bodies = vec!["wrong"];
    bodies.resize(200, "a");
    let mut settled = 0;
    let ended = ask(&bodies, &script, &mut |_| {
        settled += 1;
        Ok(())
    });
    assert!(
        matches!(ended, Err(RunError::Stopped(Stop::Useless { .. }))),
        "{ended:?}"
    );
    assert!(settled < 199, "{settled}");
}

#[test]
fn an_answer_that_cannot_be_kept_ends_the_run() {
    let script = Script::default();
    let ended = ask(&["a"; 200], &script, &mut |_| Err("disk full".into()));
    assert!(matches!(ended, Err(RunError::Keep(error)) if error == "disk full"));
    let asked = script.asked.lock().unwrap()["a"];
    assert!(asked < 200, "{asked}");
}
