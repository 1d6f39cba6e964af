//! Tables, and how they came to be.
//!
//! Types are those that every server knows since 2018. Every table of facts ends with the
//! block a row belongs to (`writer`, `number`), which is part of its key: a row that was
//! inserted twice is one row, at the latest when parts are merged.
//!
//! # Partitions
//! Facts lie in partitions by when they were received, which no repetition changes: what
//! expires is then in a few old parts, and the rest is not written anew for it. What is
//! large has one for each thirty days, what is looked up by id in every block one for
//! each twelve times as long: each is a place more where somebody has to look. Measured
//! on 18.16 with 300,000 chunks of three years: a window of 2,048 conversations took 1.7
//! times as long with thirty days as without partitions, and 2.2 times with weeks; a
//! single conversation ten times as long (40 ms), and thirty times with weeks. A block
//! is a part or two of each table either way.
//!
//! Partitions are not dropped: on 18.16 `DROP PARTITION` brought 1,000 of 1,000 rows back
//! that had been inserted, merged and dropped before a kill. They hold every project's
//! rows, besides, and those of blocks that nobody has counted.

use super::{
    client::Client,
    cluster::{self, Server},
    literal::list,
    rowbinary::{Out, TAG_COLUMN},
};
use crate::{store::StoreError, wall::now_ms};

/// Each is a list of statements that do nothing the second time; consecutive from 1. Those of
/// a cluster are made of them: a new table is on its first server alone, unless it
/// is among those that are spread.
const MIGRATIONS: [&[&str]; 1] = [&[
    BLOCKS,
    CHUNKS,
    LINKS,
    OUTPUTS,
    HEARD,
    REGISTRATIONS,
    SEEN,
    ASSIGNED,
    DOCUMENTS,
    COMMITS,
    SPANS,
    TOUCHED,
    TAKEN,
    NUMBERS,
    NUMBERED,
    MARKS,
    SUMS,
    SCREENS,
]];

/// Where each collector is: one row for each writer once parts are merged, that of the
/// highest version.
const BLOCKS: &str = "CREATE TABLE IF NOT EXISTS blocks (
  collector String,
  writer    UInt64,
  epoch     UInt64,   -- writers of a collector, one after the other
  version   UInt64,   -- the number, and above all numbers once no more may come
  number    UInt64,   -- the last block that counts
  segment   UInt64,   -- the position in the collector's log
  offset    UInt64,
  fates     String,   -- JSON: the counters of all blocks of this writer, by project
  graves    UInt64    -- which graves its last block knew of, see graves.rs
) ENGINE = ReplacingMergeTree(version) ORDER BY (collector, writer)";

/// Sessions' slices of outputs, as the codec's bytes.
const CHUNKS: &str = "CREATE TABLE IF NOT EXISTS chunks (
  project     UInt32,
  place       String,  -- a conversation the output was said to be in, or the output
  output      String,  -- under the id it came with
  session     FixedString(16),
  received_at UInt64,
  first_seq   UInt32,
  quarantined UInt8,
  kind        UInt8,   -- of the person: 0 the session, 1 a visitor, 2 the app's
  subject     FixedString(16),
  lang        String,
  device      String,
  surface     String,
  sdk         String,
  sample      UInt16,  -- thousandths
  automated   UInt8,
  signed      UInt8,
  sent_at     UInt64,
  base_at     UInt64,
  events      String,
  texts       UInt32,  -- events that are texts
  row         UInt32,  -- within the block
  writer      UInt64,
  number      UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 2592000000)
  ORDER BY (project, place, output, session, received_at, first_seq, quarantined, writer, number)
  SETTINGS index_granularity = 1024";

/// Which id belongs to which, both ways.
const LINKS: &str = "CREATE TABLE IF NOT EXISTS links (
  project     UInt32,
  kind        UInt8,   -- see links.rs
  source      String,
  target      String,
  received_at UInt64,
  told        UInt64,
  writer      UInt64,
  number      UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 31104000000)
  ORDER BY (project, kind, source, target, received_at, told, writer, number)
  SETTINGS index_granularity = 1024";

/// When an id of an output was first heard of.
const OUTPUTS: &str = "CREATE TABLE IF NOT EXISTS outputs (
  project     UInt32,
  id          String,
  received_at UInt64,
  told        UInt64,
  writer      UInt64,
  number      UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 31104000000)
  ORDER BY (project, id, received_at, told, writer, number)
  SETTINGS index_granularity = 1024";

/// The same by time.
const HEARD: &str = "CREATE TABLE IF NOT EXISTS heard (
  project     UInt32,
  received_at UInt64,
  told        UInt64,
  id          String,
  writer      UInt64,
  number      UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 2592000000)
  ORDER BY (project, received_at, told, id, writer, number)
  SETTINGS index_granularity = 1024";

/// What was new in what a server said about an output.
const REGISTRATIONS: &str = "CREATE TABLE IF NOT EXISTS registrations (
  project        UInt32,
  place          String,  -- the conversation it was registered in by then, or the output
  output         String,
  told           UInt64,
  received_at    UInt64,
  model          Nullable(String),
  prompt_version Nullable(String),
  subject        Nullable(String),
  body           String,  -- JSON
  texts          UInt8,   -- whether it holds any
  writer         UInt64,
  number         UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 2592000000)
  ORDER BY (project, place, output, told, writer, number)
  SETTINGS index_granularity = 256";

/// Which events of a session a block brought, and when.
const SEEN: &str = "CREATE TABLE IF NOT EXISTS seen (
  project     UInt32,
  session     FixedString(16),
  first       UInt32,
  last        UInt32,
  received_at UInt64,
  row         UInt32,  -- within the block
  writer      UInt64,
  number      UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 31104000000)
  ORDER BY (project, session, first, last, received_at, writer, number)
  SETTINGS index_granularity = 1024";

/// Who is in which arm: that of the first row told, since the earliest.
const ASSIGNED: &str = "CREATE TABLE IF NOT EXISTS assigned (
  project     UInt32,
  experiment  String,
  kind        UInt8,
  subject     FixedString(16),
  told        UInt64,
  received_at UInt64,
  arm         String,
  writer      UInt64,
  number      UInt64
) ENGINE = ReplacingMergeTree
  PARTITION BY intDiv(received_at, 31104000000)
  ORDER BY (project, experiment, kind, subject, told, writer, number)";

/// Everything that is small: projects, keys, experiments, runs, what was pushed.
const DOCUMENTS: &str = "CREATE TABLE IF NOT EXISTS documents (
  kind    String,
  project UInt32,
  key     String,
  stamp   UInt64,            -- the order within a kind
  part    UInt32,
  change  FixedString(16),   -- the change it belongs to; zeroes where it stands for itself
  body    String
) ENGINE = ReplacingMergeTree
  ORDER BY (kind, project, key, stamp, part, change)
  SETTINGS index_granularity = 256";

/// Changes that count, see history.rs; the last one may not be here yet.
const COMMITS: &str = "CREATE TABLE IF NOT EXISTS commits (
  change FixedString(16)
) ENGINE = ReplacingMergeTree ORDER BY change SETTINGS index_granularity = 256";

/// Spans on their way to outputs, and how far each trace is.
const SPANS: &str = "CREATE TABLE IF NOT EXISTS spans (
  project     UInt32,
  trace       String,
  stamp       UInt64,
  what        UInt8,   -- see traces.rs
  received_at UInt64,
  settle_ms   UInt64,
  portions    UInt64,
  bytes       UInt64,
  body        String   -- JSON
) ENGINE = ReplacingMergeTree
  ORDER BY (project, trace, stamp, what)
  SETTINGS index_granularity = 256";

/// Outputs that a block says something of, under the ids it says it of: what roll-ups take
/// in next.
const TOUCHED: &str = "CREATE TABLE IF NOT EXISTS touched (
  writer  UInt64,
  number  UInt64,
  project UInt32,
  output  String,
  moved   UInt8    -- whether it may be in another group from now on
) ENGINE = ReplacingMergeTree
  ORDER BY (writer, number, project, output, moved)
  SETTINGS index_granularity = 1024";

/// Up to which block of each writer that was taken in.
const TAKEN: &str = "CREATE TABLE IF NOT EXISTS taken (
  writer UInt64,
  number UInt64
) ENGINE = ReplacingMergeTree(number) ORDER BY writer";

/// Numbers of groups, from 1 for each project and kind.
const NUMBERS: &str = "CREATE TABLE IF NOT EXISTS numbers (
  project UInt32,
  kind    UInt8,   -- of the group: 0 a conversation, 1 an output in none
  name    String,
  number  UInt64,
  batch   UInt64   -- see numbers.rs
) ENGINE = ReplacingMergeTree
  ORDER BY (project, kind, name, number, batch)
  SETTINGS index_granularity = 1024";

/// The same by number.
const NUMBERED: &str = "CREATE TABLE IF NOT EXISTS numbered (
  project UInt32,
  kind    UInt8,
  number  UInt64,
  name    String,
  batch   UInt64
) ENGINE = ReplacingMergeTree
  ORDER BY (project, kind, number, name, batch)
  SETTINGS index_granularity = 1024";

/// Buckets of groups whose facts changed, by what changed them.
const MARKS: &str = "CREATE TABLE IF NOT EXISTS marks (
  project UInt32,
  kind    UInt8,
  bucket  UInt64,
  source  UInt64,  -- a writer, or any number of its own
  number  UInt64,  -- of the writer's last block
  removal UInt8    -- whether something was taken out
) ENGINE = ReplacingMergeTree(number)
  ORDER BY (project, kind, bucket, source)
  SETTINGS index_granularity = 1024";

/// Buckets as they were added up: one row for each once parts are merged, that of the
/// last reading.
const SUMS: &str = "CREATE TABLE IF NOT EXISTS sums (
  project    UInt32,
  kind       UInt8,
  bucket     UInt64,
  reading    UInt64,  -- in the order they may replace each other
  version    String,  -- of the code and the policy
  screen     UInt64,
  as_of      UInt64,
  changes_at UInt64,  -- when time alone changes it; the highest there is where never
  covers     String,  -- the marks that were there when it was read
  len        UInt32,  -- how many cells
  first_at   UInt64,  -- the span of time of the sights
  last_at    UInt64,
  cells      String,
  sights     String
) ENGINE = ReplacingMergeTree(reading)
  ORDER BY (project, kind, bucket)
  SETTINGS index_granularity = 64";

/// Whom the screen left out of them.
const SCREENS: &str = "CREATE TABLE IF NOT EXISTS screens (
  project   UInt32,
  stamp     UInt64,
  choice    UInt64,  -- another one makes all that was added up old
  found     String,
  looked_at UInt64
) ENGINE = ReplacingMergeTree(stamp) ORDER BY project";

const RECORDED: &str = "CREATE TABLE IF NOT EXISTS migrations (
  version UInt32,
  done_at UInt64
) ENGINE = ReplacingMergeTree(done_at) ORDER BY version";

/// Brings the database up to date: on every server of a cluster, each of which keeps what was
/// done there. Several may do so at once.
pub(super) fn migrate(client: &Client) -> Result<(), StoreError> {
    let servers = client.servers();
    let are_there = servers.iter().all(Server::is_there);
    // Where the first one is up to date they all were.
    if !are_there && recorded(client)? < last() {
        let away = "a server of the cluster does not answer";
        return Err(StoreError::Unreachable(away.into()));
    }
    servers
        .iter()
        .filter(|server| server.is_there())
        .try_for_each(bring)
}

fn last() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// The last migration that was done, made ready for more.
fn recorded(client: &Client) -> Result<u32, StoreError> {
    client.create_database()?;
    client.execute(RECORDED)?;
    let select = format!("SELECT {TAG_COLUMN}, version FROM migrations");
    let done = client.all(&select, super::rowbinary::Rows::u32)?;
    let found = done.into_iter().max().unwrap_or(0);
    if found > last() {
        return Err(StoreError::Newer {
            found: found.into(),
            known: last().into(),
        });
    }
    Ok(found)
}

fn bring(server: &Server<'_>) -> Result<(), StoreError> {
    let client = server.client;
    let found = recorded(client)?;
    server.check()?;
    if found == last() {
        return Ok(());
    }
    let copy = server.copy()?;
    for (version, creates) in (1..).zip(MIGRATIONS) {
        if version <= found {
            continue;
        }
        for create in creates {
            for statement in server.statements(create, copy.as_deref()) {
                client.execute(&statement)?;
            }
        }
        let mut row = Out::default();
        row.u32(version).u64(now_ms());
        client.insert("migrations (version, done_at)", &row)?;
    }
    Ok(())
}

/// Settings that not every server knows and that matter here.
pub(super) fn tune(client: &mut Client) -> Result<(), StoreError> {
    // Rows that are gathered with those of others come in blocks of the server's making.
    let mut wanted = vec![("async_insert", "0")];
    wanted.extend(cluster::settings(client));
    let names = list(wanted.iter().map(|(name, _)| name));
    let select = format!("SELECT {TAG_COLUMN}, name FROM system.settings WHERE name IN {names}");
    let known = client.all(&select, super::rowbinary::Rows::text)?;
    for (name, value) in wanted {
        if known.iter().any(|known| known == name) {
            client.set(name, value);
        }
    }
    Ok(())
}
