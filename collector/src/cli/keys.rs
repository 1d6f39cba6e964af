//! `tacit keys`.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Common, Usage, note, out, out_json};
use crate::{
    control::{
        ContentPolicy,
        key::{State, Unfit, Wanted, end, successor},
        scope::{Scope, Scopes},
    },
    limits::ROTATION_GRACE_MS_MAX,
    store::{AnyStore, KeyInfo, KeyKind, NewKey},
    wall::now_ms,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key, and its project if that is new.
    Create(Create),
    /// List all keys: what they may do, and when they were last used.
    List(List),
    /// Make a key in the place of another, which goes on for a while.
    Rotate(Rotate),
    /// Withdraw a key; a running server refuses the next request with it.
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
pub(super) struct Rotate {
    /// The key's id (key_…), as `list` shows it.
    id: String,
    /// How long the old key goes on, as `24h`, `30m` or `7d`; `0s` ends it now.
    #[arg(long, default_value = "24h")]
    grace: String,
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
        Command::Rotate(options) => rotate(options),
        Command::Revoke(options) => revoke(options),
    }
}

fn create(options: &Create) -> anyhow::Result<()> {
    let scopes = match options.kind {
        KeyKind::Secret if options.scopes.is_empty() => Scopes::DEFAULT,
        _ => Scopes::of(&options.scopes),
    };
    let wanted = Wanted {
        project: options.project.clone(),
        kind: options.kind,
        origins: options.origins.clone(),
        scopes,
        content: options.content,
    };
    let store = options.common.store()?;
    let key = make(&*store, wanted)?;
    if options.common.json {
        return out_json(&told(&key));
    }
    shown_once(&key);
    Ok(out(&key.text)?)
}

/// Makes a key, and its project if that is new.
pub(super) fn make(store: &dyn AnyStore, wanted: Wanted) -> anyhow::Result<NewKey> {
    let wanted = wanted
        .checked()
        .map_err(|unfit: Unfit| Usage(unfit.to_string()))?;
    let key = wanted.key(now_ms())?;
    let created = store.create_key(&key)?;
    if created.project_is_new {
        note(&format!("tacit: project {} is new", key.project));
    }
    Ok(key)
}

fn told(key: &NewKey) -> Value {
    let mut told = json!({
        "project": key.project,
        "kind": key.kind,
        "key": key.text,
        "id": key.id,
    });
    if key.kind == KeyKind::Secret {
        told["scopes"] = json!(key.scopes);
    }
    told
}

fn shown_once(key: &NewKey) {
    if key.kind == KeyKind::Secret {
        let scopes = key.scopes.names().join(", ");
        note(&format!(
            "tacit: this key is shown once; keep it on servers only. It may: {scopes}"
        ));
    }
}

fn list(options: &List) -> anyhow::Result<()> {
    let keys = options.common.store()?.keys()?;
    let now = now_ms();
    if options.common.json {
        let shown = keys.iter().map(|key| {
            let mut shown = json!(key);
            shown["state"] = State::of(key, now).name().into();
            shown
        });
        return out_json(&json!({ "keys": shown.collect::<Vec<_>>() }));
    }
    for key in keys {
        out(&line(&key, now))?;
    }
    Ok(())
}

/// Id, project, kind, state, the key, what it may do, when it was made, last used, ends.
fn line(key: &KeyInfo, now: u64) -> String {
    let shown = key.key.as_deref().unwrap_or("(secret)");
    let may = match key.kind {
        KeyKind::Secret => key.scopes.names().join(" "),
        KeyKind::Publishable if key.origins.is_empty() => "any origin".to_owned(),
        KeyKind::Publishable => key.origins.join(" "),
    };
    let (state, kind) = (State::of(key, now).name(), key.kind.name());
    let created = moment(Some(key.created_at));
    let (used, ends) = (moment(key.last_used_at), moment(key.expires_at));
    format!(
        "{}\t{}\t{kind}\t{state}\t{shown}\t{may}\tcreated {created}\tused {used}\tends {ends}",
        key.id, key.project
    )
}

/// To the hour, which is all that is kept of uses.
fn moment(at: Option<u64>) -> String {
    let at = at.and_then(|ms| jiff::Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok());
    at.map_or_else(
        || "never".into(),
        |at| at.strftime("%Y-%m-%d %H:00Z").to_string(),
    )
}

fn rotate(options: &Rotate) -> anyhow::Result<()> {
    let grace = grace(&options.grace)?;
    let store = options.common.store()?;
    let now = now_ms();
    let none = || format!("there is no key {} in use", options.id);
    let mut keys = store.keys()?.into_iter();
    let old = keys.find(|key| key.id == options.id).with_context(none)?;
    let ends_at = end(&old, grace, now);
    let key = successor(&old).key(now)?;
    if !store.replace_key(&old.id, &key, ends_at, now)? {
        bail!(none());
    }
    if options.common.json {
        let mut told = told(&key);
        told["replaces"] = json!({"id": old.id, "expires_at": ends_at});
        return out_json(&told);
    }
    shown_once(&key);
    let ends = jiff::Timestamp::from_millisecond(i64::try_from(ends_at)?)?;
    note(&format!("tacit: {} ends at {ends:.0}", old.id));
    Ok(out(&key.text)?)
}

/// Milliseconds of a duration like `24h`.
fn grace(text: &str) -> Result<u64, Usage> {
    let span = text.parse::<jiff::Span>().ok();
    // A day of grace has 24 hours, whatever a clock does that night.
    let millis = span.and_then(|span| {
        let days = jiff::SpanRelativeTo::days_are_24_hours();
        u64::try_from(span.to_duration(days).ok()?.as_millis()).ok()
    });
    let millis = millis.filter(|&millis| millis <= ROTATION_GRACE_MS_MAX);
    millis.ok_or_else(|| {
        let most = ROTATION_GRACE_MS_MAX / 86_400_000;
        Usage(format!(
            "--grace {text}: write it as 24h, 30m or 7d, at most {most}d"
        ))
    })
}

fn revoke(options: &Revoke) -> anyhow::Result<()> {
    let revoked = options.common.store()?.revoke_key(&options.id, now_ms())?;
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
    fn a_grace_is_read_as_people_write_it() {
        for (text, ms) in [
            ("24h", 86_400_000),
            ("7d", 7 * 86_400_000),
            ("90m", 5_400_000),
            ("1h30m", 5_400_000),
            ("0s", 0),
        ] {
            assert_eq!(grace(text).ok(), Some(ms), "{text}");
        }
        for text in ["", "24", "soon", "-1h", "91d", "1mo"] {
            assert!(grace(text).is_err(), "{text}");
        }
    }
}
