//! `tacit replay`: asks stored inputs of another model, and holds the answers against
//! what people made of the old ones.
//!
//! The way of a run: [`asked`] reads whom to ask, [`draw`] goes on with a replay or
//! draws a new one, [`told`] says what it will take, [`run`] asks, [`judged`] asks a
//! judge, [`finish`] writes the report and decides the exit code.

mod arguments;
mod asked;
mod confirm;
mod draw;
mod finish;
mod judged;
mod options;
mod plan;
mod sending;
mod teller;
mod told;

use std::collections::BTreeMap;

use anyhow::bail;

pub(super) use self::options::Options;
use self::{asked::Asked, draw::Drawn, told::Told};
use super::{Usage, note, out, out_json};
use crate::{
    replay::{
        Answer, Case, Outcome,
        compare::Gate,
        estimate::{Learned, estimate, job},
        run::{Cost, Job, Prices, Tokens},
    },
    wall::now_ms,
};

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let gate = Gate::parse(&options.report.fail_if).map_err(|error| Usage(error.to_string()))?;
    let prices = options.pace.prices()?;
    if let Some(directory) = &options.report.again {
        return finish::again(options, directory, &gate, prices);
    }
    let asked = asked::tried(&options.ask, &options.pace)?;
    let judge = asked::judge(&options.judge, &options.ask, &options.pace)?;
    let limits = options.pace.limits();
    let drawn = draw::drawn(options, &asked, now_ms())?;
    let work = Work::of(&drawn, &asked, options.retry_failed, prices);
    let told = Told {
        plan: &drawn.plan,
        known: drawn.answers.len(),
        redacted: drawn.cases.iter().map(|case| case.redacted).sum(),
        estimate: estimate(&work.jobs, &limits, prices, &work.learned),
        limits: &limits,
        spent: work.spent,
    };
    if options.dry_run {
        return tell_only(options, &told);
    }
    told.lines()
        .iter()
        .for_each(|line| note(&format!("tacit: {line}")));
    if drawn.cases.is_empty() {
        bail!("there is nothing to ask again");
    }
    refuse_cost(options, &told)?;
    if !work.jobs.is_empty() && !options.yes && !confirm::go_on()? {
        bail!("nothing was asked");
    }
    let seed = drawn.plan.seed;
    let mut journal = drawn.into_journal()?;
    let mut way = sending::Way {
        limits,
        seed,
        money: (prices, options.pace.max_cost, work.spent),
        doing: "asking",
    };
    sending::ask(
        &work.jobs,
        &asked.client,
        &way,
        journal.directory().to_owned(),
        &mut |answer| journal.answer(answer),
    )?;
    if let Some(judge) = &judge {
        way.money = (None, None, Cost::default());
        judged::ask(options, judge, &mut journal, way)?;
    }
    finish::report(options, journal.directory(), &gate, prices)
}

fn tell_only(options: &Options, told: &Told<'_>) -> anyhow::Result<()> {
    if options.common.json {
        return out_json(&told.json());
    }
    for line in told.lines() {
        out(&line)?;
    }
    Ok(())
}

/// A run that is sure to cost too much does not begin.
fn refuse_cost(options: &Options, told: &Told<'_>) -> anyhow::Result<()> {
    let (Some(cost), Some(max)) = (told.estimate.cost, options.pace.max_cost) else {
        return Ok(());
    };
    let all = cost + told.spent;
    if all > max {
        bail!("it would cost about {all}, more than {max}: ask fewer with --sample");
    }
    Ok(())
}

/// What is left to ask.
struct Work {
    jobs: Vec<Job>,
    learned: Learned,
    /// What earlier answers cost.
    spent: Cost,
}

impl Work {
    fn of(drawn: &Drawn, asked: &Asked, retry_failed: bool, prices: Option<Prices>) -> Self {
        let mut work = Self {
            jobs: Vec::new(),
            learned: Learned::default(),
            spent: cost(
                &drawn.cases,
                &drawn.answers,
                asked,
                prices.unwrap_or_default(),
            ),
        };
        for case in &drawn.cases {
            let job = job(case, &asked.request);
            match drawn
                .answers
                .get(&case.output)
                .map(|answer| &answer.outcome)
            {
                None => work.jobs.push(job),
                Some(Outcome::Failed(_)) if retry_failed => work.jobs.push(job),
                Some(Outcome::Failed(_)) => {}
                Some(Outcome::Answered(reply) | Outcome::Refused(reply)) => {
                    work.learned.add(job.tokens, reply);
                }
            }
        }
        work
    }
}

fn cost(cases: &[Case], answers: &BTreeMap<String, Answer>, asked: &Asked, prices: Prices) -> Cost {
    let tokens = cases.iter().filter_map(|case| {
        let answer = answers.get(&case.output)?;
        Some(tokens(answer, job(case, &asked.request).tokens))
    });
    prices.of(tokens.sum())
}

/// What an answer was charged for, as far as the endpoint says.
fn tokens(answer: &Answer, estimate: Tokens) -> Tokens {
    match &answer.outcome {
        Outcome::Answered(reply) | Outcome::Refused(reply) => Tokens {
            prompt: reply.prompt_tokens.unwrap_or(estimate.prompt),
            completion: reply.completion_tokens.unwrap_or(estimate.completion),
        },
        Outcome::Failed(_) => Tokens::default(),
    }
}
