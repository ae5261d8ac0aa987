//! The page's program: Rust to wasm, the glue that loads it, and the optimiser; written to `target/page/`.
//!
//! The glue is a classic script, not a module: a page opened from `file://` may load no module.

use crate::wasm_toolchain::{TARGET, WasmToolchain};
use crate::{node, paths, shell, stamp};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// What the optimiser may use, named one by one: with `--all-features` it writes modules that no browser loads.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
];
const OPTIMISER_LEVEL: &str = "-Oz";

/// The two files of the program.
pub(crate) struct Page {
    /// The classic script that defines `wasm_bindgen`.
    pub(crate) script: PathBuf,
    pub(crate) wasm: PathBuf,
}

/// Builds what is not fresh. Prepares the toolchain and the Node packages on the way.
pub(crate) fn build() -> Result<Page> {
    let compiled = compile()?;
    let page = Page { script: paths::page().join("correio.js"), wasm: paths::page().join("correio_bg.wasm") };
    let bytes = fs::read(&compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let settings = format!("{OPTIMISER_LEVEL} {}", WASM_FEATURES.join(" "));
    let stamp = stamp::of(&[&bytes, settings.as_bytes()]);
    if !stamp::is_fresh(&page.wasm, &stamp) || !page.script.exists() {
        node::prepare()?;
        let glued = shell::step("wasm-bindgen: the glue", || glue(&compiled))?;
        shell::step("wasm-opt: smaller", || optimise(&glued, &page.wasm))?;
        stamp::set(&page.wasm, &stamp)?;
    }
    Ok(page)
}

fn compile() -> Result<PathBuf> {
    let toolchain = WasmToolchain::prepare()?;
    shell::step(&format!("cargo build for the page, with {}", toolchain.describe()), || {
        let mut cargo = toolchain.cargo_build()?;
        cargo.args(["--bin", "web", "--no-default-features", "--features", "web", "--profile", "web"]);
        shell::run(&mut cargo)
    })?;
    Ok(paths::wasm_target().join(TARGET).join("web/web.wasm"))
}

/// Writes `correio.js` beside the final wasm, and gives the wasm that fits it, not optimised yet.
fn glue(compiled: &Path) -> Result<PathBuf> {
    let folder = glued();
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name("correio").typescript(false).remove_producers_section(true);
    bindgen.no_modules(true)?.generate(&folder)?;
    fs::copy(folder.join("correio.js"), paths::page().join("correio.js"))?;
    Ok(before_optimiser())
}

fn glued() -> PathBuf {
    paths::page().join("glued")
}

/// The wasm that fits the glue, with its names, before the optimiser.
pub(crate) fn before_optimiser() -> PathBuf {
    glued().join("correio_bg.wasm")
}

fn optimise(glued: &Path, wasm: &Path) -> Result<()> {
    let mut optimiser = node::command();
    optimiser.arg(node::packages().join("binaryen/bin/wasm-opt")).arg(OPTIMISER_LEVEL).args(WASM_FEATURES);
    optimiser.arg("--output").arg(wasm).arg(glued);
    shell::run(&mut optimiser)
}
