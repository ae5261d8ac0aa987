//! A Chromium for the tests: the one named by `CHROME`, else one in PATH, else Debian's package.

use crate::{paths, setup};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// The browser that is here, without installing anything.
pub(crate) fn find() -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os("CHROME").filter(|name| !name.is_empty()) {
        let path = PathBuf::from(&named);
        if path.is_file() {
            return Ok(Some(path));
        }
        return match paths::program(&path.to_string_lossy()) {
            Some(found) => Ok(Some(found)),
            None => bail!("CHROME names {}, and there is no such program", path.display()),
        };
    }
    Ok(NAMES.iter().find_map(|name| paths::program(name)))
}

/// The browser that is here, or that can be installed.
pub(crate) fn prepare() -> Result<PathBuf> {
    if let Some(found) = find()? {
        return Ok(found);
    }
    setup::apt_install(&["chromium"]).context(
        "the browser tests need Chromium: install it (`apt-get install chromium`), or name one in the variable CHROME",
    )?;
    find()?.context("Debian's chromium is installed, but PATH has no `chromium`")
}

/// Says what is there, without installing anything.
pub(crate) fn check() -> Result<String> {
    match find()? {
        Some(found) => Ok(found.display().to_string()),
        None => bail!("no Chromium; `cargo xtask setup` installs it, or name one in CHROME"),
    }
}
