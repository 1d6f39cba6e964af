//! One database over several servers: `?cluster=name`.
//!
//! The configuration of the servers (`remote_servers`) says which shards there are and who
//! holds copies of each; the store's address says where every one of them answers HTTP. Each
//! server finds itself in what the configuration says, so it is known who is who, and
//! whether one is missing in the address.
//!
//! # Which table is where
//! *Facts are spread*: each server has a part of a table, `chunks_part`, and `chunks` is
//! the [`Distributed`](https://clickhouse.com/docs/engines/table-engines/special/distributed)
//! table over all parts. Statements are the same as on one server, and go to one server, the
//! *first* (the first copy of the first shard): it asks all others at once, each sorts what
//! it has, and their answers are merged as they come. [`tables`] says by what rows are spread. A
//! conversation's chunks lie on one shard, and an output's that was in none: what belongs
//! together is found without that, as every shard is asked. So a shard may be added at
//! the end of the list at any time; what was there before stays where it is.
//!
//! *All else is whole, on the first server*: `blocks`, documents, the history. What counts
//! is decided there.
//!
//! # Whole blocks
//! An insert into `chunks` waits until every shard has written its rows (the default is not
//! to; [`settings`]). Where one shard had them and another is away, the insert fails, and
//! so does the block: its last row is never written, and what arrived of it is never seen, as
//! where one server dies between two inserts. An insert without an answer is repeated; what
//! came twice has the same keys and goes to the same shards. So of a block that counts every
//! row was acknowledged by its shard before. A shard that is away fails every question: the
//! facts of others alone are no answer.
//!
//! # Copies
//! Where servers have a keeper (`ZooKeeper`, `ClickHouse Keeper`), every table is replicated
//! between the servers of its shard. An insert waits for most of them, and no copy answers
//! that lacks what was acknowledged ([`settings`]). No statement is run `ON CLUSTER`: it
//! goes to every server by itself, with a keeper or without, and its errors come back at once.

mod arrange;
mod tables;

use arrange::{Place, Seen, arrange};
pub(super) use tables::Server;

use super::client::Client;
use crate::store::{ClickHouseUrl, StoreError};

/// What the first server has to do with others.
#[derive(Clone)]
pub(super) struct Cluster {
    name: String,
    database: String,
    first: Place,
    /// Servers of a shard.
    copies: u32,
    /// Where they are is not known of those that do not answer.
    others: Vec<(Option<Place>, Client)>,
}

/// The servers of `url`, the first of which is asked; or the one server, where no cluster is
/// named.
pub(super) fn connect(url: &ClickHouseUrl) -> Result<Client, StoreError> {
    let Some(name) = &url.cluster else {
        return Client::new(url);
    };
    let mut asked = Vec::new();
    let mut failed = None;
    for host in &url.hosts {
        let one = ClickHouseUrl {
            hosts: vec![host.clone()],
            cluster: None,
            ..url.clone()
        };
        // The database may not be there yet.
        let nowhere = Client::new(&ClickHouseUrl {
            database: String::new(),
            ..one.clone()
        })?;
        let client = Client::new(&one)?;
        let seen = match Seen::by(&nowhere, name) {
            Ok(seen) => Some(seen),
            Err(error @ StoreError::Unreachable(_)) => {
                failed.get_or_insert(error);
                None
            }
            Err(error) => return Err(error),
        };
        asked.push((host.to_string(), seen, client));
    }
    let hosts: Vec<_> = asked
        .iter()
        .map(|(host, seen, _)| (host.as_str(), seen.as_ref()))
        .collect();
    let problem = |problem| StoreError::Cluster {
        name: name.clone(),
        problem,
    };
    let (first, copies, places) = arrange(&hosts).map_err(problem)?;
    let mut servers: Vec<_> = places
        .into_iter()
        .zip(asked)
        .map(|(place, (.., client))| (place, client))
        .collect();
    let Some(index) = servers
        .iter()
        .position(|(place, _)| *place == first && place.is_some())
    else {
        let nobody = || StoreError::Unreachable("the cluster's first server".into());
        return Err(failed.unwrap_or_else(nobody));
    };
    let (first, mut client) = servers.swap_remove(index);
    client.cluster = first.map(|first| Cluster {
        name: name.clone(),
        database: url.database.clone(),
        first,
        copies,
        others: servers,
    });
    Ok(client)
}

/// What statements are run with on the first server of a cluster, where a server knows it:
/// (name, value).
pub(super) fn settings(client: &Client) -> Vec<(&'static str, &'static str)> {
    let Some(cluster) = &client.cluster else {
        return Vec::new();
    };
    let mut settings = vec![
        // An insert is done when all shards did it; the second is its name since 2023.
        ("insert_distributed_sync", "1"),
        ("distributed_foreground_insert", "1"),
        ("skip_unavailable_shards", "0"),
        // A shard may have what by the list of today is another's.
        ("optimize_skip_unused_shards", "0"),
        ("distributed_product_mode", "global"),
        ("distributed_group_by_no_merge", "0"),
        // The default, 50 ms, is short on a machine that is busy.
        ("connect_timeout_with_failover_ms", "2000"),
    ];
    if cluster.copies > 1 {
        settings.extend([
            ("insert_quorum", MOST_OF[cluster.copies.min(9) as usize]),
            ("insert_quorum_parallel", "0"),
            ("select_sequential_consistency", "1"),
        ]);
    }
    settings
}

/// The smallest number that is more than half.
const MOST_OF: [&str; 10] = ["1", "1", "2", "2", "3", "3", "4", "4", "5", "5"];

impl Client {
    /// The servers that hold rows of `table`, and what it is called there: to alter it, or to
    /// ask what it takes. An error of one is to be told; the others have done it then.
    pub(super) fn parts(&self, table: &str) -> Vec<(&Self, String)> {
        match &self.cluster {
            Some(cluster) if tables::spread_by(table).is_some() => {
                let others = cluster.others.iter().map(|(_, client)| client);
                let all = std::iter::once(self).chain(others);
                all.map(|client| (client, tables::part(table))).collect()
            }
            _ => vec![(self, table.to_owned())],
        }
    }

    /// Servers with their tables to be made, the first one last: where it has them, all have.
    pub(super) fn servers(&self) -> Vec<Server<'_>> {
        let first = Server {
            client: self,
            cluster: self.cluster.as_ref(),
            place: self.cluster.as_ref().map(|cluster| cluster.first),
        };
        let others = self.cluster.iter().flat_map(|cluster| {
            cluster.others.iter().map(move |(place, client)| Server {
                client,
                cluster: Some(cluster),
                place: *place,
            })
        });
        others.chain([first]).collect()
    }
}
