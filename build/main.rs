//! Turns `www/lessons/*.md` into Rust data before the crate is compiled: what a lesson lacks, or says in one language
//! only, does not compile. The page carries no Markdown and no parser.

mod lesson;
mod markdown;
mod source;

use std::path::{Path, PathBuf};
use std::{env, fs};

const LESSONS: &str = "www/lessons";

fn main() {
    println!("cargo::rerun-if-changed={LESSONS}");
    println!("cargo::rerun-if-changed=build");
    let mut lessons: Vec<lesson::Lesson> = files().iter().map(|file| read(file)).collect();
    lessons.sort_by_key(|lesson| lesson.place());
    let items: Vec<String> = lessons.iter().map(lesson::Lesson::to_rust).collect();
    let text = format!("pub static LESSONS: &[Lesson] = &[\n{}];\n", items.concat());
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo names the folder")).join("lessons.rs");
    fs::write(target, text).expect("the folder can be written");
}

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(LESSONS).unwrap_or_else(|error| panic!("{LESSONS}: {error}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    files
}

fn read(file: &Path) -> lesson::Lesson {
    let id = file.file_stem().and_then(|stem| stem.to_str()).expect("a plain name");
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    source::sections(&text)
        .and_then(|source| lesson::Lesson::read(id, source))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
