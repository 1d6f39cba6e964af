//! The document tells of what is registered, and of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use serde_json::Value;

use super::{super::problem::Kind, document_json};

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::DELETE,
    Method::OPTIONS,
    Method::PUT,
];

fn document() -> Value {
    serde_json::from_str(&document_json().unwrap()).unwrap()
}

fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let operation = &item[method.as_str().to_lowercase()];
            if !operation.is_null() {
                found.insert(format!("{method} {path}"), operation);
            }
        }
    }
    found
}

#[test]
fn every_registered_route_is_told_and_no_other() {
    let document = document();
    let told: BTreeSet<String> = operations(&document).into_keys().collect();
    let registered: BTreeSet<String> = super::super::all()
        .iter()
        .flat_map(|route| {
            let (pattern, methods) = route.told();
            // `{id:.+}` is `{id}` there: the document has no patterns.
            let path: String = pattern
                .split('/')
                .map(|part| match part.split_once(':') {
                    Some((name, _)) => format!("{name}}}"),
                    None => part.to_owned(),
                })
                .collect::<Vec<_>>()
                .join("/");
            let names = methods.iter().map(move |method| format!("{method} {path}"));
            names.collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(told, registered);
}

#[test]
fn every_code_of_a_problem_is_told() {
    let document = document();
    let mut told = String::new();
    for operation in operations(&document).values() {
        for response in operation["responses"].as_object().unwrap().values() {
            told.push_str(response["description"].as_str().unwrap());
        }
    }
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        assert_eq!(kind as usize, place, "{kind:?}");
    }
    assert_eq!(Kind::ALL.len(), Kind::Internal as usize + 1, "the last one");
    // The answer to what is told nowhere: other methods.
    let elsewhere = [Kind::MethodNotAllowed];
    for kind in Kind::ALL {
        let code = format!("`{}`", kind.code());
        assert!(
            told.contains(&code) || elsewhere.contains(&kind),
            "{code} is in no answer of the document"
        );
    }
}

#[test]
fn every_operation_says_what_it_is_and_who_may() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    for (name, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{name} has no summary");
        assert!(operation["operationId"].is_string(), "{name} has no id");
        let security = operation["security"].as_array();
        let security = security.unwrap_or_else(|| panic!("{name} names no permission"));
        let scope = &security[0]["secret"];
        let is_open = security[0]
            .as_object()
            .is_some_and(serde_json::Map::is_empty);
        let scopes = ["ingest", "read", "admin"].map(|scope| serde_json::json!([scope]));
        assert!(is_open || scopes.contains(scope), "{name}: {security:?}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| walk(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    walk(&document, &mut found);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// The page about the API has tables that are made here; `TACIT_BLESS=1` writes them.
#[test]
fn the_page_is_current() {
    let document = document();
    let tables = [
        ("operations", operations_told(&document)),
        ("problems", problems_told()),
    ];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo-site/docs/api.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut current = page.clone();
    for (marker, table) in tables {
        let marker = format!("<!-- {marker} -->");
        let parts: Vec<&str> = current.split(&marker).collect();
        let [before, _, after] = parts[..] else {
            panic!("{marker} stands twice in demo-site/docs/api.md");
        };
        current = format!("{before}{marker}\n{table}{marker}{after}");
    }
    if std::env::var_os("TACIT_BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
        return;
    }
    assert!(
        page == current,
        "demo-site/docs/api.md is old: \
         TACIT_BLESS=1 cargo test -p tacit-collector --lib http::openapi writes it anew"
    );
}

fn operations_told(document: &Value) -> String {
    let mut told =
        String::from("| operation | does | scope | answers |\n| --- | --- | --- | --- |\n");
    for tag in document["tags"].as_array().unwrap() {
        for (name, operation) in operations(document) {
            if operation["tags"][0] != tag["name"] {
                continue;
            }
            let scope = operation["security"][0]["secret"][0].as_str();
            let answers = operation["responses"].as_object().unwrap().keys();
            let answers: Vec<_> = answers.map(String::as_str).collect();
            told.push_str(&format!(
                "| `{name}` | {} | {} | {} |\n",
                operation["summary"].as_str().unwrap(),
                scope.unwrap_or("–"),
                answers.join(" "),
            ));
        }
    }
    told
}

fn problems_told() -> String {
    let mut told = String::from("| code | status | again? | means |\n| --- | --- | --- | --- |\n");
    for kind in Kind::ALL {
        let again = if kind.is_retryable() { "yes" } else { "no" };
        let (code, status, title) = (kind.code(), kind.status(), kind.title());
        told.push_str(&format!("| `{code}` | {status} | {again} | {title} |\n"));
    }
    told
}
