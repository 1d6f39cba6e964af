//! Cases made up for tests.

use super::{Compared, Weighed};
use crate::{
    label::{Milli, State},
    replay::{Answer, Case, Failure, Given, How, Kept, Message, Outcome, Reply, Stratum},
};

/// A case whose old answer is `answer`, of nobody in particular.
pub(crate) fn case(output: &str, answer: &str) -> Case {
    Case {
        output: output.into(),
        person: None,
        stratum: Stratum {
            state: Some(State::Neutral),
            prompt_version: Some("v1".into()),
            month: Some("2026-10".into()),
        },
        input: vec![Message {
            role: "user".into(),
            content: "How do I keep the even numbers?".into(),
        }],
        answer: answer.into(),
        label: Given {
            state: State::Neutral,
            score: Milli::new(0),
            weight: Milli::new(0),
            confidence: Milli::new(500),
        },
        kept: Vec::new(),
        rejected: Vec::new(),
        model: Some("m-old".into()),
        prompt_version: Some("v1".into()),
        shown_at: 1_760_000_000_000,
        redacted: 0,
    }
}

impl Case {
    /// People kept or wrote this.
    pub(crate) fn kept(mut self, how: How, text: &str) -> Self {
        self.kept.push(Kept {
            text: text.into(),
            how,
        });
        self
    }

    /// People rejected this.
    pub(crate) fn rejected(mut self, text: &str) -> Self {
        self.rejected.push(text.into());
        self
    }

    /// Its label.
    pub(crate) fn state(mut self, state: State) -> Self {
        self.stratum.state = Some(state);
        self.label.state = state;
        self
    }
}

/// A new answer.
pub(crate) fn answer(output: &str, text: &str) -> Answer {
    let reply = Reply {
        text: text.into(),
        finish_reason: Some("stop".into()),
        model: Some("m-new".into()),
        prompt_tokens: Some(20),
        completion_tokens: Some(text.split_whitespace().count() as u64),
        latency_ms: 100,
    };
    Answer {
        output: output.into(),
        outcome: Outcome::Answered(reply),
        attempts: 1,
    }
}

/// No answer.
pub(crate) fn failed(output: &str, code: &str) -> Answer {
    let failure = Failure {
        code: code.into(),
        message: "the endpoint said no".into(),
    };
    Answer {
        output: output.into(),
        outcome: Outcome::Failed(failure),
        attempts: 3,
    }
}

/// A case and the new answer to it, compared.
pub(crate) fn compared(case: &Case, new: &str) -> Compared {
    super::compare(case, &answer(&case.output, new), &super::Panel::default()).unwrap()
}

/// Each for itself.
pub(crate) fn weighed(cases: &[Compared]) -> Vec<Weighed<'_>> {
    let each = cases.iter();
    each.map(|case| Weighed {
        case,
        weight: 1.0,
        person: &case.output,
    })
    .collect()
}
