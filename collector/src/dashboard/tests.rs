use std::{collections::BTreeSet, path::Path};

use super::*;

fn text(name: &str) -> String {
    let file = file(name).unwrap_or_else(|| panic!("{name} is missing"));
    String::from_utf8(file.bytes.into_owned()).unwrap()
}

/// What a file loads: the names between quotes after `from`, `import(` and, in HTML,
/// `href=` and `src=`.
fn loads(name: &str, text: &str) -> Vec<String> {
    let pattern = regex::Regex::new(
        r#"(?:\bfrom\s*|\bimport\(\s*|\bimport\s+|href=|src=)"((?:\.{1,2}/|/page/)[^"]+)""#,
    );
    let folder = Path::new(name).parent().unwrap();
    let resolved = |relative: &str| {
        let absolute = relative.strip_prefix("/page/").map(Path::new);
        let path = absolute.map_or_else(|| folder.join(relative), Path::to_owned);
        let mut parts: Vec<&str> = Vec::new();
        for part in path.iter().filter_map(|part| part.to_str()) {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        parts.join("/")
    };
    let found = pattern.unwrap();
    let found = found.captures_iter(text);
    found.map(|found| resolved(&found[1])).collect()
}

#[test]
fn all_that_is_loaded_is_there_and_all_that_is_there_is_loaded() {
    let mut open = vec!["index.html".to_owned()];
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.clone()) {
            open.extend(loads(&name, &text(&name)));
        }
    }
    let all: BTreeSet<String> = Files::iter().map(Cow::into_owned).collect();
    let unused: Vec<_> = all.difference(&reached).collect();
    let licences = |name: &&&String| name.ends_with("LICENSE");
    assert!(unused.iter().all(|name| licences(&name)), "{unused:?}");
    assert!(reached.len() > 10, "{reached:?}");
}

#[test]
fn a_name_that_climbs_or_hides_is_no_file() {
    assert!(file("index.html").is_some());
    for name in [
        "../Cargo.toml",
        "lib/../index.html",
        "/etc/passwd",
        "lib",
        "lib/",
        "",
        "lib/.x",
    ] {
        assert!(file(name).is_none(), "{name:?}");
    }
}

#[test]
fn the_tag_changes_with_the_bytes() {
    let (index, script) = (file("index.html").unwrap(), file("app.js").unwrap());
    assert_eq!(index.tag, file("index.html").unwrap().tag);
    assert_ne!(index.tag, script.tag);
}
