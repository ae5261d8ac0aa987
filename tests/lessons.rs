//! Every lesson held against the engine: each claim, live value and link is true of the run it speaks of, each prediction
//! has exactly one choice that happens, each goal can be reached, each lab is broken, can be repaired, and not by luck.

use correio::lesson::check::{Finding, check};
use correio::lesson::form::{Both, Claim, Inline, Lesson, Scene, Step, Task, Track};
use correio::lesson::library::LESSONS;

fn wrongs(lesson: &Lesson) -> Vec<String> {
    let wrong = |finding: Finding| {
        let why = finding.wrong?;
        Some(format!("{}, step {}: {}: {why}", lesson.id, finding.step, finding.what))
    };
    check(lesson).into_iter().filter_map(wrong).collect()
}

#[test]
fn what_lessons_say_the_engine_says_too() {
    let wrong: Vec<String> = LESSONS.iter().flat_map(wrongs).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_lesson_that_says_what_is_not_so_is_found_out() {
    static STEPS: &[Step] = &[Step {
        title: Both { pt: "", en: "" },
        text: Both { pt: &[], en: &[] },
        notes: Both { pt: &[], en: &[] },
        scene: Scene { scenario: "checkout", seed: None, settings: &[], deeds: &[], at_ms: 13_000 },
        task: Task::Read,
        claims: &[
            Claim { at_ms: 13_000, holds: "leader.orders-0 == 1" },
            Claim { at_ms: 13_000, holds: "leader.orders-0 == 2" },
        ],
    }];
    let nothing: &[Inline] = &[];
    let lesson = Lesson {
        id: "wrong",
        track: Track::Course,
        minutes: 1,
        title: Both { pt: "", en: "" },
        goal: Both { pt: nothing, en: nothing },
        steps: STEPS,
        summary: Both { pt: &[], en: &[] },
        terms: &[],
    };
    assert_eq!(
        wrongs(&lesson),
        ["wrong, step 1: leader.orders-0 == 2: Fails: leader.orders-0 == 2 (leader.orders-0 is 1)"]
    );
}
