//! Reads the text of an output without asking for layout.
//!
//! `innerText` and `String(selection)` lay the page out; walking the tree does
//! not. Line breaks come from the tags of blocks.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use crate::core::Reading;

/// Controls and decorations inside an answer are not its text.
const NOT_TEXT: &str = "button,[role=button],[role=toolbar],svg,script,style,noscript,\
    [aria-hidden=true],[data-tacit-private]";

/// Deeper than any real answer; bounds the recursion.
const DEPTH_MAX: u32 = 200;

/// The text and the code blocks inside `element`.
pub(super) fn read(element: &Element) -> Reading {
    let mut reading = Reading::default();
    walk(element, &mut reading, 0);
    reading
}

fn walk(node: &Node, reading: &mut Reading, depth: u32) {
    let mut child = node.first_child();
    while let Some(node) = child {
        match node.node_type() {
            Node::TEXT_NODE => {
                reading
                    .text
                    .push_str(&node.node_value().unwrap_or_default());
            }
            Node::ELEMENT_NODE if depth < DEPTH_MAX => {
                walk_element(node.unchecked_ref(), reading, depth);
            }
            _ => {}
        }
        child = node.next_sibling();
    }
}

fn walk_element(element: &Element, reading: &mut Reading, depth: u32) {
    if element.matches(NOT_TEXT).unwrap_or(true) {
        return;
    }
    let tag = element.tag_name();
    let block = is_block(&tag);
    if block {
        new_line(&mut reading.text);
    }
    let start = reading.text.len();
    walk(element, reading, depth + 1);
    if tag == "PRE" {
        let code = reading.text.get(start..).unwrap_or_default().to_owned();
        reading.code.push(code);
    }
    if block || tag == "BR" {
        new_line(&mut reading.text);
    } else if tag == "TD" || tag == "TH" {
        reading.text.push('\t');
    }
}

fn new_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "P" | "DIV"
            | "LI"
            | "UL"
            | "OL"
            | "PRE"
            | "BLOCKQUOTE"
            | "TABLE"
            | "TR"
            | "SECTION"
            | "ARTICLE"
            | "H1"
            | "H2"
            | "H3"
            | "H4"
            | "H5"
            | "H6"
            | "HR"
            | "DL"
            | "DT"
            | "DD"
            | "FIGURE"
            | "FIGCAPTION"
            | "HEADER"
            | "FOOTER"
            | "DETAILS"
            | "SUMMARY"
    )
}
