//! Figures and texts as a brief words them.

use std::collections::BTreeMap;

use super::{Act, Counted, Named, Rate, Term};
use crate::label::Milli;

pub(super) fn of(counted: Counted) -> String {
    format!("{} of {}", counted.failing, counted.total)
}

/// `13.3 % (12.1–14.5)`.
pub(super) fn share(rate: &Rate) -> String {
    let [low, high] = rate.interval;
    let bare = |bound: Milli| decimal(bound.thousandths());
    format!("{} ({}–{})", percent(rate.rate), bare(low), bare(high))
}

pub(crate) fn percent(share: Milli) -> String {
    format!("{} %", decimal(share.thousandths()))
}

/// A difference of shares, in percentage points.
pub(crate) fn points(difference: Milli) -> String {
    let sign = if difference.thousandths() < 0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{}", decimal(difference.abs().thousandths()))
}

/// Tenths of a percent as a percentage.
pub(crate) fn decimal(thousandths: i64) -> String {
    format!("{}.{}", thousandths / 10, thousandths % 10)
}

pub(super) fn acts(acts: &BTreeMap<Act, u64>, before: &str) -> String {
    if acts.is_empty() {
        return String::new();
    }
    let mut acts: Vec<_> = acts.iter().collect();
    acts.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    let acts: Vec<_> = acts
        .iter()
        .map(|(act, n)| format!("{} {n}", act.name()))
        .collect();
    let end = if before.is_empty() { "" } else { "." };
    format!("{before}{}{end}", acts.join(", "))
}

pub(super) fn terms(terms: &[Term]) -> String {
    let term = |term: &Term| format!("“{}” ({} : {})", plain(&term.term), term.here, term.there);
    terms.iter().map(term).collect::<Vec<_>>().join(", ")
}

pub(super) fn shares(names: &[Named]) -> String {
    let share = |named: &Named| {
        let Rate { counted, rate, .. } = named.rate;
        format!("{} {} ({})", plain(&named.name), of(counted), percent(rate))
    };
    names.iter().map(share).collect::<Vec<_>>().join(", ")
}

/// Somebody's text on one line, so that it is text in Markdown and in tables.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        for char in word.chars() {
            if matches!(
                char,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~'
            ) {
                plain.push('\\');
            }
            plain.push(char);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_text_becomes_markup() {
        assert_eq!(plain("a |b\n# c"), "a \\|b \\# c");
        assert_eq!(plain("<script> [x](y)"), "\\<script\\> \\[x\\](y)");
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(percent(Milli::new(133)), "13.3 %");
        assert_eq!(points(Milli::new(-52)), "−5.2");
    }
}
