//! `tacit release`, and `tacit builds`, which names what a release can be made from.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Common, Usage, data::Data, note, out, out_json, policy::policy_or_default, selection::moment,
};
use crate::{
    brief::files,
    builds::record_of,
    cadence::period::instant,
    control::ProjectId,
    dataset::build::Manifest,
    expire::build_concerns,
    export::work,
    release::{Announcement, Known, Release, ReleaseError, ReleaseKind, check},
    store::UpdateStore,
    verify::{Asked, Subject, Verdict, verify},
    wall::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Record what went live.
    Add(Add),
    /// Show what went live, the first first.
    List(List),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The version's name, as outputs carry it: support@15.
    #[arg(long)]
    name: String,
    /// What kind of thing it is.
    #[arg(long)]
    kind: ReleaseKind,
    /// Id or directory of the dataset or brief it was made from.
    #[arg(long)]
    from: Option<String>,
    /// The experiment that compared it with what was before.
    #[arg(long)]
    experiment: Option<String>,
    /// The arm of the experiment that it is; not needed when there is only one beside
    /// the control.
    #[arg(long, requires = "experiment")]
    arm: Option<String>,
    /// When it went live: Unix ms, or a date or time, UTC; now without.
    #[arg(long, value_parser = moment)]
    at: Option<u64>,
    /// For people.
    #[arg(long)]
    note: Option<String>,
    /// Record it only if `tacit verify` says ship.
    #[arg(long)]
    require_proof: bool,
    /// With --require-proof: file of a policy; the built-in one without.
    #[arg(long, requires = "require_proof")]
    policy: Option<PathBuf>,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Add(options) => add(options),
        Command::List(options) => list(options),
    }
}

fn add(options: &Add) -> anyhow::Result<()> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let now = now_ms();
    let from = options.from.as_deref();
    let from = from
        .map(|from| build(&*data.store, project, from, now))
        .transpose()?;
    let said = Announcement {
        name: options.name.clone(),
        kind: options.kind,
        from,
        experiment: options.experiment.clone(),
        arm: options.arm.clone(),
        at: options.at,
        note: options.note.clone(),
    };
    let release = check(&*data.store, project, said, now).map_err(|error| match error {
        ReleaseError::Store(error) => anyhow::Error::from(error),
        error @ (ReleaseError::Unknown(_) | ReleaseError::Undeclared(_)) => error.into(),
        error @ ReleaseError::Field { .. } => Usage(format!("--{error}")).into(),
    })?;
    if options.require_proof {
        prove(options, &data, project, &release, now)?;
    }
    data.store.add_release(project, &release)?;
    let known = Known::of(&*data.store, project)?;
    if options.common.json {
        return out_json(&known.json(&release));
    }
    Ok(out(&line(&release, &known)?)?)
}

/// Asks the gate, which has to say ship; what it said is written down.
fn prove(
    options: &Add,
    data: &Data,
    project: ProjectId,
    release: &Release,
    now: u64,
) -> anyhow::Result<()> {
    let policy = policy_or_default(options.policy.as_deref())?;
    let work = work(&options.common.data)?;
    let asked = Asked {
        store: &*data.store,
        project,
        policy: &policy,
        as_of: now,
        directory: work.path(),
    };
    let subject = Subject::of_release(&*data.store, project, release.clone(), None)?;
    let report = verify(&asked, subject)?;
    if report.verdict != Verdict::Ship {
        note(report.text().trim_end());
        bail!("not recorded, as --require-proof asks for proof");
    }
    if let Some(spoken) = report.spoken() {
        data.store.add_verdict(project, &spoken)?;
    }
    Ok(())
}

/// The id of what `from` names. A directory's build is recorded if it was made
/// elsewhere, or before builds were recorded.
fn build(
    store: &dyn UpdateStore,
    project: ProjectId,
    from: &str,
    now: u64,
) -> anyhow::Result<String> {
    let path = Path::new(from);
    if !path.is_dir() {
        return Ok(from.into());
    }
    let mut record = if let Some(manifest) = Manifest::read(path) {
        record_of(path, &manifest, now)?
    } else if let Some((brief, _)) = files::read(path) {
        files::record(&brief, path)
    } else {
        return Err(Usage(format!(
            "--from: {from} holds neither a dataset nor a brief"
        ))
        .into());
    };
    record.made_at = now;
    store.add_build(project, &record)?;
    Ok(record.build)
}

fn list(options: &List) -> anyhow::Result<()> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let releases = data.store.releases(project)?;
    let known = Known::of(&*data.store, project)?;
    if options.common.json {
        let shown: Vec<Value> = releases.iter().map(|one| known.json(one)).collect();
        return out_json(&json!({ "releases": shown }));
    }
    for release in &releases {
        out(&line(release, &known)?)?;
    }
    Ok(())
}

/// A release for people.
fn line(release: &Release, known: &Known) -> anyhow::Result<String> {
    let json = known.json(release);
    let mut line = format!(
        "{} {} {} {}",
        instant(release.at)?,
        json["kind"].as_str().unwrap_or_default(),
        release.name,
        json["proof"].as_str().unwrap_or_default()
    );
    if let Some(spoken) = known.verified(release) {
        let verdict = spoken.verdict.name();
        line.push_str(&format!(", verified {verdict} {}", instant(spoken.as_of)?));
    }
    if let Some(from) = &release.from {
        line.push_str(&format!(", from {from}"));
    }
    if let Some(experiment) = &release.experiment {
        line.push_str(&format!(", experiment {experiment}"));
    }
    if let Some(arm) = &release.arm {
        line.push_str(&format!(", arm {arm}"));
    }
    if let Some(note) = &release.note {
        line.push_str(&format!(": {note}"));
    }
    Ok(line)
}

#[derive(Debug, Args)]
pub(super) struct Builds {
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// `tacit builds`.
pub(super) fn builds(options: &Builds) -> anyhow::Result<()> {
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let builds = data.store.builds(project)?;
    let horizon = data.store.horizon_of(project)?;
    let mut shown = Vec::new();
    for build in &builds {
        let is_expired = build_concerns(horizon, Some(build), Path::new(&build.out));
        if options.common.json {
            let mut told = serde_json::to_value(build)?;
            if is_expired {
                told["expired"] = true.into();
            }
            shown.push(told);
            continue;
        }
        let made = instant(build.made_at)?;
        let (kind, id) = (build.kind.name(), &build.build);
        let mark = if is_expired {
            " (may hold expired data)"
        } else {
            ""
        };
        out(&format!("{made} {kind} {id} {}{mark}", build.out))?;
    }
    if options.common.json {
        return out_json(&json!({ "builds": shown }));
    }
    Ok(())
}
