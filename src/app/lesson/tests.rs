//! A lesson taken by messages alone.

use super::*;
use crate::app::model::Opening;
use crate::app::msg::Msg;

fn at(hash: &str) -> Model {
    Model::open(&Opening { hash: hash.to_owned(), search: "?paused".to_owned(), ..Opening::default() })
}

fn say(model: &mut Model, msg: LessonMsg) {
    model.update(Msg::Lesson(msg));
}

fn open(model: &Model) -> &OpenLesson {
    model.page.lesson.open.as_ref().expect("a lesson is open")
}

#[test]
fn a_step_stands_where_it_says() {
    let model = at("#lesson=what-is-kafka.1");
    assert_eq!(model.run.clock(), SimTime::from_millis(13_000));
    assert!(!model.run.is_playing());
}

#[test]
fn the_run_answers_the_prediction_watched_or_not() {
    let mut judged = Vec::new();
    for is_watched in [false, true] {
        let mut model = at("#lesson=what-is-kafka.4");
        say(&mut model, LessonMsg::Chose(1));
        if is_watched {
            say(&mut model, LessonMsg::PressedRun);
            model.run.set_pace(crate::playback::pacer::Pace::Fixed(crate::playback::pacer::Speed::FASTEST));
            for _ in 0..2_000 {
                model.update(Msg::FramePassed { wall_micros: 16_667 });
            }
        } else {
            say(&mut model, LessonMsg::PressedResult);
        }
        let Answer::Graded { chosen: 1, judged: now } = &open(&model).answer else { panic!("not graded") };
        judged.push((now.clone(), model.run.recording().cluster().ledger.totals().counted_twice));
    }
    assert_eq!(judged[0].0, [Judged::Holds, Judged::Fails, Judged::Fails]);
    assert_eq!(judged[0], judged[1], "what is done at a moment is done at that moment, however one gets there");
}

#[test]
fn the_next_step_goes_on_from_the_run_that_stands() {
    let mut model = at("#lesson=what-is-kafka.1");
    let reached = model.run.recording().reached();
    say(&mut model, LessonMsg::WentTo(2));
    assert!(model.run.recording().reached() > reached);
    say(&mut model, LessonMsg::WentTo(0));
    assert_eq!(model.run.clock(), SimTime::from_millis(13_000));
    assert!(model.run.recording().reached() > reached, "nothing was computed anew");
}

#[test]
fn a_goal_is_seen_when_the_run_reaches_it() {
    let mut model = at("#lesson=what-is-kafka.6");
    assert_eq!(model.views.lesson.is_goal_reached, Some(false));
    say(&mut model, LessonMsg::Tried(0));
    assert!(model.run.can_undo() && model.run.is_playing());
    model.update(Msg::PressedPlay);
    model.run.seek_time(SimTime::from_millis(40_000));
    model.update(Msg::PressedStep);
    assert_eq!(model.views.lesson.is_goal_reached, Some(true));
}

#[test]
fn a_link_to_a_fact_leads_to_its_event() {
    let mut model = at("#lesson=what-is-kafka.4");
    say(&mut model, LessonMsg::Chose(0));
    say(&mut model, LessonMsg::PressedResult);
    say(&mut model, LessonMsg::ShowMe("fact:node_crashed"));
    assert_eq!(model.run.clock().as_millis() / 100, 199);
}

#[test]
fn the_summary_counts_as_done_and_a_link_holds_the_place() {
    let mut model = at("#lesson=what-is-kafka.2");
    assert!(model.link().ends_with("&lesson=what-is-kafka.2"));
    assert!(at(&model.link()).page.lesson.open.is_some());
    say(&mut model, LessonMsg::WentTo(6));
    assert_eq!(model.page.lesson.finished, ["what-is-kafka"]);
    assert_eq!(open(&model).current(), None);
}

#[test]
fn a_clicker_turns_the_pages_only_while_presenting() {
    let press = |key: &str| {
        let (has_modifier, is_typing, is_on_button) = (false, false, false);
        Msg::PressedKey(KeyPress { key: key.to_owned(), has_modifier, is_typing, is_on_button })
    };
    let hash = "#lesson=what-is-kafka.1".to_owned();
    for (search, step) in [("?paused&present", 1), ("?paused", 0)] {
        let opening = Opening { hash: hash.clone(), search: search.to_owned(), ..Opening::default() };
        let mut model = Model::open(&opening);
        model.update(press("PageDown"));
        assert_eq!(open(&model).step, step, "{search}");
        model.update(press("b"));
        assert_eq!(model.page.is_blank, step == 1, "{search}");
    }
}
