//! `tacit erase`.

use std::{thread, time::Duration};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use tacit_signals::SubjectKind;

use super::{Common, Usage, data::project, note, out, out_json};
use crate::{
    collector::{Collector, OpenError},
    config::LogConfig,
    control::Control,
    erase::{Erasure, State, ask, subject_of},
    store::ErasureStore,
    wall::now_ms,
};

/// Between two looks at how far it is.
const EVERY: Duration = Duration::from_millis(50);
/// Looks before an erasure is left to whoever does it: two minutes.
const LOOKS_MAX: u32 = 2_400;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The person, by the id the site gave; asking again shows how far it is.
    subject: String,
    /// What kind of id that is.
    #[arg(long, value_enum, default_value_t = Kind::App)]
    kind: Kind,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// The site's own pseudonym.
    App,
    /// A visitor id that the browser keeps.
    Visitor,
    /// A session, 32 hex digits.
    Session,
}

impl Kind {
    const fn of(self) -> SubjectKind {
        match self {
            Self::App => SubjectKind::App,
            Self::Visitor => SubjectKind::Visitor,
            Self::Session => SubjectKind::Session,
        }
    }
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let data = &options.common.data;
    if !data.is_dir() {
        bail!("there is no data directory {}", data.display());
    }
    let erasure = match Collector::open(&options.common.url()?, data, &LogConfig::default()) {
        Ok((collector, _)) => {
            let done = here(options, &collector);
            collector.close().context("the store could not be closed")?;
            done?
        }
        Err(OpenError::Busy(_)) => beside(options)?,
        Err(error) => return Err(error.into()),
    };
    print(options, &erasure)?;
    if erasure.state != State::Done {
        bail!("it is not done yet; ask again to see how far it is");
    }
    Ok(())
}

/// With nobody else on the directory.
fn here(options: &Options, collector: &Collector) -> anyhow::Result<Erasure> {
    let control = collector.control.get();
    let (project, subject) = named(options, &control)?;
    let asked = collector.erasures.ask(project, &subject, now_ms())?;
    wait(&*collector.store, asked)
}

/// The process that has the directory does it.
fn beside(options: &Options) -> anyhow::Result<Erasure> {
    let store = options.common.store()?;
    let control = store.control()?;
    let (project, subject) = named(options, &control)?;
    let asked = ask(&*store, project, &subject, now_ms())?;
    note("another tacit process has the directory open: it does the erasing");
    wait(&*store, asked)
}

type Named<'a> = (
    &'a crate::control::Project,
    crate::store::rows::StoredSubject,
);

fn named<'a>(options: &Options, control: &'a Control) -> anyhow::Result<Named<'a>> {
    let id = project(control, options.project.as_deref())?;
    let project = control.projects.get(&id).context("the project is gone")?;
    let subject = subject_of(project, &options.subject, options.kind.of());
    let subject = subject.ok_or_else(|| Usage("the subject is no id of that kind".into()))?;
    Ok((project, subject))
}

fn wait(store: &dyn ErasureStore, asked: Erasure) -> anyhow::Result<Erasure> {
    let mut erasure = asked;
    for _ in 0..LOOKS_MAX {
        if erasure.state == State::Done {
            break;
        }
        thread::sleep(EVERY);
        let now = store.erasure(erasure.project, &erasure.job)?;
        erasure = now.context("the erasure is gone")?;
    }
    Ok(erasure)
}

fn print(options: &Options, erasure: &Erasure) -> anyhow::Result<()> {
    if options.common.json {
        return out_json(erasure);
    }
    out(&format!("{}\t{:?}", erasure.job, erasure.state).to_lowercase())?;
    for report in &erasure.steps {
        let mut line = format!("{:?}\t{:?}", report.step, report.state).to_lowercase();
        for (name, count) in &report.found {
            line.push_str(&format!("\t{name} {count}"));
        }
        if let Some(error) = &report.error {
            line.push_str(&format!("\t{error}"));
        }
        out(&line)?;
    }
    for build in &erasure.builds {
        out(&format!(
            "still in {} {}\t{}",
            build.kind, build.build, build.out
        ))?;
    }
    for build in &erasure.builds_unread {
        out(&format!(
            "not readable: {} {}\t{}",
            build.kind, build.build, build.out
        ))?;
    }
    for sent in &erasure.sent_to {
        out(&format!(
            "labels of {} outputs were sent to\t{}",
            sent.outputs, sent.target
        ))?;
    }
    Ok(())
}
