//! Where things are. All paths hang on the repository, so that a command works from any folder inside it.

use std::path::{Path, PathBuf};

/// The repository: the folder above this tool's own.
pub(crate) fn repository() -> PathBuf {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR"));
    tool.parent().expect("xtask lives in the repository").to_path_buf()
}

/// What the wasm compiler writes. Apart from `target/`, because it may be another compiler than the native one.
pub(crate) fn wasm_target() -> PathBuf {
    repository().join("target/wasm")
}

/// The finished script and wasm of the page, and the stamps that say what they were made from.
pub(crate) fn page() -> PathBuf {
    repository().join("target/page")
}

/// The static site.
pub(crate) fn dist() -> PathBuf {
    repository().join("dist")
}

/// The folder of the browser tests, which is also where the Node packages live.
pub(crate) fn browser_tests() -> PathBuf {
    repository().join("tests/browser")
}

/// Looks a program up in PATH, as a shell would.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
