//! `correio lessons`: lists the lessons, or holds one against the engine and says what it found.

use crate::language::is_portuguese;
use clap::Args;
use correio::lesson::check::check;
use correio::lesson::form::{Both, Lesson, Track};
use correio::lesson::library::{LESSONS, lesson};
use std::process::ExitCode;

const UNTRUE: u8 = 1;
const BAD_INPUT: u8 = 2;

#[derive(Args)]
pub(crate) struct LessonsArguments {
    /// A lesson's id: everything that it says is checked. Without it, the lessons are listed.
    id: Option<String>,
}

fn said(both: &Both<&'static str>) -> &'static str {
    if is_portuguese() { both.pt } else { both.en }
}

pub(crate) fn lessons(arguments: &LessonsArguments) -> ExitCode {
    let Some(id) = &arguments.id else {
        list();
        return ExitCode::SUCCESS;
    };
    match lesson(id) {
        Some(lesson) => report(lesson),
        None => {
            let (pt, en) = (format!("não há lição `{id}`"), format!("there is no lesson `{id}`"));
            eprintln!("correio: {}", if is_portuguese() { pt } else { en });
            ExitCode::from(BAD_INPUT)
        }
    }
}

fn list() {
    for lesson in LESSONS {
        let track = match (lesson.track, is_portuguese()) {
            (Track::Course, true) => "curso",
            (Track::Course, false) => "course",
            (Track::Failures, true) => "falhas",
            (Track::Failures, false) => "failures",
            (Track::Labs, true) => "laboratório",
            (Track::Labs, false) => "lab",
        };
        println!("{:<24} {track:<12} {:>2} min  {}", lesson.id, lesson.minutes, said(&lesson.title));
    }
}

fn report(lesson: &Lesson) -> ExitCode {
    println!("{}", said(&lesson.title));
    let findings = check(lesson);
    for finding in &findings {
        let mark = if finding.wrong.is_none() { "✓" } else { "✗" };
        println!("{mark} {}. {}", finding.step, finding.what);
        if let Some(why) = &finding.wrong {
            println!("     {why}");
        }
    }
    let is_true = findings.iter().all(|finding| finding.wrong.is_none());
    if is_true { ExitCode::SUCCESS } else { ExitCode::from(UNTRUE) }
}
