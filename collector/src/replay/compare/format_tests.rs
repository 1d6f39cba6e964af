use super::*;

const RICH: &str = "# Title\n\n## Part\n\nSee [the book](https://example.org).\n\n- a\n- b\n  1. c\n\n| x | y |\n| - | - |\n| 1 | 2 |\n\n```Rust,no_run\n# not a heading\n- no list\n```\n\n```\nplain\n```\n";

fn keys_of(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_reader_sees_is_counted() {
    let format = Format::of(RICH);
    let expected = Format {
        headings: 2,
        lists: 2,
        tables: 1,
        code: 2,
        languages: keys_of(&["rust"]),
        links: 1,
        json: None,
    };
    assert_eq!(format, expected);
    assert_eq!(
        Format::of("Only words, 3 * 4 * 5 and a | b."),
        Format::default()
    );
}

#[test]
fn json_is_json_bare_or_in_its_one_block() {
    let json = |text| Format::of(text).json;
    let bare = "{\"b\": \"- a\\n# c\", \"a\": [1]}";
    assert_eq!(json(bare), Some(keys_of(&["a", "b"])));
    let link = Format::of("{\"a\": \"[the book](https://example.org)\"}");
    assert_eq!((link.links, link.json), (0, Some(keys_of(&["a"]))));
    assert_eq!(json("```json\n[1, 2]\n```\n"), Some(BTreeSet::new()));
    assert_eq!(
        json("Here:\n\n```json\n[1]\n```"),
        None,
        "something beside it"
    );
    assert_eq!(json("{\"a\": 1,}"), None);
    assert_eq!(json("42"), None, "a number is no document");
    let blocks = Format::of("```json\n{\"a\": 1}\n```");
    assert_eq!((blocks.code, blocks.json), (1, Some(keys_of(&["a"]))));
}

#[test]
fn what_is_lost_is_told_once() {
    let lost = |old, new| -> Vec<String> {
        let lost = missing(&Format::of(old), &Format::of(new));
        lost.iter().map(Feature::name).collect()
    };
    assert_eq!(lost(RICH, RICH), [""; 0]);
    assert_eq!(
        lost(RICH, "words"),
        ["table", "code", "heading", "list", "link"]
    );
    assert_eq!(lost("```rust\na\n```", "```go\na\n```"), ["code in rust"]);
    assert_eq!(lost("{\"a\":1,\"b\":2}", "{\"a\":3}"), ["key b"]);
    assert_eq!(lost("{\"a\":1,\"b\":2}", "{\"a\":3"), ["json"]);
    assert_eq!(lost("words", RICH), [""; 0]);
    let relied_on = |feature: Feature| feature.is_relied_on();
    assert!(relied_on(Feature::Json) && relied_on(Feature::Language("go".into())));
    assert!(!relied_on(Feature::Heading));
}
