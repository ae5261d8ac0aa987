//! Everything that can happen to the page: facts in the past tense, whoever caused them.

use super::lesson::LessonMsg;
use super::model::{Dialog, Panel};
use super::preferences::Theme;
use super::shortcuts::KeyPress;
use crate::cause::Question;
use crate::cluster::intervention::ConfigPlace;
use crate::playback::pacer::Pace;
use crate::protocol::ids::EventNumber;
use crate::report::compare::WhatIf;
use crate::sim::time::SimTime;
use crate::text::language::Language;
use crate::view::command_line_view::CommandLine;
use crate::view::inspector_view::Action;
use crate::view::selection::Selection;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// So many microseconds of the viewer's have passed since the frame before.
    FramePassed {
        wall_micros: u64,
    },
    /// The tab went out of sight, or came back.
    WentOutOfSight(bool),
    /// Somebody followed or pasted another link into this page.
    AddressChanged(String),
    PressedKey(KeyPress),

    PressedPlay,
    PressedStep,
    PressedStepBack,
    SoughtEvent(EventNumber),
    SoughtTime(SimTime),
    SoughtStart,
    SoughtEnd,
    SoughtFlag {
        is_after: bool,
    },
    ChosePace(Pace),
    PressedSlower,
    PressedFaster,

    Selected(Option<Selection>),
    ChoseAction(Action),
    PressedPrimary,
    PressedUndo,
    PressedStartOver,
    /// A value was typed or picked; it may not fit.
    ChangedSetting {
        place: ConfigPlace,
        property: String,
        value: String,
    },

    Lesson(LessonMsg),

    ChosePanel(Panel),
    ClosedPanel,
    OpenedDialog(Dialog),
    ClosedDialog,
    ChoseSettingsPlace(ConfigPlace),
    SearchedSettings(String),
    OpenedSetting {
        place: ConfigPlace,
        property: String,
    },
    ChoseCommandLine(CommandLine),

    ChoseScenario(String),
    ChoseSeed(u64),
    ChoseLanguage(Language),
    ChoseTheme(Theme),
    ToggledSingleKeys,
    PressedShare,
    /// The way past the bars, for keyboards.
    PressedSkip,
    PressedCopyOutput,
    /// The browser copied what was asked for, or did not.
    Copied {
        is_done: bool,
        what: Copy,
    },
    DismissedNotice,

    AskedWhy(Question),
    AskedWhatIf(WhatIf),
    /// What if the fault that is marked at this event had not happened?
    AskedWithout(EventNumber),
    ChoseGuarantee(Option<&'static str>),
    ToggledScript,
    PressedFind,
    OpenedFinding,
    /// Another branch, by its place in the list.
    SwitchedBranch(usize),
    NamedBranch(String),
}

/// What was to be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copy {
    Link,
    Output,
}
