//! `cargo xtask dist`: the static site in `dist/`, and the same page as one file.
//!
//! All addresses are relative, so that the folder works under any path. Each carries the hash of what it names, so
//! that a browser never joins an old script to a new program.

use crate::html::{self, AssetKind};
use crate::page::{self, Page};
use crate::{paths, single_file, stamp};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// What the served page may do. The network beyond its own files is not among it, nor is inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/// What was written.
pub(crate) struct Dist {
    pub(crate) folder: PathBuf,
    /// Everything in one file.
    pub(crate) single_file: PathBuf,
}

impl Dist {
    pub(crate) fn announce(&self) {
        let size = fs::metadata(&self.single_file).map_or(0, |file| file.len());
        println!(
            "{} is the site; {} is all of it in {} KB",
            self.folder.display(),
            self.single_file.display(),
            size / 1024
        );
    }
}

/// Builds the page where it is not fresh and writes `dist/` anew.
pub(crate) fn build() -> Result<Dist> {
    let page = page::build()?;
    let html = read_text(&paths::repository().join("index.html"))?;
    let folder = paths::dist();
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("index.html"), site(&html, &page, &folder)?)?;
    let single_file = folder.join("correio.html");
    fs::write(&single_file, single_file::build(&html, &page)?)?;
    Ok(Dist { folder, single_file })
}

/// Copies what the page names into `folder`; gives the text of its `index.html`.
fn site(html: &str, page: &Page, folder: &Path) -> Result<String> {
    let wasm = copy(&page.wasm, folder)?;
    let script = copy(&page.script, folder)?;
    let mut program = Some(format!("<script src=\"{script}\"></script>\n"));
    let assets = html::assets(html)?;
    let text = html::replace_assets(html, &assets, |asset| {
        let path = paths::repository().join(&asset.path);
        Ok(match asset.kind {
            AssetKind::Rust => format!("<link rel=\"preload\" href=\"{wasm}\" as=\"fetch\" crossorigin>"),
            AssetKind::Css => format!("<link rel=\"stylesheet\" href=\"{}\">", copy(&path, folder)?),
            AssetKind::Icon => format!("<link rel=\"icon\" href=\"{}\">", copy(&path, folder)?),
            AssetKind::CopyFile => copy(&path, folder).map(|_| String::new())?,
            AssetKind::CopyDir => copy_folder(&path, folder).map(|()| String::new())?,
            // The program's own script comes before the first script that uses it.
            AssetKind::Script => {
                let program = program.take().unwrap_or_default();
                format!("{program}<script src=\"{}\" data-wasm=\"{wasm}\"></script>", copy(&path, folder)?)
            }
        })
    })?;
    if program.is_some() {
        bail!("index.html has no script with data-trunk to start the program");
    }
    html::insert_in_head(&text, &policy_tag(POLICY))
}

/// The policy as a tag, for servers that set no headers.
pub(crate) fn policy_tag(policy: &str) -> String {
    format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")
}

/// Copies a file into the site; gives its relative address with the hash of its content.
fn copy(file: &Path, folder: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.file_name().context("an asset needs a name")?.to_string_lossy().into_owned();
    let target = folder.join(&name);
    if target.exists() {
        bail!("two files of the site are called {name}");
    }
    fs::write(&target, &bytes)?;
    Ok(format!("{name}?v={}", &stamp::of(&[&bytes])[..12]))
}

fn copy_folder(from: &Path, into: &Path) -> Result<()> {
    let target = into.join(from.file_name().context("an asset needs a name")?);
    fs::create_dir_all(&target)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            copy(&path, &target)?;
        }
    }
    Ok(())
}

pub(crate) fn read_text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
