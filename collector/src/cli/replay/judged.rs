//! Asks a judge what it thinks of old and new answers.

use super::{
    super::Usage,
    asked::Asked,
    options::Options,
    plan,
    sending::{self, Way},
};
use crate::replay::{
    Judging,
    client::Request,
    estimate,
    journal::{self, Contents, Journal},
    judge::{Question, questions},
    run::{Job, Tokens},
};

/// Characters of a verdict, as far as it must be reckoned with.
const VERDICT_CHARS: u64 = 200;

/// All questions to the judge of a replay.
pub(super) fn of(contents: &Contents, people: u64) -> Vec<Question> {
    let answered = contents
        .cases
        .iter()
        .map(|case| (case, contents.answers.get(&case.output)));
    questions(answered, usize::try_from(people).unwrap_or(usize::MAX))
}

pub(super) fn ask(
    options: &Options,
    judge: &Asked,
    journal: &mut Journal,
    way: Way,
) -> anyhow::Result<()> {
    let judging = Judging {
        asking: plan::asking(&judge.endpoint, &judge.request),
        people: options.judge.judge_people as u64,
    };
    let directory = journal.directory().to_owned();
    let contents = journal::read(&directory)?;
    match &contents.judging {
        None => journal.judging(&judging)?,
        Some(known) if *known == judging => {}
        Some(known) => {
            let [known, wanted] = [known, &judging].map(serde_json::to_value);
            let differences = plan::differences(&known?, &wanted?);
            return Err(Usage(format!(
                "the judge of {} is another: {}",
                directory.display(),
                differences.join("; ")
            ))
            .into());
        }
    }
    let open = of(&contents, judging.people).into_iter();
    let open = open.filter(|question| !contents.judgements.contains_key(&question.id));
    let jobs: Vec<Job> = open
        .map(|question| job(&question, &judge.request))
        .collect();
    let way = Way {
        doing: "asking the judge",
        ..way
    };
    sending::ask(&jobs, &judge.client, &way, directory, &mut |answer| {
        journal.judgement(answer)
    })
}

fn job(question: &Question, request: &Request) -> Job {
    Job {
        id: question.id.clone(),
        body: request.body(&question.messages),
        tokens: Tokens {
            prompt: estimate::tokens(request.chars(&question.messages)),
            completion: estimate::tokens(VERDICT_CHARS),
        },
    }
}
