//! A push made ready: its sink, its key, its policy, its project.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    cli::{Usage, data::Data, policy::policy_or_default},
    client::Secret,
    config::Config,
    control::ProjectId,
    label::Policy,
    push::{
        config::Push,
        label_out::Naming,
        sink::{KeyError, Settings, Sink},
    },
};

/// A push with all it needs.
pub(super) struct Ready {
    pub(super) push: Push,
    pub(super) sink: Box<dyn Sink>,
    pub(super) policy: Policy,
    pub(super) project: ProjectId,
    pub(super) naming: Naming,
    pub(super) dead: PathBuf,
}

pub(super) fn prepare(
    push: Push,
    config: &Config,
    data: &Data,
    path: &Path,
) -> anyhow::Result<Ready> {
    let project = data.project(push.project.as_deref())?;
    let named = data
        .control
        .projects
        .get(&project)
        .map(|known| known.name.clone());
    let policy = push.policy.as_deref().or(config.policy.as_deref());
    let settings = Settings {
        endpoint: push.endpoint.clone(),
        key: key(&push)?,
        user: push.user.clone(),
        key_header: push.key_header.clone(),
    };
    let told = |error: KeyError| Usage(format!("{}: {error}", push.name));
    let sink = push.kind.open(settings).map_err(told)?;
    let file = format!("{}.ndjson", push.name);
    Ok(Ready {
        sink,
        policy: policy_or_default(policy)?,
        project,
        naming: Naming {
            project: named.unwrap_or_default(),
            kind: push.kind.name(),
            prefix: push.prefix.clone(),
        },
        dead: push
            .dead_letters
            .clone()
            .unwrap_or_else(|| path.join("dead-letters").join(file)),
        push,
    })
}

/// The key, out of the environment alone.
fn key(push: &Push) -> Result<Option<Secret>, Usage> {
    let Some(name) = &push.key_env else {
        return Ok(None);
    };
    match env::var(name) {
        Ok(key) if !key.trim().is_empty() => Ok(Some(Secret::new(&key))),
        _ => Err(Usage(format!(
            "{}: the variable {name} is not set",
            push.name
        ))),
    }
}
