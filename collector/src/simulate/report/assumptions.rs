//! What a world assumes, as its file says it.

use maud::{Markup, html};

use crate::{
    report::{Column, table},
    simulate::world::World,
};

/// One line of a world: what is set, to what, and where it comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Assumption {
    section: String,
    key: String,
    value: String,
    source: String,
}

/// The lines of a world's file that set something. A line without a comment has
/// its section's.
pub(super) fn assumptions(toml: &str) -> Vec<Assumption> {
    let (mut section, mut section_source) = (String::new(), String::new());
    let mut found = Vec::new();
    for line in toml.lines() {
        let (said, source) = split(line);
        if let Some(named) = said.strip_prefix('[') {
            named.trim_end_matches(']').clone_into(&mut section);
            source.clone_into(&mut section_source);
        } else if let Some((key, value)) = said.split_once(" = ") {
            if ["name", "about", "note", "extends"].contains(&key) {
                continue;
            }
            let source = if source.is_empty() {
                &section_source
            } else {
                source
            };
            found.push(Assumption {
                section: section.clone(),
                key: key.to_owned(),
                value: value.trim().to_owned(),
                source: source.to_owned(),
            });
        }
    }
    found
}

/// A line's statement and its comment; a `#` within quotes is neither.
fn split(line: &str) -> (&str, &str) {
    let mut quoted = false;
    for (place, letter) in line.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted => return (line[..place].trim(), line[place + 1..].trim()),
            _ => {}
        }
    }
    (line.trim(), "")
}

/// What people do in a world, given dissatisfied and satisfied.
pub(super) fn acts(world: &World) -> Markup {
    let all = assumptions(&world.source);
    let acts = all.into_iter().filter(|one| one.section == "acts");
    let rows: Vec<_> = acts
        .map(|one| {
            let pair = one.value.trim_matches(['[', ']']);
            let (dissatisfied, satisfied) = pair.split_once(", ").unwrap_or((pair, pair));
            vec![
                html! { code { (one.key) } },
                html! { (dissatisfied) },
                html! { (satisfied) },
                html! { (one.source) },
            ]
        })
        .collect();
    let columns = [
        Column::Words("Act"),
        Column::Numbers("dissatisfied"),
        Column::Numbers("satisfied"),
        Column::Words("Source"),
    ];
    table(
        &format!("What people do in world {}", world.name),
        &columns,
        &rows,
    )
}

/// All that a world's file states.
pub(super) fn whole(world: &World) -> Markup {
    let rows: Vec<_> = assumptions(&world.source)
        .into_iter()
        .map(|one| {
            let Assumption {
                section,
                key,
                value,
                source,
            } = one;
            let name = if section.is_empty() {
                key
            } else {
                format!("{section}.{key}")
            };
            vec![
                html! { code { (name) } },
                html! { (value) },
                html! { (source) },
            ]
        })
        .collect();
    let columns = [
        Column::Words("What"),
        Column::Words("Value"),
        Column::Words("Source"),
    ];
    table(
        &format!("World {}, as its file states it", world.name),
        &columns,
        &rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_assumption_with_its_source() {
        let toml = "name = \"x\"\ndays = 14.0 # assumption\n# a comment\n[acts] # guess\nrate = [0.1, 0.2]   # 1-3 %\nedit = [0.3, 0.4]\n[versions]\n\"a#1\" = { from = 0.0 }\n";
        let found = assumptions(toml);
        let flat = found
            .iter()
            .map(|one| [&*one.section, &*one.key, &*one.value, &*one.source]);
        assert_eq!(
            flat.collect::<Vec<_>>(),
            [
                ["", "days", "14.0", "assumption"],
                ["acts", "rate", "[0.1, 0.2]", "1-3 %"],
                ["acts", "edit", "[0.3, 0.4]", "guess"],
                ["versions", "\"a#1\"", "{ from = 0.0 }", ""],
            ]
        );
    }

    #[test]
    fn every_number_of_every_world_has_a_source() {
        for name in World::names() {
            let found = assumptions(World::source(name).unwrap());
            assert!(found.len() >= 3, "{name}");
            let bare: Vec<_> = found.iter().filter(|one| one.source.is_empty()).collect();
            assert!(bare.is_empty(), "{name}: {bare:?}");
        }
    }
}
