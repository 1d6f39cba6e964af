//! Who asks, where a proxy stands between: its word is taken only where it is one of ours,
//! and of the list it passes on only the part that ours wrote.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A network as `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` is in it.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |_| format!("`{text}` is neither a network like 10.0.0.0/8 nor an address");
        if !text.contains('/') {
            return Ok(Self(text.parse::<IpAddr>().map_err(|_| wrong(()))?.into()));
        }
        let network: IpNet = text.parse().map_err(|_| wrong(()))?;
        if network.trunc() != network {
            let meant = network.trunc();
            return Err(format!(
                "`{text}` has bits beyond its mask; {meant} is the network"
            ));
        }
        Ok(Self(network))
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_one = self.0.prefix_len() == self.0.max_prefix_len();
        if is_one {
            serializer.collect_str(&self.0.addr())
        } else {
            serializer.collect_str(&self.0)
        }
    }
}

/// The header in which a proxy says who asked it. Only one is read: a proxy that writes
/// one passes the other on as a stranger sent it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClientHeader {
    /// `X-Forwarded-For: client, proxy`
    #[default]
    XForwardedFor,
    /// RFC 7239: `Forwarded: for=client, for=proxy`
    Forwarded,
}

impl ClientHeader {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }

    /// The address in an element of its list.
    fn hop(self, element: &str) -> Option<IpAddr> {
        match self {
            Self::XForwardedFor => node(element.trim()),
            Self::Forwarded => element.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                let is_for = name.trim().eq_ignore_ascii_case("for");
                is_for.then(|| node(value.trim().trim_matches('"')))?
            }),
        }
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse();
    let address = address.or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Networks of proxies.
    pub trusted: Vec<Network>,
    /// Where they say who asked.
    pub header: ClientHeader,
}

impl Proxies {
    /// Whether `peer` is one of ours.
    #[must_use]
    pub fn trust(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(peer))
    }

    /// Who asks through `peer`, which sent `values` of our header in this order: the
    /// last in the list that is no proxy of ours. `None` where one of ours asks itself.
    /// What cannot be read ends the list: then it is whoever passed it on.
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        values: impl DoubleEndedIterator<Item = &'a str>,
    ) -> Option<IpAddr> {
        if !self.trust(peer) {
            return Some(peer);
        }
        let mut last = peer;
        for element in values.rev().flat_map(|value| value.rsplit(',')) {
            match self.header.hop(element) {
                None => return Some(last),
                Some(hop) if !self.trust(hop) => return Some(hop),
                Some(hop) => last = hop,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn ours(header: ClientHeader) -> Proxies {
        let trusted = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"];
        Proxies {
            trusted: trusted.map(|text| text.parse().unwrap()).into(),
            header,
        }
    }

    #[test]
    fn networks_are_exact() {
        let network: Network = "10.0.0.0/9".parse().unwrap();
        assert!(network.contains(ip("10.127.255.255")));
        assert!(!network.contains(ip("10.128.0.0")));
        assert!(network.contains(ip("::ffff:10.0.0.1")), "the same address");
        let one: Network = "192.0.2.1".parse().unwrap();
        assert!(one.contains(ip("192.0.2.1")) && !one.contains(ip("192.0.2.2")));
        for wrong in ["", "10.0.0.0/33", "10.0.0", "proxy", "10.1.0.0/8", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_stranger_says_what_it_likes() {
        let ours = ours(ClientHeader::XForwardedFor);
        let said = ours.client(ip("203.0.113.9"), ["10.0.0.1"].into_iter());
        assert_eq!(said, Some(ip("203.0.113.9")));
    }

    #[test]
    fn the_last_hop_that_is_not_ours_is_the_client() {
        let ours = ours(ClientHeader::XForwardedFor);
        let client = |values: &[&str]| ours.client(ip("10.0.0.1"), values.iter().copied());
        assert_eq!(client(&["198.51.100.1"]), Some(ip("198.51.100.1")));
        assert_eq!(
            client(&["1.1.1.1, 198.51.100.1, 10.9.9.9"]),
            Some(ip("198.51.100.1")),
            "what stands left of it anybody may have written"
        );
        assert_eq!(
            client(&["1.1.1.1", "198.51.100.2"]),
            Some(ip("198.51.100.2"))
        );
        assert_eq!(client(&["[2001:db8::1]:443"]), Some(ip("2001:db8::1")));
        assert_eq!(client(&["198.51.100.1:1234"]), Some(ip("198.51.100.1")));
        assert_eq!(client(&["::ffff:198.51.100.1"]), Some(ip("198.51.100.1")));
        assert_eq!(client(&[]), None, "the proxy asks itself");
        assert_eq!(client(&["10.0.0.7"]), None);
        assert_eq!(client(&["198.51.100.1, unknown"]), Some(ip("10.0.0.1")));
        assert_eq!(client(&["198.51.100.1, , 10.0.0.2"]), Some(ip("10.0.0.2")));
    }

    #[test]
    fn the_standard_header_is_read_as_well() {
        let ours = ours(ClientHeader::Forwarded);
        let client = |value: &str| ours.client(ip("127.0.0.1"), [value].into_iter());
        assert_eq!(
            client("for=1.1.1.1, For=\"[2001:db8::7]:4711\";proto=https, by=x;for=10.0.0.2"),
            Some(ip("2001:db8::7"))
        );
        assert_eq!(client("for=_hidden"), Some(ip("127.0.0.1")));
        assert_eq!(client("proto=https"), Some(ip("127.0.0.1")));
    }
}
