//! `tacit migrate`: everything into another store.

mod teller;

use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use self::teller::Teller;
use super::{
    Common, Usage,
    data::{self, Data},
    note, out, out_json,
};
use crate::{
    client::Secret,
    datalock::DataLock,
    migrate::{Comparison, MigrateError, Migration, Portion},
    store::{ClickHouseStore, ClickHouseUrl, SqliteStore, Store, StoreUrl, move_to},
};

/// The lock of whoever copies out of a data directory.
const LOCK: &str = "migrate.lock";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The store that is left: `sqlite:DIR`, the file in that data directory; without one, in
    /// that of --data.
    #[arg(
        long,
        value_name = "URL",
        default_value = "sqlite:",
        value_parser = data::secret
    )]
    from: Secret,
    /// The store that takes its place, `clickhouse://user:password@host:8123/database`: an
    /// empty database. Without, what --store or `TACIT_STORE` says, where a password is best.
    #[arg(long, value_name = "URL", value_parser = data::secret)]
    to: Option<Secret>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let from = options.from.reveal().strip_prefix("sqlite:");
    let directory = match from {
        Some("") => &*options.common.data,
        Some(directory) => Path::new(directory),
        None => return Err(Usage("--from is sqlite: and a data directory".into()).into()),
    };
    let said = options.to.as_ref().or(options.common.store.as_ref());
    let to = data::url(said, &StoreUrl::Sqlite)?;
    let StoreUrl::ClickHouse(address) = &to else {
        return Err(Usage("say where to: --to clickhouse://…".into()).into());
    };
    if !SqliteStore::file(directory).is_file() {
        bail!("there is no data directory {}", directory.display());
    }
    let Some(_lock) = DataLock::take_named(directory, LOCK)? else {
        bail!("another tacit copies out of {}", directory.display());
    };
    // Nobody else starts meanwhile, where nobody runs.
    let opened = Data::open(directory, &StoreUrl::Sqlite)?;
    let mut teller = Teller::new();
    let moved = if opened.collector.is_some() {
        move_all(directory, address, &to, &mut teller).map(Some)
    } else {
        copy_live(directory, address, &mut teller).map(|()| None)
    };
    teller.finish();
    tell(moved?.as_ref(), &to, options.common.json)
}

fn opened(
    directory: &Path,
    address: &ClickHouseUrl,
) -> anyhow::Result<(SqliteStore, ClickHouseStore)> {
    let from = SqliteStore::open(directory)?;
    let to = ClickHouseStore::open_beside(address, directory);
    Ok((from, to.context("the database cannot be opened")?))
}

fn copy_live(directory: &Path, address: &ClickHouseUrl, teller: &mut Teller) -> anyhow::Result<()> {
    let (from, to) = opened(directory, address)?;
    let mut tell = |progress| teller.tell(progress);
    let mut migration = Migration::new(&from, &to, Portion::default(), &mut tell);
    Ok(migration.copy_live()?)
}

fn move_all(
    directory: &Path,
    address: &ClickHouseUrl,
    url: &StoreUrl,
    teller: &mut Teller,
) -> anyhow::Result<Comparison> {
    let (from, to) = opened(directory, address)?;
    let mut tell = |progress| teller.tell(progress);
    let mut migration = Migration::new(&from, &to, Portion::default(), &mut tell);
    let (compared, watch) = migration.finish()?;
    let identity = to.identity()?;
    // From then on this directory's log is for the other store alone.
    if !watch.if_still(|| move_to(directory, url, &identity))? {
        return Err(MigrateError::Written.into());
    }
    Ok(compared)
}

/// What was done: all of it, or a copy so far.
fn tell(moved: Option<&Comparison>, to: &StoreUrl, json: bool) -> anyhow::Result<()> {
    let Some(compared) = moved else {
        if json {
            return out_json(&json!({"moved": false}));
        }
        note(
            "tacit: what there is up to now is copied, and the server goes on with the old store: \
             stop it, say this again, and start it with the new one",
        );
        return Ok(());
    };
    if json {
        return out_json(&json!({"moved": true, "projects": compared.projects}));
    }
    for one in &compared.projects {
        out(&format!(
            "{}\t{} outputs\t{} events\t{} sessions\t{}",
            one.project, one.outputs, one.events, one.sessions, one.hash
        ))?;
    }
    note(&format!(
        "tacit: both stores say the same; this data directory is of {to} from now on"
    ));
    Ok(())
}
