//! Which tables a server of a cluster has, and how they are made.

use super::{
    super::{
        client::Client,
        literal::quoted,
        rowbinary::{Rows, TAG_COLUMN},
    },
    Cluster, Place,
};
use crate::store::StoreError;

/// Tables that are spread, and by what.
const SPREAD: [(&str, &str); 13] = [
    ("chunks", "project, place"),
    ("links", "project, source"),
    ("outputs", "project, id"),
    ("heard", "project, id"),
    ("registrations", "project, place"),
    ("seen", "project, session"),
    ("assigned", "project, kind, subject"),
    ("spans", "project, trace"),
    ("touched", "project, output"),
    ("numbers", "project, kind, name"),
    ("numbered", "project, kind, name"),
    ("marks", "project, kind, bucket"),
    ("sums", "project, kind, bucket"),
];
/// A table that is spread: of which kind it is tells how a database was made.
const TOLD_BY: &str = "chunks";
/// Tables that are on the first server alone, also where it has copies.
const ALONE: &str = "history_";
const CREATE: &str = "CREATE TABLE IF NOT EXISTS ";

/// A server whose tables are to be made.
pub(in crate::store::clickhouse) struct Server<'a> {
    pub(in crate::store::clickhouse) client: &'a Client,
    pub(super) cluster: Option<&'a Cluster>,
    pub(super) place: Option<Place>,
}

impl Server<'_> {
    /// Whether it answered.
    pub(in crate::store::clickhouse) fn is_there(&self) -> bool {
        self.cluster.is_none() || self.place.is_some()
    }

    /// Whether everything is decided there.
    fn is_first(&self) -> bool {
        self.cluster
            .is_none_or(|cluster| self.place == Some(cluster.first))
    }

    /// Refuses a database that was made in another way.
    pub(in crate::store::clickhouse) fn check(&self) -> Result<(), StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, name, engine_full FROM system.tables
             WHERE database = {} AND (name = '{TOLD_BY}' OR name LIKE '{ALONE}%')",
            quoted(self.client.database())
        );
        let tables = self
            .client
            .all(&select, |rows: &mut Rows| Ok((rows.text()?, rows.text()?)))?;
        let told = tables.iter().find(|(table, _)| table == TOLD_BY);
        let made_for = told.map(|(_, engine)| distributed_over(engine));
        let decides = tables.iter().any(|(table, _)| table.starts_with(ALONE));
        let problem = match (self.cluster, made_for) {
            (None, Some(Some(_))) => {
                "the address has to name it as ?cluster=, the database is of it"
            }
            (Some(_), Some(None)) => "the database was made without it",
            (Some(cluster), Some(Some(name))) if name != cluster.name => {
                "the database is of another one"
            }
            (Some(_), _) if !self.is_first() && decides => {
                "what was its first server is so no more: order its shards as they were"
            }
            _ => return Ok(()),
        };
        let name = match (self.cluster, made_for.flatten()) {
            (Some(cluster), _) => cluster.name.clone(),
            (None, name) => name.unwrap_or_default().to_owned(),
        };
        Err(StoreError::Cluster {
            name,
            problem: problem.into(),
        })
    }

    /// Whether it has the tables that are not spread: the first server, and its copies.
    fn holds_whole(&self, cluster: &Cluster) -> bool {
        self.place
            .is_some_and(|place| place.shard == cluster.first.shard)
    }

    /// What it is called among its copies, where its tables are replicated.
    pub(in crate::store::clickhouse) fn copy(&self) -> Result<Option<String>, StoreError> {
        let (Some(cluster), Some(place)) = (self.cluster, self.place) else {
            return Ok(None);
        };
        let ask = |of: &str| {
            let select = format!("SELECT {TAG_COLUMN} FROM {of}");
            Ok::<_, StoreError>(!self.client.all(&select, |_| Ok(()))?.is_empty())
        };
        if !ask("system.tables WHERE database = 'system' AND name = 'zookeeper'")? {
            if cluster.copies > 1 {
                return Err(StoreError::Cluster {
                    name: cluster.name.clone(),
                    problem: "servers of one shard need a keeper to be copies of each other".into(),
                });
            }
            return Ok(None);
        }
        // The server puts in what its macro stands for.
        let is_named = ask("system.macros WHERE macro = 'replica'")?;
        let number = place.replica.to_string();
        Ok(Some(if is_named { "{replica}".into() } else { number }))
    }

    /// What has to be run there so that the table is there that `create` makes on a single
    /// server.
    pub(in crate::store::clickhouse) fn statements(
        &self,
        create: &str,
        copy: Option<&str>,
    ) -> Vec<String> {
        let (Some(cluster), Some(place)) = (self.cluster, self.place) else {
            return vec![create.to_owned()];
        };
        let table = table_of(create);
        let replicated = |create: &str, table: &str| {
            let Some(copy) = copy else {
                return create.to_owned();
            };
            let Cluster { name, database, .. } = cluster;
            let path = format!("/tacit/{name}/{database}/{}/{table}", place.shard);
            replicate(create, &path, copy)
        };
        match spread_by(table) {
            Some(key) => {
                let Cluster { name, database, .. } = cluster;
                let part = part(table);
                let here = create.replacen(table, &part, 1);
                vec![
                    replicated(&here, &part),
                    format!(
                        "{CREATE}{table} AS {part}
                         ENGINE = Distributed('{name}', '{database}', '{part}', cityHash64({key}))"
                    ),
                ]
            }
            None if self.is_first() || copy.is_some() && self.holds_whole(cluster) => {
                vec![replicated(create, table)]
            }
            None => Vec::new(),
        }
    }
}

pub(super) fn spread_by(table: &str) -> Option<&'static str> {
    let spread = SPREAD.iter().find(|(name, _)| *name == table);
    spread.map(|(_, key)| *key)
}

pub(super) fn part(table: &str) -> String {
    format!("{table}_part")
}

/// The table that a statement makes.
fn table_of(create: &str) -> &str {
    let rest = create.strip_prefix(CREATE).unwrap_or_default();
    rest.split([' ', '\n', '(']).next().unwrap_or_default()
}

/// The same table with a replicated engine.
fn replicate(create: &str, path: &str, copy: &str) -> String {
    const ENGINE: &str = "ENGINE = ";
    let Some((before, engine)) = create.split_once(ENGINE) else {
        return create.to_owned();
    };
    let end = engine.find(|c: char| !c.is_ascii_alphanumeric());
    let (name, rest) = engine.split_at(end.unwrap_or(engine.len()));
    let of = format!("'{path}', '{copy}'");
    match rest.strip_prefix('(') {
        Some(rest) => format!("{before}{ENGINE}Replicated{name}({of}, {rest}"),
        None => format!("{before}{ENGINE}Replicated{name}({of}){rest}"),
    }
}

/// The cluster that a table is spread over, if it is: `Distributed(name, …)`, in quotes or not.
fn distributed_over(engine: &str) -> Option<&str> {
    let arguments = engine.strip_prefix("Distributed(")?;
    let name = arguments.split([',', ')']).next()?;
    Some(name.trim().trim_matches(['\'', '`', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_replicated_with_their_arguments() {
        assert_eq!(
            replicate(
                "X ENGINE = ReplacingMergeTree(version) ORDER BY a",
                "/p",
                "2"
            ),
            "X ENGINE = ReplicatedReplacingMergeTree('/p', '2', version) ORDER BY a"
        );
        assert_eq!(
            replicate("X ENGINE = MergeTree\n  ORDER BY a", "/p", "{replica}"),
            "X ENGINE = ReplicatedMergeTree('/p', '{replica}')\n  ORDER BY a"
        );
    }

    #[test]
    fn what_a_table_is_spread_over_is_read_from_both_ways_to_write_it() {
        assert_eq!(
            distributed_over("Distributed(facts, t, c, x(y))"),
            Some("facts")
        );
        assert_eq!(
            distributed_over("Distributed('facts', 't', 'c')"),
            Some("facts")
        );
        assert_eq!(distributed_over("ReplacingMergeTree ORDER BY a"), None);
    }
}
