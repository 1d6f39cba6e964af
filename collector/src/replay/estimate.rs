//! What a replay will take, before anything is sent.
//!
//! Tokens are counted as characters by four, OpenAI's rule of thumb for English text
//! (help.openai.com, "What are tokens and how to count them?"); an answer is taken to
//! be as long as the old one. What earlier answers came to puts both right.

use serde::Serialize;

use super::{
    Case,
    client::Request,
    run::{Cost, Job, Limits, Prices, Tokens},
};

/// Characters of a token.
const CHARS_PER_TOKEN: u64 = 4;

/// Milliseconds an answer is taken to need where none is known: 500 tokens at 50 a
/// second.
const LATENCY_MS: u64 = 10_000;

/// Answers from which on their own figures are used.
const LEARN_MIN: u64 = 10;

/// The question that a case asks.
#[must_use]
pub fn job(case: &Case, request: &Request) -> Job {
    let answer = tokens(case.answer.chars().count() as u64);
    let most = request.answer_tokens_max().unwrap_or(u64::MAX);
    Job {
        id: case.output.clone(),
        body: request.body(&case.input),
        tokens: Tokens {
            prompt: tokens(request.chars(&case.input)),
            completion: answer.min(most),
        },
    }
}

/// Tokens of so many characters.
#[must_use]
pub const fn tokens(chars: u64) -> u64 {
    chars.div_ceil(CHARS_PER_TOKEN)
}

/// What earlier answers came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Learned {
    answers: u64,
    estimated: Tokens,
    actual: Tokens,
    latency_ms: u64,
}

impl Learned {
    /// Takes an answer into account, if the endpoint counts tokens.
    pub fn add(&mut self, estimated: Tokens, reply: &super::Reply) {
        let (Some(prompt), Some(completion)) = (reply.prompt_tokens, reply.completion_tokens)
        else {
            return;
        };
        self.answers += 1;
        self.estimated = self.estimated + estimated;
        self.actual = self.actual + Tokens { prompt, completion };
        self.latency_ms = self.latency_ms.saturating_add(reply.latency_ms);
    }

    const fn is_enough(&self) -> bool {
        self.answers >= LEARN_MIN
    }

    /// An estimate as experience puts it right.
    #[must_use]
    pub fn tokens(&self, estimated: Tokens) -> Tokens {
        if !self.is_enough() {
            return estimated;
        }
        let scaled = |tokens: u64, actual: u64, estimated: u64| {
            let scaled = u128::from(tokens) * u128::from(actual) / u128::from(estimated.max(1));
            u64::try_from(scaled).unwrap_or(u64::MAX)
        };
        let (from, to) = (self.estimated, self.actual);
        Tokens {
            prompt: scaled(estimated.prompt, to.prompt, from.prompt),
            completion: scaled(estimated.completion, to.completion, from.completion),
        }
    }

    const fn latency_ms(&self) -> u64 {
        if self.is_enough() {
            self.latency_ms / self.answers
        } else {
            LATENCY_MS
        }
    }
}

/// What asking so many questions takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Questions.
    pub questions: u64,
    /// Tokens of all.
    pub tokens: Tokens,
    /// What they cost, if prices are known.
    pub cost: Option<Cost>,
    /// Seconds they take, without pauses and repeats.
    pub seconds: u64,
    /// Milliseconds an answer is taken to need.
    pub latency_ms: u64,
    /// Whether tokens and latency come from earlier answers of this replay.
    pub learned: bool,
}

/// What asking `jobs` takes: as long as the slowest of the rates and of answers at
/// `limits.concurrency` at a time.
#[must_use]
pub fn estimate(
    jobs: &[Job],
    limits: &Limits,
    prices: Option<Prices>,
    learned: &Learned,
) -> Estimate {
    let tokens = learned.tokens(jobs.iter().map(|job| job.tokens).sum());
    let questions = jobs.len() as u64;
    let per_minute = |amount: u64, rate: Option<u64>| {
        rate.map_or(0, |rate| amount.saturating_mul(60).div_ceil(rate.max(1)))
    };
    let latency_ms = learned.latency_ms();
    let rounds = questions.div_ceil(limits.concurrency.max(1) as u64);
    let seconds = [
        per_minute(questions, limits.requests_per_minute),
        per_minute(tokens.total(), limits.tokens_per_minute),
        rounds.saturating_mul(latency_ms).div_ceil(1_000),
    ];
    Estimate {
        questions,
        tokens,
        cost: prices.map(|prices| prices.of(tokens)),
        seconds: seconds.into_iter().max().unwrap_or_default(),
        latency_ms,
        learned: learned.is_enough(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Reply;

    fn jobs(count: usize) -> Vec<Job> {
        let tokens = Tokens {
            prompt: 100,
            completion: 50,
        };
        vec![
            Job {
                id: String::new(),
                body: String::new(),
                tokens
            };
            count
        ]
    }

    fn limits() -> Limits {
        Limits {
            concurrency: 4,
            ..Limits::default()
        }
    }

    fn reply(prompt: u64, completion: u64, latency_ms: u64) -> Reply {
        Reply {
            text: String::new(),
            finish_reason: None,
            model: None,
            prompt_tokens: Some(prompt),
            completion_tokens: Some(completion),
            latency_ms,
        }
    }

    #[test]
    fn time_is_that_of_the_slowest_bound() {
        let seconds =
            |limits: &Limits| estimate(&jobs(10), limits, None, &Learned::default()).seconds;
        assert_eq!(seconds(&limits()), 30, "three rounds of ten seconds");
        assert_eq!(
            seconds(&Limits {
                requests_per_minute: Some(5),
                ..limits()
            }),
            120
        );
        // 1 500 tokens at 300 a minute.
        assert_eq!(
            seconds(&Limits {
                tokens_per_minute: Some(300),
                ..limits()
            }),
            300
        );
    }

    #[test]
    fn cost_follows_tokens() {
        let prices = Prices::parse("1000", "2000");
        let of = estimate(&jobs(10), &limits(), prices, &Learned::default());
        assert_eq!(
            of.tokens,
            Tokens {
                prompt: 1_000,
                completion: 500
            }
        );
        assert_eq!(of.cost, Cost::parse("2"));
        assert_eq!(
            estimate(&jobs(0), &limits(), prices, &Learned::default()).seconds,
            0
        );
    }

    #[test]
    fn ten_answers_teach_what_a_token_is() {
        let mut learned = Learned::default();
        let estimated = Tokens {
            prompt: 100,
            completion: 50,
        };
        for number in 0..LEARN_MIN {
            assert_eq!(learned.tokens(estimated), estimated, "{number}");
            learned.add(estimated, &reply(150, 25, 2_000));
        }
        let half_known = Reply {
            prompt_tokens: None,
            ..reply(0, 9, 0)
        };
        learned.add(estimated, &half_known);
        assert_eq!(
            learned.tokens(estimated),
            Tokens {
                prompt: 150,
                completion: 25
            }
        );
        let of = estimate(&jobs(8), &limits(), None, &learned);
        assert_eq!((of.seconds, of.latency_ms, of.learned), (4, 2_000, true));
    }
}
