//! `tacit keys`.

use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Common, Usage, note, out, out_json};
use crate::{
    control::{
        ContentPolicy,
        scope::{Scope, Scopes},
    },
    keyed::random,
    store::{ControlStore, KeyKind, NewKey, SqliteStore},
    wall::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key, and its project if that is new.
    Create(Create),
    /// List all keys.
    List(List),
    /// Withdraw a key; running servers stop taking it within seconds.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The project it is for.
    #[arg(long)]
    project: String,
    /// What it is for.
    #[arg(long, value_enum)]
    kind: KeyKind,
    /// Where pages may send from, as `https://example.com`; none allows any. Repeatable.
    #[arg(long = "origin")]
    origins: Vec<String>,
    /// What a secret key may do; ingest and read unless it is said. Repeatable.
    #[arg(long = "scope", value_enum)]
    scopes: Vec<Scope>,
    /// Whose text the project keeps: off, edits, or full (whatever the site opted into).
    #[arg(long, value_enum)]
    content: Option<ContentPolicy>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The key's id (key_…), as `list` shows it.
    id: String,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Create(options) => create(options),
        Command::List(options) => list(options),
        Command::Revoke(options) => revoke(options),
    }
}

fn create(options: &Create) -> anyhow::Result<()> {
    if options.project.is_empty() || options.project.len() > 64 {
        return Err(Usage("a project's name has 1 to 64 characters".into()).into());
    }
    if options.kind == KeyKind::Secret && !options.origins.is_empty() {
        return Err(Usage("origins are for publishable keys".into()).into());
    }
    if options.kind == KeyKind::Publishable && !options.scopes.is_empty() {
        let error = "scopes are for secret keys; a publishable one only adds signals";
        return Err(Usage(error.into()).into());
    }
    let origins = options.origins.iter().map(|text| origin(text));
    let origins = origins.collect::<Result<_, _>>()?;
    let data = &options.common.data;
    let key = make(
        data,
        &options.project,
        options.kind,
        origins,
        scopes(options.kind, &options.scopes),
        options.content,
    )?;
    if options.common.json {
        let mut made = json!({
            "project": key.project,
            "kind": key.kind.name(),
            "key": key.text,
            "id": key.id,
        });
        if key.kind == KeyKind::Secret {
            made["scopes"] = json!(key.scopes);
        }
        return out_json(&made);
    }
    if key.kind == KeyKind::Secret {
        note("tacit: this key is shown once; keep it on servers only");
    }
    Ok(out(&key.text)?)
}

/// What a key of `kind` may do that was `asked` for.
fn scopes(kind: KeyKind, asked: &[Scope]) -> Scopes {
    match kind {
        KeyKind::Publishable => Scopes::NONE,
        KeyKind::Secret if asked.is_empty() => Scopes::DEFAULT,
        KeyKind::Secret => Scopes::of(asked),
    }
}

/// Makes a key of the data directory `data`, and its project if that is new.
pub(super) fn make(
    data: &Path,
    project: &str,
    kind: KeyKind,
    origins: Vec<String>,
    scopes: Scopes,
    content: Option<ContentPolicy>,
) -> anyhow::Result<NewKey> {
    let key = NewKey {
        project: project.into(),
        kind,
        text: format!("{}{}", kind.prefix(), hex::encode(random::<20>()?)),
        id: format!("key_{}", hex::encode(random::<6>()?)),
        origins,
        scopes,
        content,
        created_at: now_ms(),
    };
    let created = SqliteStore::open(data)?.create_key(&key)?;
    if created.project_is_new {
        note(&format!("tacit: project {} is new", key.project));
    }
    Ok(key)
}

/// An origin as browsers write it: scheme, host, and port unless it is the usual one.
fn origin(text: &str) -> Result<String, Usage> {
    let lower = text.to_ascii_lowercase();
    let host = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ']) => {
            Ok(lower)
        }
        _ => Err(Usage(format!(
            "{text} is no origin; write it as https://example.com or http://localhost:3000"
        ))),
    }
}

fn list(options: &List) -> anyhow::Result<()> {
    let keys = SqliteStore::open(&options.common.data)?.keys()?;
    if options.common.json {
        return out_json(&json!({ "keys": keys }));
    }
    for key in keys {
        let shown = key.key.as_deref().unwrap_or("(secret)");
        let state = if key.revoked_at.is_some() {
            "revoked"
        } else {
            "active"
        };
        let origins = if key.origins.is_empty() {
            "any origin".to_owned()
        } else {
            key.origins.join(" ")
        };
        out(&format!(
            "{}\t{}\t{}\t{state}\t{shown}\t{origins}",
            key.id, key.project, key.kind
        ))?;
    }
    Ok(())
}

fn revoke(options: &Revoke) -> anyhow::Result<()> {
    let revoked = SqliteStore::open(&options.common.data)?.revoke_key(&options.id, now_ms())?;
    if !revoked {
        bail!("there is no active key {}", options.id);
    }
    if options.common.json {
        return out_json(&json!({"id": options.id, "revoked": true}));
    }
    Ok(out(&format!("{} revoked", options.id))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_write_them() {
        assert_eq!(
            origin("https://Example.com").unwrap(),
            "https://example.com"
        );
        assert_eq!(
            origin("http://127.0.0.1:8788").unwrap(),
            "http://127.0.0.1:8788"
        );
        for text in [
            "example.com",
            "https://",
            "https://a/b",
            "https://*.a",
            "*",
            "ftp://a",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }
}
