//! `tacit ledger`: the books, or the path of one event.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use tacit_signals::SessionId;

use super::{Common, Usage, data::Data, note, out, out_json, policy::policy_or_default};
use crate::{
    control::ProjectId,
    export::{self, Fates},
    label::{Policy, label_group},
    ledger::{Events, Ledger},
    screen::Screened,
    store::{Traced, rows::Slice},
    wall::now_ms,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// One event, as SESSION:SEQ; all of them without.
    event: Option<String>,
    /// The project; not needed when there is only one.
    #[arg(long)]
    project: Option<String>,
    /// File of a policy; the built-in one without.
    #[arg(long)]
    policy: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let event = options.event.as_deref().map(parse).transpose()?;
    let policy = policy_or_default(options.policy.as_deref())?;
    let data = options.common.open()?;
    let project = data.project(options.project.as_deref())?;
    let answer = match event {
        Some((session, seq)) => follow(&data, &policy, project, (session, seq))?,
        None => summary(&data, &policy, project)?,
    };
    if options.common.json {
        return out_json(&answer);
    }
    print(&answer, "")
}

fn parse(event: &str) -> Result<(SessionId, u32), Usage> {
    let parsed = event.split_once(':').and_then(|(session, seq)| {
        Some((
            SessionId::parse("session", session).ok()?,
            seq.parse().ok()?,
        ))
    });
    parsed.ok_or_else(|| Usage(format!("{event} is no event; write SESSION:SEQ")))
}

fn summary(data: &Data, policy: &Policy, project: ProjectId) -> anyhow::Result<Value> {
    let counters = data.store.fates(project)?;
    if data.collector.is_none() {
        note("what the server has not stored yet is not counted; GET /v1/ledger counts it");
    }
    let stored = counters.get("stored").copied().unwrap_or_default();
    let overview = export::books(&*data.store, policy, project, now_ms(), stored)?;
    let refusals = data.store.refusals()?.into_iter();
    let refused = refusals
        .filter(|(of, _)| of.is_none_or(|of| of == project))
        .map(|(_, refused)| refused)
        .collect();
    let ledger = Ledger {
        acknowledged: counters.get("batches").copied().unwrap_or_default(),
        refused,
        events: Events::with_waiting(0, &counters),
        counters,
    };
    let fates: Fates = overview.fates;
    Ok(ledger.to_json(Some(&fates)))
}

fn follow(
    data: &Data,
    policy: &Policy,
    project: ProjectId,
    (session, seq): (SessionId, u32),
) -> anyhow::Result<Value> {
    let event = format!("{session}:{seq}");
    let Some(traced) = data.store.trace(project, session, seq)? else {
        let why = if data.collector.is_some() {
            "it was never acknowledged (refused, shed, or never sent), its person was erased, or it expired"
        } else {
            "it was never acknowledged, its person was erased, it expired, or the running server has not stored it yet"
        };
        return Ok(json!({"event": event, "acknowledged": false, "why": why}));
    };
    let Traced {
        output: Some(output),
        quarantined,
        received_at,
    } = traced
    else {
        return Ok(
            json!({"event": event, "acknowledged": true, "fate": "erased",
            "why": "it was stored and is kept no more: its person was erased, or it expired"}),
        );
    };
    if quarantined {
        return Ok(
            json!({"event": event, "acknowledged": true, "fate": "quarantined",
            "output": output.as_str(), "received_at": received_at,
            "why": "its kind is not known to this version; it is kept and in no label"}),
        );
    }
    let mut answer = json!({"event": event, "acknowledged": true, "fate": "stored",
        "output": output.as_str(), "received_at": received_at});
    let now = now_ms();
    let facts = Screened::of(&*data.store, policy, project, now)?;
    let (group, id) = facts
        .group_of(&output)?
        .context("the output of a stored event is gone")?;
    let withheld = group.outputs.iter().flat_map(|rows| &rows.screened);
    let has = |slice: &&Slice| {
        slice.session == session && slice.events.iter().any(|event| event.seq == seq)
    };
    if let Some(finding) = withheld
        .filter(has)
        .find_map(|slice| facts.screen().finding_of(slice))
    {
        answer["fate"] = "screened".into();
        answer["screened"] = json!(finding.broken);
        answer["why"] = format!("its person was screened: {}", finding.detail()).into();
        return Ok(answer);
    }
    let label = label_group(&group, policy, now)
        .outputs
        .into_iter()
        .find(|label| label.output == id)
        .context("the output of a stored event has no label")?;
    let used: Vec<&str> = label
        .reasons
        .iter()
        .filter(|reason| reason.evidence.iter().any(|id| id.to_string() == event))
        .map(|reason| &*reason.rule)
        .collect();
    answer["label"] = json!({
        "output": label.output.as_str(),
        "state": label.state,
        "score": label.score,
        "mature": label.mature,
        "trust": label.trust,
        "policy": &*label.policy,
    });
    answer["used_by"] = json!(used);
    if used.is_empty() {
        answer["why"] = "it is in the label's output, and no rule that counted rests on it: \
            it says when or how long, or a stronger one of its family counted instead"
            .into();
    }
    Ok(answer)
}

/// Prints an object as indented lines.
fn print(value: &Value, indent: &str) -> anyhow::Result<()> {
    let Value::Object(object) = value else {
        return Ok(());
    };
    for (name, value) in object {
        match value {
            Value::Object(_) => {
                out(&format!("{indent}{name}"))?;
                print(value, &format!("{indent}  "))?;
            }
            Value::String(text) => out(&format!("{indent}{name}\t{text}"))?,
            other => out(&format!("{indent}{name}\t{other}"))?,
        }
    }
    Ok(())
}
