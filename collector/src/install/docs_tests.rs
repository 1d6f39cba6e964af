//! What a remedy refers to is there.

use super::remedy;

#[test]
fn every_remedy_leads_to_a_page_and_a_heading_that_are_there() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo-site/docs");
    let codes = [
        "origin_forbidden",
        "key_unknown",
        "key_revoked",
        "key_not_publishable",
        "abandoned",
        "body_corrupt",
        "session_rate_limited",
        "json_malformed",
    ];
    let mut remedies = remedy::ALL.to_vec();
    remedies.extend(codes.map(remedy::of_refusal));
    remedies.extend(["content_forbidden", "too_old", "other"].map(remedy::of_rejection));
    remedies.extend(["wasm_refused", "not_loaded"].map(remedy::of_page));
    for remedy in remedies {
        let (page, heading) = remedy.docs.split_once('#').unwrap_or((remedy.docs, ""));
        let text = std::fs::read_to_string(docs.join(format!("{page}.md")));
        let text = text.unwrap_or_else(|_| panic!("there is no page {page}"));
        let mut headings = text.lines().filter(|line| line.starts_with('#')).map(slug);
        assert!(
            heading.is_empty() || headings.any(|known| known == heading),
            "{page}.md has no heading {heading}"
        );
    }
}

/// The name of a heading in an address, as the pages have it.
fn slug(line: &str) -> String {
    let text = line.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
