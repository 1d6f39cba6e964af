//! The page around a report's body.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Styles of page, tables and plots.
const STYLE: &str = include_str!("style.css");

/// Nothing is fetched and nothing runs: the browser refuses both.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// One HTML file: `title` as its heading, then `body`, whose headings start at h2.
#[must_use]
pub fn page(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    (body)
                }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_whole_and_escapes_what_it_is_told() {
        let body = html! { h2 { "Part" } p { "a < b" } };
        let made = page("Tom & Ann", &body);
        assert!(made.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(made.contains("<title>Tom &amp; Ann</title>"));
        assert!(made.contains("<h1>Tom &amp; Ann</h1><h2>Part</h2><p>a &lt; b</p>"));
        assert!(made.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn a_page_asks_nobody_for_anything() {
        let made = page("t", &html! {});
        for outside in ["http:", "https:", "url(", "@import", "<script", "<link"] {
            assert!(!made.contains(outside), "{outside}");
        }
    }
}
