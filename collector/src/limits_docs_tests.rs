//! The page on limits says what they are.

use std::collections::BTreeMap;

use crate::config::LimitsConfig;

const PAGE: &str = include_str!("../../demo-site/docs/limits.md");
const OURS: &str = include_str!("limits.rs");
const WIRE: &str = include_str!("../../signals/src/limits.rs");

/// Names in backticks in the first cell of a row, with the second cell.
fn rows() -> BTreeMap<&'static str, &'static str> {
    let row = |line: &'static str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        Some((cells.next()?.trim_end_matches('`'), cells.next()?))
    };
    PAGE.lines().filter_map(row).collect()
}

/// `16 KiB` as 16384, `14 days` in ms, `10 s` as 10.
fn number(cell: &str) -> u64 {
    let (count, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    let unit = match unit {
        "" | "s" => 1,
        "KiB" => 1_024,
        "MiB" => 1_024 * 1_024,
        "days" => 86_400_000,
        other => panic!("{other} in {cell}"),
    };
    count.parse::<u64>().unwrap() * unit
}

/// The value of the constant `name`, which is a number, a product, a shift or another one.
fn constant(name: &str) -> u64 {
    let start = format!("pub const {name}: ");
    let line = [OURS, WIRE]
        .iter()
        .find_map(|source| source.split_once(&start))
        .unwrap_or_else(|| panic!("there is no {name}"));
    let (_, value) = line.1.split_once(" = ").unwrap();
    let (value, _) = value.split_once(';').unwrap();
    if let Some((one, by)) = value.split_once(" << ") {
        return one.parse::<u64>().unwrap() << by.parse::<u32>().unwrap();
    }
    value
        .split('*')
        .map(|factor| {
            let factor = factor.trim();
            match factor.replace('_', "").parse() {
                Ok(number) => number,
                Err(_) => constant(factor.rsplit("::").next().unwrap()),
            }
        })
        .product()
}

#[test]
fn every_constant_on_the_page_has_its_value() {
    let rows = rows();
    let constants = rows.iter().filter(|(name, _)| !name.contains('.'));
    let mut count = 0;
    for (name, cell) in constants {
        assert_eq!(number(cell), constant(name), "{name}");
        count += 1;
    }
    assert!(count > 30, "only {count} rows were read");
    for name in OURS.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("pub const ")?.split_once(':')?;
        Some(name)
    }) {
        if name.ends_with("BODY_BYTES_MAX") || name.starts_with("UNPACK") {
            assert!(rows.contains_key(name), "{name} is not on the page");
        }
        if PAGE.contains(&format!("`{name}`")) && name.ends_with("_MS") {
            assert_eq!(
                constant("ADDRESS_SALT_MS"),
                3_600_000,
                "the page says an hour"
            );
        }
    }
}

#[test]
fn every_option_is_on_the_page_with_its_default() {
    let rows = rows();
    let defaults = format!("{:?}", LimitsConfig::default());
    let options: Vec<(&str, u64)> = defaults
        .split(['{', ','])
        .filter_map(|pair| {
            let (name, value) = pair.trim().split_once(": ")?;
            Some((name, value.trim_end_matches([' ', '}']).parse().ok()?))
        })
        .collect();
    assert!(options.len() >= 12, "{defaults}");
    for (name, default) in &options {
        let row = rows.get(format!("limits.{name}").as_str());
        let cell = row.unwrap_or_else(|| panic!("limits.{name} is not on the page"));
        assert_eq!(number(cell), *default, "limits.{name}");
    }
    let told = rows.keys().filter(|name| name.starts_with("limits."));
    assert_eq!(told.count(), options.len(), "an option that does not exist");
    for other in ["trusted_proxies", "client_header"] {
        assert!(PAGE.contains(&format!("{other} = ")), "{other}");
    }
}
