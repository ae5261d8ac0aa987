//! Vector files from the disk, for the command line.

use super::{conform, report::Report};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Deepest nesting of folders that is searched.
const DEPTH_MAX: usize = 16;

/// Runs every file of `paths`, and every `.json` file in each folder of it, and writes one line a file:
/// `name: N passed, M failed`, then the first failure or the reason why it could not be run.
/// Answers true when every file could be run and every case passed.
///
/// # Errors
/// Only when `out` cannot be written to.
pub fn run_paths(paths: &[PathBuf], out: &mut dyn Write) -> io::Result<bool> {
    let mut all_passed = true;
    for path in paths {
        match files_of(path, DEPTH_MAX) {
            Ok(files) if files.is_empty() => {
                all_passed = false;
                writeln!(out, "{}: error: no .json file in this folder", path.display())?;
            }
            Ok(files) => {
                for file in files {
                    all_passed &= run_file(&file, out)?;
                }
            }
            Err(why) => {
                all_passed = false;
                writeln!(out, "{}: error: {why}", path.display())?;
            }
        }
    }
    Ok(all_passed)
}

fn run_file(path: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let outcome = fs::read_to_string(path)
        .map_err(|why| why.to_string())
        .and_then(|text| conform(&text).map_err(|why| why.to_string()));
    match outcome {
        Ok(report) => {
            write_report(path, &report, out)?;
            Ok(report.failed == 0)
        }
        Err(why) => {
            writeln!(out, "{}: error: {why}", path.display())?;
            Ok(false)
        }
    }
}

fn write_report(path: &Path, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let name = path.file_stem().map_or(report.name.into(), |stem| stem.to_string_lossy());
    writeln!(out, "{name}: {} passed, {} failed", report.passed, report.failed)?;
    if let Some(failure) = &report.first_failure {
        writeln!(out, "  given:    {}", failure.given)?;
        writeln!(out, "  expected: {}", failure.expected)?;
        writeln!(out, "  ours:     {}", failure.ours)?;
    }
    Ok(())
}

/// The path itself when it is a file; the `.json` files under it, sorted, when it is a folder.
fn files_of(path: &Path, depth: usize) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut entries =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            if depth > 0 {
                files.extend(files_of(&entry, depth - 1)?);
            }
        } else if entry.extension().is_some_and(|extension| extension == "json") {
            files.push(entry);
        }
    }
    Ok(files)
}
