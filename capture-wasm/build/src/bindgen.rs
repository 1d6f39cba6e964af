//! Module → module and JavaScript glue.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::{Bindgen, EncodeInto};

use crate::paths::{Paths, STEM};

pub(crate) fn glue(paths: &Paths, module: &Path) -> Result<()> {
    // Snippets of an earlier build would otherwise stay behind.
    if paths.glue.exists() {
        fs::remove_dir_all(&paths.glue)?;
    }
    Bindgen::new()
        .input_path(module)
        .out_name(STEM)
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
        .generate(&paths.glue)
        .context("wasm-bindgen")
}
