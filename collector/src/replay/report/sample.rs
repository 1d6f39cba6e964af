//! A replay made up for tests: seven turns, each asked by several people.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, json};

use super::{Inputs, Judge, Report, report};
use crate::{
    label::{State, Trust},
    replay::{
        Allocation, Answer, Asking, Case, Dimension, How, LeftOut, NotReplayable, Outcome, Plan,
        Reason, Selected, StratumCount,
        compare::{
            Gate,
            made::{answer, case, failed},
        },
        judge::questions,
    },
};

#[derive(Deserialize)]
struct Turn {
    name: String,
    state: State,
    version: String,
    person: Option<String>,
    question: String,
    answer: String,
    kept: Vec<(How, String)>,
    rejected: Vec<String>,
    new: String,
}

/// Times each turn was asked at most, in as many months.
const TIMES: usize = 5;

pub(crate) struct Sample {
    pub(crate) plan: Plan,
    pub(crate) cases: Vec<Case>,
    pub(crate) answers: Vec<Answer>,
    judge: Vec<Answer>,
    questions: u64,
}

impl Sample {
    pub(crate) fn new() -> Self {
        Self::of(TIMES)
    }

    /// Each turn asked so many times.
    pub(crate) fn of(times: usize) -> Self {
        let turns: Vec<Turn> = serde_json::from_str(include_str!("golden/turns.json")).unwrap();
        let mut cases = Vec::new();
        let mut answers = Vec::new();
        for (place, turn) in turns.iter().enumerate() {
            for time in 0..times {
                let case = turn.asked(time);
                answers.push(turn.answered(&case, place, time));
                cases.push(case);
            }
        }
        let of = |output: &String| answers.iter().find(|answer| &answer.output == output);
        let asked = questions(cases.iter().map(|case| (case, of(&case.output))), 100);
        let judge = asked.iter().enumerate();
        let judge =
            judge.map(|(place, question)| answer(&question.id, verdict(&question.id, place)));
        Self {
            plan: plan(&cases),
            judge: judge.collect(),
            questions: asked.len() as u64,
            cases,
            answers,
        }
    }

    pub(crate) fn report(&self, gate: &Gate) -> Report {
        report(&Inputs {
            plan: &self.plan,
            cases: &self.cases,
            answers: &self.answers,
            judge: Some(Judge {
                model: "m-judge",
                questions: self.questions,
                answers: &self.judge,
            }),
            gate,
            cost: Some("0.0312"),
            quoted: 4,
        })
    }
}

/// Mostly right, sometimes by position, once in prose.
fn verdict(id: &str, place: usize) -> &'static str {
    let better_first = id.ends_with("#new-old") || id.ends_with("#kept-rejected");
    match place % 17 {
        3 => "I would rather have the first one.",
        5 | 6 => "{\"reason\": \"clearer\", \"verdict\": \"first\"}",
        8 => "{\"reason\": \"alike\", \"verdict\": \"tie\"}",
        _ if better_first => "{\"reason\": \"shorter, and right\", \"verdict\": \"first\"}",
        _ => "{\"reason\": \"shorter, and right\", \"verdict\": \"second\"}",
    }
}

impl Turn {
    fn asked(&self, time: usize) -> Case {
        let mut made = case(&format!("{}-{time}", self.name), &self.answer).state(self.state);
        let own = |text: &str| match text {
            "=" => self.answer.clone(),
            text => text.to_owned(),
        };
        for (how, text) in &self.kept {
            made = made.kept(*how, &own(text));
        }
        for text in &self.rejected {
            made = made.rejected(&own(text));
        }
        let months = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10"];
        made.person = self
            .person
            .as_ref()
            .map(|name| format!("{name}{}", time / 2));
        made.prompt_version = Some(self.version.clone());
        made.stratum.prompt_version = Some(self.version.clone());
        made.stratum.month = Some(months[time].into());
        made.input
            .last_mut()
            .unwrap()
            .content
            .clone_from(&self.question);
        made
    }

    /// Usually the new model's answer; sometimes the old one's, or none.
    fn answered(&self, case: &Case, place: usize, time: usize) -> Answer {
        let text = match (place + time) % 7 {
            3 => &self.answer,
            _ => &self.new,
        };
        let mut made = answer(&case.output, text);
        if let Outcome::Answered(reply) = &mut made.outcome {
            reply.latency_ms = 400 + 137 * ((place * TIMES + time) as u64 % 11);
            if (place, time) == (1, 4) {
                reply.finish_reason = Some("length".into());
                reply.text.truncate(120);
            }
        }
        match (place, time) {
            (2, 4) => failed(&case.output, "timeout"),
            (6, 0) => failed(&case.output, "http_400"),
            _ => made,
        }
    }
}

fn plan(cases: &[Case]) -> Plan {
    let mut sampled = BTreeMap::new();
    for case in cases {
        *sampled.entry(case.stratum.clone()).or_insert(0) += 1;
    }
    let strata = sampled.into_iter().zip(2..);
    let strata = strata.map(|((stratum, sampled), times)| StratumCount {
        stratum,
        population: sampled * times,
        sampled,
    });
    Plan {
        version: 1,
        project: "shop".into(),
        policy: "default@1#0123456789ab".into(),
        as_of: 1_793_000_000_000,
        since: Some(1_761_000_000_000),
        until: None,
        trust: Trust::Known,
        states: vec![State::Positive, State::Neutral, State::Negative],
        seed: 1,
        sample: cases.len() as u64,
        stratify: vec![Dimension::Label, Dimension::PromptVersion, Dimension::Month],
        allocation: Allocation::Proportional,
        redact: true,
        documents_in_input: false,
        input_chars_max: 24_000,
        cases: "00".repeat(32),
        selected: Selected {
            left_out: [(LeftOut::Automated, 41), (LeftOut::HeldOut, 12)].into(),
            not_replayable: vec![
                NotReplayable {
                    reason: Reason::Tools,
                    count: 37,
                },
                NotReplayable {
                    reason: Reason::MissingContext,
                    count: 9,
                },
            ],
            strata: strata.collect(),
            stratified_by: vec![Dimension::Label, Dimension::PromptVersion, Dimension::Month],
        },
        asking: Asking {
            endpoint: "http://127.0.0.1:8080/v1".into(),
            model: "m-new".into(),
            params: Map::from_iter([("temperature".into(), json!(0))]),
            system: None,
            stream: true,
        },
    }
}
