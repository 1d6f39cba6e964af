//! Files that are good, and files that are not.

use std::path::Path;

use super::*;
use crate::config::Config;

const GOOD: &str = r#"
[[schedule]]
name = "prompts"
kind = "brief"
out = "/var/lib/tacit/briefs"

[[schedule]]
name = "tuning"
kind = "dataset"
format = "trl-kto"
split = 0.1
mature_only = true
wait = "16d"
out = "/var/lib/tacit/datasets"
"#;

fn parsed(text: &str) -> Result<Vec<Schedule>, String> {
    let config = Config::parse(Path::new("tacit.toml"), text);
    config
        .map(|config| config.schedule)
        .map_err(|error| error.to_string())
}

#[test]
fn what_is_left_out_has_a_default() {
    let schedules = parsed(GOOD).unwrap();
    assert_eq!(schedules[0].every, Every::Week);
    let Makes::Brief(brief) = &schedules[0].makes else {
        panic!("a brief");
    };
    assert_eq!((brief.examples, brief.trust), (3, Trust::Known));
    assert_eq!(schedules[1].every, Every::Month);
    assert_eq!(schedules[1].wait_ms, Some(16 * DAY_MS));
    let Makes::Dataset(dataset) = &schedules[1].makes else {
        panic!("a dataset");
    };
    let split = dataset.split.unwrap();
    assert_eq!((split.share, split.by), (Milli::new(100), SplitBy::Person));
    assert!(dataset.mature_only && dataset.dedupe && dataset.redact);
    assert_eq!(parsed("").unwrap(), []);
}

#[test]
fn errors_name_line_and_field() {
    let wrong = [
        ("name = \"tuning\"", "name = \"a b\"", "line 8", "name = "),
        (
            "name = \"tuning\"",
            "name = \"prompts\"",
            "line 8",
            " name: ",
        ),
        ("kind = \"brief\"", "kind = \"poem\"", "line 4", "kind = "),
        ("kind = \"brief\"", "", "line 2", "`kind`"),
        (
            "kind = \"dataset\"",
            "kind = \"brief\"",
            "line 10",
            " format: ",
        ),
        (
            "format = \"trl-kto\"",
            "format = \"labels\"",
            "line 10",
            "format = ",
        ),
        ("format = \"trl-kto\"", "", "line 7", " format: "),
        ("split = 0.1", "split = 1.5", "line 11", "split = "),
        (
            "split = 0.1",
            "split_by = \"person\"",
            "line 11",
            " split_by: ",
        ),
        ("mature_only = true", "mature = true", "line 12", "mature"),
        ("wait = \"16d\"", "wait = \"16\"", "line 13", "wait = "),
        ("wait = \"16d\"", "every = \"day\"", "line 13", "every = "),
        ("datasets", "briefs", "line 14", " out: "),
    ];
    for (good, bad, line, field) in wrong {
        let error = parsed(&GOOD.replace(good, bad)).unwrap_err();
        assert!(
            error.contains(line) && error.contains(field),
            "{bad}: {error}"
        );
    }
}
