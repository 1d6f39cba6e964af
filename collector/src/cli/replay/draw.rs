//! Goes on with a replay, or draws a new one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::{
    super::{Usage, policy::policy_or_default},
    asked::Asked,
    options::Options,
    plan,
};
use crate::{
    cadence::period::instant,
    replay::{
        Answer, Case, Plan,
        journal::{self, Contents, Journal},
        select,
    },
};

/// Where replays are kept unless somebody says.
const REPLAYS: &str = "replays";

/// What is to be asked, and what is known already.
pub(super) struct Drawn {
    pub(super) plan: Plan,
    pub(super) cases: Vec<Case>,
    pub(super) answers: BTreeMap<String, Answer>,
    place: Place,
}

enum Place {
    Kept(Box<Journal>),
    New(PathBuf),
    /// Only looked at.
    None,
}

impl Drawn {
    /// Where answers are kept; made now, if it is new.
    pub(super) fn into_journal(self) -> anyhow::Result<Journal> {
        match self.place {
            Place::Kept(journal) => Ok(*journal),
            Place::New(directory) => Ok(Journal::create(&directory, self.plan, &self.cases)?.0),
            Place::None => bail!("nothing is kept of a dry run"),
        }
    }

    fn kept(contents: Contents, place: Place) -> Self {
        Self {
            plan: contents.plan,
            cases: contents.cases,
            answers: contents.answers,
            place,
        }
    }
}

pub(super) fn drawn(options: &Options, asked: &Asked, now: u64) -> anyhow::Result<Drawn> {
    if options.draw.as_of.is_some_and(|as_of| as_of > now) {
        return Err(Usage("--as-of is in the future: what it sees may still change".into()).into());
    }
    if let (Some(since), Some(until)) = (options.draw.since, options.draw.until)
        && since.of(now) >= until.of(now)
    {
        return Err(Usage("--until is not after --since".into()).into());
    }
    let known = options.out.as_deref().filter(|out| journal::is_replay(out));
    let Some(directory) = known else {
        return fresh(options, asked, now);
    };
    let drawn = if options.dry_run {
        Drawn::kept(journal::read(directory)?, Place::None)
    } else {
        let opened = Journal::open(directory)?.context("the replay is gone")?;
        Drawn::kept(opened.1, Place::Kept(Box::new(opened.0)))
    };
    refuse_differences(options, asked, (directory, &drawn.plan))?;
    Ok(drawn)
}

fn fresh(options: &Options, asked: &Asked, now: u64) -> anyhow::Result<Drawn> {
    let policy = policy_or_default(options.draw.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.draw.project.as_deref())?;
    let name = data.control.projects.get(&project);
    let name = name
        .map(|project| project.name.to_string())
        .unwrap_or_default();
    let as_of = options.draw.as_of.unwrap_or(now);
    let request = options.draw.request(as_of, asked.request.system.is_some());
    let selection = select::of_store(&*data.store, &policy, project, &request)?;
    let asking = plan::asking(&asked.endpoint, &asked.request);
    let reference = policy.reference();
    let plan = plan::plan(&request, (&name, &reference), asking, selection.selected);
    let place = match &options.out {
        _ if options.dry_run => Place::None,
        Some(out) => Place::New(out.clone()),
        None => Place::New(PathBuf::from(REPLAYS).join(id(&plan)?)),
    };
    Ok(Drawn {
        plan,
        cases: selection.cases,
        answers: BTreeMap::new(),
        place,
    })
}

/// A name that sorts by time and tells plans apart.
fn id(plan: &Plan) -> anyhow::Result<String> {
    let hash = blake3::hash(&serde_json::to_vec(plan)?).to_hex();
    let time = instant(plan.as_of)?.replace([':', '-'], "");
    Ok(format!("{time}-{}", &hash[..8]))
}

/// What was planned once is what is asked: anything else is another replay.
fn refuse_differences(
    options: &Options,
    asked: &Asked,
    (directory, known): (&Path, &Plan),
) -> anyhow::Result<()> {
    let policy = policy_or_default(options.draw.policy.as_deref())?;
    let as_of = options.draw.as_of.unwrap_or(known.as_of);
    let request = options.draw.request(as_of, asked.request.system.is_some());
    let asking = plan::asking(&asked.endpoint, &asked.request);
    let project = options.draw.project.as_deref().unwrap_or(&known.project);
    let wanted = plan::plan(
        &request,
        (project, &policy.reference()),
        asking,
        known.selected.clone(),
    );
    let differences = plan::differences(&plan::decided(known), &plan::decided(&wanted));
    if differences.is_empty() {
        return Ok(());
    }
    Err(Usage(format!(
        "{} is a replay of something else: {}; take another --out",
        directory.display(),
        differences.join("; ")
    ))
    .into())
}
