//! Module → module and JavaScript glue.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

use crate::paths::{Module, Paths};

pub(crate) fn glue(paths: &Paths, which: Module, module: &Path) -> Result<()> {
    let glue = paths.glue_of(which);
    // Snippets of an earlier build would otherwise stay behind.
    if glue.exists() {
        fs::remove_dir_all(&glue)?;
    }
    let mut output = Bindgen::new()
        .input_path(module)
        .out_name(which.stem)
        // An ES module that is handed the Wasm's address: one glue serves
        // every bundler and the script tag.
        .web(true)?
        // The package has typings of its own; these would describe the
        // inside.
        .typescript(false)
        // Every browser that has bulk memory has `encodeInto`: no fallback.
        .encode_into(EncodeInto::Always)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen")?;

    let module = output.wasm_mut();
    let mut names = Names::default();
    for import in module.imports.iter_mut() {
        // What comes straight from a file of `js/` may have the same name there as
        // something else here.
        if import.module.starts_with("./snippets/") {
            import.name.insert(0, '#');
            import.name.insert_str(0, &import.module);
        }
        names.shorten(&mut import.name);
        names.shorten(&mut import.module);
    }
    for export in module.exports.iter_mut() {
        names.shorten(&mut export.name);
    }
    output.emit(&glue).context("wasm-bindgen")?;
    fs::write(paths.names(which), names.table()).context("writing the names")
}

/// What module and glue call each other, in one or two letters:
/// `__wbg_observe_1c390aab39e98a11` and its like are a tenth of both.
/// `bundle.mjs` does the same to the glue.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn shorten(&mut self, name: &mut String) {
        let place = self.0.iter().position(|known| known == name);
        let place = place.unwrap_or_else(|| {
            self.0.push(name.clone());
            self.0.len() - 1
        });
        *name = short(place);
    }

    /// A line for each name: the long and the short one.
    fn table(&self) -> String {
        let mut table = String::new();
        for (place, name) in self.0.iter().enumerate() {
            table += &format!("{name}\t{}\n", short(place));
        }
        table
    }
}

/// a, b, … z, aa, ba, …
fn short(mut place: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b"abcdefghijklmnopqrstuvwxyz"[place % 26]));
        place /= 26;
        if place == 0 {
            return name;
        }
        place -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_never_the_same() {
        let mut names = Names::default();
        let mut seen = std::collections::HashSet::new();
        for n in 0..1_000 {
            let mut name = format!("__wbg_{n}");
            names.shorten(&mut name);
            assert!(name.len() <= 3 && seen.insert(name), "{n}");
        }
        let mut again = "__wbg_26".to_owned();
        names.shorten(&mut again);
        assert_eq!(again, "aa");
        assert!(names.table().starts_with("__wbg_0\ta\n__wbg_1\tb\n"));
    }
}
