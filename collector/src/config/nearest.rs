//! The name somebody meant.

use strsim::osa_distance;

/// The nearest of `names`, where one is near: a letter wrong in every three, or the same
/// word longer or shorter.
pub(super) fn nearest<'a>(said: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace('-', "_");
    let said = plain(said);
    let far = (said.chars().count() / 3).max(1);
    names
        .filter_map(|name| {
            let known = plain(name);
            let distance = osa_distance(&said, &known);
            let is_part = said.len() >= 4 && (known.contains(&said) || said.contains(&known));
            (distance <= far || is_part).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_none() {
        let names = [
            "listen",
            "data",
            "segment_bytes",
            "keep_seconds",
            "drain_seconds",
        ];
        for (said, meant) in [
            ("lisen", Some("listen")),
            ("Listen", Some("listen")),
            ("dtaa", Some("data")),
            ("segment-byte", Some("segment_bytes")),
            ("segment", Some("segment_bytes")),
            ("keep", Some("keep_seconds")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(nearest(said, names.into_iter()), meant, "{said}");
        }
    }
}
