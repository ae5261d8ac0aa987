//! A compiler with a standard library for wasm32: rustup's where it can be had, else Debian's, which brings the
//! library's source and compiles it with the page.
//!
//! What is there already is tried first, so that the second run asks no network.

use crate::{paths, setup, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of the page.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Chooses one way and forbids the other: `native` or `debian`. For trying a way on a machine that has both.
const CHOICE_VARIABLE: &str = "CORREIO_WASM_TOOLCHAIN";

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

const NOTHING_SERVES: &str = "the page needs Rust's standard library for wasm32: \
    run `rustup target add wasm32-unknown-unknown`, \
    or on Debian 12 as root `apt-get install rustc-web cargo-web rust-web-src`";

/// How the page can be compiled here.
#[derive(Debug)]
pub(crate) enum WasmToolchain {
    /// The native compiler has the library.
    Native,
    /// Debian's compiler builds the library from its source; `linker` links the result.
    Debian { linker: PathBuf },
}

impl WasmToolchain {
    /// The toolchain that is here, without installing anything.
    pub(crate) fn find() -> Option<Self> {
        if may_use("native") && native_library_is_here() {
            return Some(Self::Native);
        }
        let linker = linker()?;
        (may_use("debian") && debian_is_here()).then_some(Self::Debian { linker })
    }

    /// The toolchain that is here, or that can be installed.
    pub(crate) fn prepare() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        let added = may_use("native")
            && paths::program("rustup").is_some()
            && shell::step("rustup target add wasm32-unknown-unknown", || {
                shell::run(Command::new("rustup").args(["target", "add", TARGET]))
            })
            .is_ok();
        if added && native_library_is_here() {
            return Ok(Self::Native);
        }
        if !may_use("debian") {
            bail!("{NOTHING_SERVES}");
        }
        setup::apt_install(DEBIAN_PACKAGES).context(NOTHING_SERVES)?;
        if linker().is_none() {
            setup::apt_install(&["lld"]).context("the page needs a linker for wasm: install Debian's `lld`")?;
        }
        Self::find().context("Debian's rustc-web is installed, but it has no source of the standard library")
    }

    /// A cargo that builds for the page; the caller adds `build` options.
    pub(crate) fn cargo_build(&self) -> Result<Command> {
        let mut command = match self {
            Self::Native => shell::cargo(),
            Self::Debian { linker } => debian_cargo(linker)?,
        };
        command.arg("build").args(["--target", TARGET]);
        if matches!(self, Self::Debian { .. }) {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command.env("CARGO_TARGET_DIR", paths::wasm_target()).env("RUSTFLAGS", flags());
        Ok(command)
    }

    /// One line for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Native => "the native compiler's own wasm32 library".to_string(),
            Self::Debian { linker } => format!("Debian's rustc-web, linked by {}", linker.display()),
        }
    }
}

/// Paths of the machine that built the page are nobody's business and make two builds differ.
fn flags() -> String {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let mut flags = format!("--remap-path-prefix={}=.", paths::repository().display());
    if let Ok(home) = home {
        flags.push_str(&format!(" --remap-path-prefix={home}=cargo"));
    }
    flags
}

fn may_use(way: &str) -> bool {
    std::env::var(CHOICE_VARIABLE).map_or(true, |choice| choice.is_empty() || choice == way)
}

fn native_library_is_here() -> bool {
    native_sysroot().is_some_and(|sysroot| sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

/// The folder of the native compiler. Asked from the repository, where a toolchain file may choose it.
fn native_sysroot() -> Option<PathBuf> {
    let mut command = Command::new("rustc");
    command.args(["--print", "sysroot"]).current_dir(paths::repository());
    shell::output(&mut command).ok().map(|text| PathBuf::from(text.trim()))
}

/// Debian's compiler with the library's source. A rustc of Debian without `-web` has neither.
fn debian_is_here() -> bool {
    if !Path::new(DEBIAN_CARGO).is_file() {
        return false;
    }
    let sysroot = shell::output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]));
    sysroot.is_ok_and(|text| Path::new(text.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file())
}

fn debian_cargo(linker: &Path) -> Result<Command> {
    let mut command = Command::new(DEBIAN_CARGO);
    shell::forget_outer_cargo(&mut command);
    // Rustup's own words to its children would send Debian's cargo back to rustup's compiler.
    for name in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "CARGO", "RUSTDOC"] {
        command.env_remove(name);
    }
    let path = std::env::var("PATH").context("PATH is not set")?;
    command
        .current_dir(paths::repository())
        .env("PATH", format!("/usr/bin:{path}"))
        .env("RUSTC", DEBIAN_RUSTC)
        // Building the standard library is an unstable option of a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    Ok(command)
}

/// A linker for wasm: rustup's `rust-lld`, else an `lld` of the system. Debian's rustc-web brings none.
fn linker() -> Option<PathBuf> {
    native_sysroot().and_then(|sysroot| rust_lld(&sysroot)).or_else(system_lld)
}

fn rust_lld(sysroot: &Path) -> Option<PathBuf> {
    let targets = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    targets.flatten().map(|target| target.path().join("bin/rust-lld")).find(|file| file.is_file())
}

/// `wasm-ld`, or the newest `wasm-ld-N`: Debian names it with the version of LLVM.
fn system_lld() -> Option<PathBuf> {
    if let Some(found) = paths::program("wasm-ld") {
        return Some(found);
    }
    let version = |file: &Path| file.file_name()?.to_str()?.strip_prefix("wasm-ld-")?.parse::<u32>().ok();
    let folder = std::fs::read_dir("/usr/bin").ok()?;
    folder.flatten().map(|entry| entry.path()).filter(|file| version(file).is_some()).max_by_key(|file| version(file))
}

/// Says in one sentence what is missing; for `setup --check`.
pub(crate) fn check() -> Result<String> {
    match WasmToolchain::find() {
        Some(found) => Ok(found.describe()),
        None => bail!("no standard library for wasm32; `cargo xtask setup` installs it"),
    }
}
