//! Files that are good and files that are not; and the reference.

use std::{path::Path, time::Duration};

use super::*;
use crate::store::StoreUrl;

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let variables = variables
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Loaded::parse(Path::new("tacit.toml"), text, &variables)
}

fn error(text: &str) -> String {
    load(text, &[]).unwrap_err().to_string()
}

#[test]
fn what_is_left_out_has_a_default() {
    let config = load("listen = \"0.0.0.0:80\"\n[log]\nkeep_seconds = 5", &[])
        .unwrap()
        .config;
    assert_eq!(config.listen.port(), 80);
    assert_eq!(config.log.keep(), Duration::from_secs(5));
    assert_eq!(config.log.segment_bytes, 64 * 1024 * 1024);
    assert_eq!(load("", &[]).unwrap().config, Config::default());
}

#[test]
fn sizes_and_times_may_have_their_unit() {
    let text = "drain_seconds = \"1min\"\n[log]\nsegment_bytes = \"1MiB\"\nkeep_seconds = \"24h\"\n[otlp]\nsettle_ms = \"2s\"\n";
    let config = load(text, &[("TACIT_LOG_BACKLOG_BYTES", "3GiB")])
        .unwrap()
        .config;
    assert_eq!(config.drain_seconds, 60);
    assert_eq!(config.log.segment_bytes, 1 << 20);
    assert_eq!(config.log.keep_seconds, 86_400);
    assert_eq!(config.log.backlog_bytes, 3 << 30);
    assert_eq!(config.otlp.settle_ms, 2_000);
}

#[test]
fn the_stores_password_is_shown_nowhere() {
    let good = "store = \"clickhouse://ada:sesame@ch-1/tacit\"\n";
    let loaded = load(good, &[]).unwrap();
    let StoreUrl::ClickHouse(url) = &loaded.config.store else {
        panic!("of ClickHouse");
    };
    assert_eq!(url.user, "ada");
    let shown = "clickhouse://ada:***@ch-1:8123/tacit";
    let of_file = loaded.settings.iter().find(|one| one.option == "store");
    assert_eq!(of_file.unwrap().value, shown);
    let variable = ("TACIT_STORE", "clickhouse://ada:sesame@ch-2/tacit");
    let loaded = load(good, &[variable]).unwrap();
    assert!(!format!("{loaded:?}").contains("sesame"));
    for text in [
        "store = \"clickhouse://ada:sesame@ch-1:0/tacit\"",
        "store = \"clickhouse://ada:sesame@ch-1/tacit",
        "stor = \"clickhouse://ada:sesame@ch-1/tacit\"",
        "store = \"clickhouse://ada:se@same@ch-1/tacit\"",
        "store = \"ClickHouse://ada:sesame@ch-1/tacit\"",
        "store = \"https://ada:sesame@ch-1/tacit\"",
        "store = [\"clickhouse://ada:sesame@ch-1/tacit\"]",
        "[log]\nstore = \"clickhouse://ada:sesame@ch-1/tacit\"",
    ] {
        let error = load(text, &[]).unwrap_err();
        let said = format!("{error} {:?}", error.problems());
        assert!(
            !said.contains("sesame") && !said.contains("same@"),
            "{said}"
        );
        assert!(error.to_string().contains("line "), "{error}");
    }
    let variable = ("TACIT_STORE", "clickhouse://ada:sesame@ch-2:0/tacit");
    let said = format!("{:?}", load("", &[variable]).unwrap_err());
    assert!(said.contains("port") && !said.contains("sesame"), "{said}");
}

#[test]
fn an_error_says_where_what_and_what_is_allowed() {
    for (text, said) in [
        (
            "lisen = \"1\"",
            "line 1, column 1: lisen: there is no such option; did you mean `listen`?",
        ),
        (
            "[log]\nkeep = 1",
            "line 2, column 1: log.keep: there is no such option; did you mean `keep_seconds`?",
        ),
        ("segment_bytes = 1", "did you mean the one of [log]?"),
        ("[log]\nworkers = 1", "it belongs above the first [table]"),
        (
            "colour = 1",
            "there is no such option; there are ack, capture, data,",
        ),
        (
            "[lgo]\n",
            "line 1, column 2: lgo: there is no such option; did you mean `log`?",
        ),
        (
            "workers = \"four\"",
            "line 1, column 11: workers: found the text \"four\"; a whole number is needed",
        ),
        ("workers = 2000", "found 2000; at most 1024 is allowed"),
        ("workers = -1", "found -1; at least 0 is needed"),
        (
            "workers = 1.5",
            "found the number 1.5; a whole number is needed",
        ),
        ("workers = 99999999999999999999", "at most 1024 is allowed"),
        ("listen = 8787", "found the number 8787; a text is needed"),
        (
            "listen = \"localhost\"",
            "an address with its port is needed",
        ),
        (
            "demo_url = \"chat.example\"",
            "starts with https:// or http://",
        ),
        (
            "[log]\nsegment_bytes = 12",
            "line 2, column 17: log.segment_bytes: found 12; at least 65536 (64 KiB) is needed",
        ),
        (
            "[log]\nsegment_bytes = \"8GiB\"",
            "at most 4294967296 (4 GiB) is allowed",
        ),
        (
            "[log]\nsegment_bytes = \"64MB\"",
            "found the text \"64MB\"; a number of bytes or a size such as \"64MiB\" is needed",
        ),
        ("log = 1", "log: found the number 1; a table is needed"),
        (
            "[schedule]\nname = 1",
            "a list of tables, each under [[…]], is needed",
        ),
        (
            "[[push]]\nnme = \"a\"",
            "line 2, column 1: push.nme: there is no such option; did you mean `name`?",
        ),
        ("listen = ", "line 1, column 10: "),
        ("workers = 1\nworkers = 2", "line 2, column 1: "),
    ] {
        let error = error(text);
        assert!(error.starts_with("tacit.toml: line "), "{error}");
        assert!(error.contains(said), "{text}: {error}");
    }
    assert!(
        error("[log]\nkeep_seconds = \"x\"")
            .ends_with("\n  |\n2 | keep_seconds = \"x\"\n  |                ^^^")
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let error = load(
        "lisen = 1\n[log]\nkep_seconds = 2",
        &[("TACIT_WORKERS", "many")],
    )
    .unwrap_err();
    let found: Vec<_> = error
        .problems()
        .into_iter()
        .map(|problem| problem.option)
        .collect();
    assert_eq!(found, ["lisen", "log.kep_seconds", "TACIT_WORKERS"]);
}

#[test]
fn the_environment_wins_over_the_file_and_says_so() {
    let text = "workers = 1\n[log]\nkeep_seconds = 5\n";
    let loaded = load(
        text,
        &[
            ("TACIT_WORKERS", "2"),
            ("TACIT_POLICY", "7"),
            ("TACIT_LISTN", "x"),
        ],
    )
    .unwrap();
    assert_eq!(loaded.config.workers, 2);
    assert_eq!(loaded.config.policy.as_deref(), Some(Path::new("7")));
    let from = |option: &str| {
        let found = loaded
            .settings
            .iter()
            .find(|setting| setting.option == option);
        found.unwrap().from.to_string()
    };
    assert_eq!(from("workers"), "environment, TACIT_WORKERS");
    assert_eq!(from("log.keep_seconds"), "file, line 3");
    assert_eq!(from("listen"), "default");
    assert_eq!(loaded.warnings.len(), 1, "{:?}", loaded.warnings);
    for (name, value, said) in [
        (
            "TACIT_WORKERS",
            "many",
            "TACIT_WORKERS: found \"many\"; a whole number is needed",
        ),
        (
            "TACIT_LISTEN",
            "80",
            "TACIT_LISTEN: found \"80\"; an address",
        ),
    ] {
        let error = load("", &[(name, value)]).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn data_is_never_served_to_everybody() {
    let agrees = |text: &str| load(text, &[]).unwrap().config.agrees();
    let error = agrees("capture = \"site\"\ndata = \"./x/../site/data\"")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("capture: ") && error.contains("served to everybody"),
        "{error}"
    );
    assert!(agrees("capture = \"site\"\ndata = \"site-data\"").is_ok());
    assert!(
        agrees(
            "capture = \"site\"\n[[schedule]]\nname = \"a\"\nkind = \"brief\"\nout = \"site/a\""
        )
        .is_err()
    );
}

#[test]
fn metrics_without_a_key_have_an_address_of_their_own() {
    let agrees = |text: &str| load(text, &[]).unwrap().config.agrees();
    let error = agrees("listen = \"127.0.0.1:80\"\n[metrics]\nlisten = \"127.0.0.1:80\"");
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("metrics.listen: 127.0.0.1:80 is `listen`"),
        "{error}"
    );
    assert!(agrees("[metrics]\nlisten = \"127.0.0.1:9464\"").is_ok());
}

#[test]
fn the_example_holds_the_defaults() {
    let example = reference::example();
    assert_eq!(load(&example, &[]).unwrap().config, Config::default());
    let mut options = 0;
    let said: Vec<_> = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(option)
                if option.starts_with(char::is_alphabetic) && !line.contains("# not set") =>
            {
                options += 1;
                option
            }
            _ => line,
        })
        .collect();
    let loaded = load(&said.join("\n"), &[]).unwrap();
    assert_eq!(loaded.config, Config::default());
    let from_file = |setting: &&Setting| matches!(setting.from, From::File { .. });
    assert_eq!(loaded.settings.iter().filter(from_file).count(), options);
    assert!(options > 5);
}

/// `TACIT_BLESS=1` writes them anew.
#[test]
fn the_reference_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = root.join("demo-site/docs/configuration.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (begin, end) = ("<!-- options -->\n", "<!-- end of options -->\n");
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let files = [
        (
            page,
            format!("{before}{begin}{}\n{end}{after}", reference::page()),
        ),
        (
            root.join("collector/tacit.example.toml"),
            reference::example(),
        ),
    ];
    for (path, current) in files {
        if std::env::var_os("TACIT_BLESS").is_some() {
            std::fs::write(&path, &current).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == current,
            "{} is old: TACIT_BLESS=1 cargo test -p tacit-collector --lib config:: writes it anew",
            path.display()
        );
    }
}
