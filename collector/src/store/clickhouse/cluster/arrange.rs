//! Who is who: what the servers say of their cluster, and which hosts of an address they are.

use super::super::{
    client::Client,
    literal::quoted,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::store::StoreError;

/// Where a server is: which shard, and which copy of it. Both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store::clickhouse) struct Place {
    pub(super) shard: u32,
    pub(super) replica: u32,
}

/// What a server says of its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// In order, with the addresses they have for each other.
    servers: Vec<(Place, String)>,
    /// Where it finds itself. Until about 2020 a server does not tell itself from its copies.
    itself: Vec<Place>,
    /// Its macro `replica`, which does.
    copy: String,
}

impl Seen {
    pub(super) fn by(client: &Client, cluster: &str) -> Result<Self, StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, toUInt32(shard_num), toUInt32(replica_num),
                    concat(host_name, ':', toString(port)), toUInt8(is_local)
             FROM system.clusters WHERE cluster = {}",
            quoted(cluster)
        );
        let mut rows = client.all(&select, |rows| {
            let place = Place {
                shard: rows.u32()?,
                replica: rows.u32()?,
            };
            Ok((place, rows.text()?, rows.bool()?))
        })?;
        rows.sort();
        let select =
            format!("SELECT {TAG_COLUMN}, substitution FROM system.macros WHERE macro = 'replica'");
        let copy = client.all(&select, Rows::text)?.pop();
        let itself = rows.iter().filter(|(.., is_itself)| *is_itself);
        Ok(Self {
            itself: itself.map(|(place, ..)| *place).collect(),
            servers: rows.into_iter().map(|(place, at, _)| (place, at)).collect(),
            copy: copy.unwrap_or_default(),
        })
    }
}

/// The place of the first server, if that is certain, how many servers a shard has, and where the server of each
/// host is, if it says something; or what is wrong.
pub(super) type Arranged = (Option<Place>, u32, Vec<Option<Place>>);

pub(super) fn arrange(hosts: &[(&str, Option<&Seen>)]) -> Result<Arranged, String> {
    let mut known: Option<(&str, &Seen)> = None;
    let mut places: Vec<Option<Place>> = Vec::new();
    let mut are_told_apart = true;
    for (host, seen) in hosts {
        let Some(seen) = seen else {
            places.push(None);
            continue;
        };
        if seen.servers.is_empty() {
            return Err(format!(
                "{host} does not know it: it has to be in remote_servers of its configuration"
            ));
        }
        let (other, same) = *known.get_or_insert((host, seen));
        if same.servers != seen.servers {
            return Err(format!("{host} has other servers in it than {other}"));
        }
        let place = match seen.itself[..] {
            [place] => place,
            [one, ..]
                if !seen.copy.is_empty() && seen.itself.iter().all(|of| of.shard == one.shard) =>
            {
                are_told_apart = false;
                // By the names of copies, all of which have to be known.
                let of_shard = hosts
                    .iter()
                    .filter_map(|(_, other)| *other)
                    .filter(|other| other.itself.contains(&one));
                let before = of_shard.filter(|other| other.copy < seen.copy).count();
                Place {
                    replica: u32::try_from(before + 1).unwrap_or(u32::MAX),
                    ..one
                }
            }
            _ => {
                let servers: Vec<_> = seen.servers.iter().map(|(_, at)| at.as_str()).collect();
                return Err(format!(
                    "{host} is to be exactly one of {} there, and finds itself {} times (copies of a shard need the macro replica, each its own)",
                    servers.join(", "),
                    seen.itself.len()
                ));
            }
        };
        if let Some(twin) = places.iter().position(|known| *known == Some(place)) {
            return Err(format!("{} and {host} are the same server", hosts[twin].0));
        }
        places.push(Some(place));
    }
    let Some((_, seen)) = known else {
        return Ok((None, 1, places));
    };
    let is_missing = |(place, _): &&(Place, String)| !places.contains(&Some(*place));
    let missing: Vec<_> = seen.servers.iter().filter(is_missing).collect();
    let silent = places.iter().filter(|place| place.is_none()).count();
    if missing.len() > silent {
        let named: Vec<_> = missing.iter().map(|(_, at)| at.as_str()).collect();
        return Err(format!(
            "the store's address has to name all of its servers, and names none for {}",
            named.join(", ")
        ));
    }
    let copies = |of: u32| {
        seen.servers
            .iter()
            .filter(|(place, _)| place.shard == of)
            .count()
    };
    let all: Vec<usize> = seen
        .servers
        .iter()
        .map(|(place, _)| copies(place.shard))
        .collect();
    if all.iter().any(|copies| *copies != all[0]) {
        return Err("each of its shards has to have as many servers as the others".into());
    }
    let first = seen.servers.first().map(|(place, _)| *place);
    let first = first.filter(|_| are_told_apart || silent == 0);
    Ok((first, u32::try_from(all[0]).unwrap_or(1), places))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(shard: u32, replica: u32) -> Place {
        Place { shard, replica }
    }

    /// A server that is `itself` of two shards.
    fn seen(itself: &[Place]) -> Seen {
        Seen {
            servers: vec![(at(1, 1), "a:9000".into()), (at(2, 1), "b:9000".into())],
            itself: itself.to_vec(),
            copy: String::new(),
        }
    }

    #[test]
    fn every_server_is_found_in_any_order() {
        let (one, two) = (seen(&[at(1, 1)]), seen(&[at(2, 1)]));
        let (first, copies, places) =
            arrange(&[("b:8123", Some(&two)), ("a:8123", Some(&one))]).unwrap();
        assert_eq!((first, copies), (Some(at(1, 1)), 1));
        assert_eq!(places, [Some(at(2, 1)), Some(at(1, 1))]);
        // One that is away may be the one that is missing.
        let (first, _, places) = arrange(&[("a:8123", Some(&one)), ("b:8123", None)]).unwrap();
        assert_eq!(
            (first, places),
            (Some(at(1, 1)), vec![Some(at(1, 1)), None])
        );
        assert_eq!(arrange(&[("a:8123", None)]).unwrap().0, None);
    }

    #[test]
    fn copies_that_do_not_know_which_they_are_are_told_by_their_names() {
        let copies = [at(1, 1), at(1, 2)];
        let copy = |name: &str| Seen {
            servers: vec![(at(1, 1), "a:9000".into()), (at(1, 2), "b:9000".into())],
            itself: copies.to_vec(),
            copy: name.into(),
        };
        let (one, two) = (copy("a"), copy("b"));
        let (first, count, places) = arrange(&[("y", Some(&two)), ("x", Some(&one))]).unwrap();
        assert_eq!((first, count), (Some(at(1, 1)), 2));
        assert_eq!(places, [Some(at(1, 2)), Some(at(1, 1))]);
        // The one that says nothing may be the first.
        assert_eq!(arrange(&[("x", Some(&one)), ("y", None)]).unwrap().0, None);
        let twins = arrange(&[("x", Some(&one)), ("y", Some(&one))]).unwrap_err();
        assert!(twins.contains("x and y are the same"), "{twins}");
        let nameless = arrange(&[("x", Some(&copy("")))]).unwrap_err();
        assert!(nameless.contains("need the macro replica"), "{nameless}");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let (one, two) = (seen(&[at(1, 1)]), seen(&[at(2, 1)]));
        let (nobody, both) = (seen(&[]), seen(&[at(1, 1), at(2, 1)]));
        let unknown = Seen {
            servers: Vec::new(),
            itself: Vec::new(),
            copy: String::new(),
        };
        let other = Seen {
            servers: vec![(at(1, 1), "a:9000".into()), (at(2, 1), "c:9000".into())],
            itself: vec![at(2, 1)],
            copy: String::new(),
        };
        let mut uneven = seen(&[at(1, 1)]);
        uneven.servers.insert(1, (at(1, 2), "c:9000".into()));
        for (hosts, said) in [
            (vec![("a", Some(&one))], "names none for b:9000"),
            (
                vec![("a", Some(&one)), ("b", Some(&unknown))],
                "b does not know it",
            ),
            (
                vec![("a", Some(&one)), ("b", Some(&other))],
                "b has other servers in it than a",
            ),
            (
                vec![("a", Some(&nobody)), ("b", Some(&two))],
                "a is to be exactly one of a:9000, b:9000",
            ),
            (
                vec![("a", Some(&both)), ("b", Some(&two))],
                "finds itself 2 times",
            ),
            (
                vec![("a", Some(&one)), ("x", Some(&one))],
                "a and x are the same server",
            ),
            (
                vec![("a", Some(&uneven)), ("b", None), ("c", None)],
                "as many servers",
            ),
        ] {
            let problem = arrange(&hosts).unwrap_err();
            assert!(problem.contains(said), "{problem}");
        }
    }
}
