//! The page as markup: every part in its place, from the model's views. Rendered by the shell in a browser, and by tests
//! without one.

use super::flight_scene::FlightScene;
use super::parts::charts::Charts;
use super::parts::dialog::Modal;
use super::parts::help::Help;
use super::parts::inspector::Inspector;
use super::parts::lab::Lab;
use super::parts::ledger::Ledger;
use super::parts::lessons::Lessons;
use super::parts::log::Log;
use super::parts::narration::{Narration, Opening};
use super::parts::notice::NoticeBar;
use super::parts::panel::PanelFrame;
use super::parts::scenarios::{Scenarios, Shelf, Story};
use super::parts::settings::Settings;
use super::parts::terminal::Terminal;
use super::parts::timeline::{BranchTree, Timeline};
use super::parts::top_bar::TopBar;
use super::parts::transport::Transport;
use super::parts::why::Why;
use super::stage::Stage;
use crate::app::model::{Dialog, Model, Panel};
use crate::app::msg::Msg;
use crate::app::words;
use crate::app::work::{deeds_of, question_of};
use crate::scenario::library::{self, Family};
use crate::scenario::schema::Words;
use crate::text::Text;
use crate::text::language::Language;
use crate::view::selection::Selection;
use std::rc::Rc;
use yew::prelude::*;

/// What the browser says of how it shows things.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    pub is_motion_reduced: bool,
    /// Changes whenever the colours of the page do.
    pub theme: AttrValue,
}

/// The whole page.
pub fn page(model: &Model, scene: &FlightScene, on: &Callback<Msg>, surroundings: &Surroundings) -> Html {
    let text = model.text();
    let state = &model.page;
    let open = state.is_panel_open.then_some(state.panel);
    let title = AttrValue::from(model.scenario_title());
    html! {
        <div
            class={classes!(
                "app",
                open.is_some().then_some("has-panel"),
                state.query.is_presenting.then_some("is-presenting"),
                state.query.is_embedded.then_some("is-embedded"),
                state.is_blank.then_some("is-blank"),
            )}
            data-event={model.run.recording().cursor().to_string()}
            data-digest={model.run.recording().cluster().digest().hex()}
            data-playing={model.run.is_playing().to_string()}
            data-in-flight={model.views.flights.len().to_string()}
        >
            <button type="button" class="skip" onclick={on.reform(|_: MouseEvent| Msg::PressedSkip)}>{ text.skip_to_stage() }</button>
            <TopBar {text} {title} seed={model.run.recipe().seed} theme={state.preferences.theme} can_undo={model.run.can_undo()} {open} on={on.clone()}/>
            <main class="main">{ stage(model, scene, on, surroundings) }{ narration(model, on) }{ time(model, on) }</main>
            <PanelFrame {text} {open} on={on.clone()}>{ panel(model, open, on) }</PanelFrame>
            <p class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">{ state.announcer.said() }</p>
            { dialogs(model, on) }
        </div>
    }
}

fn stage(model: &Model, scene: &FlightScene, on: &Callback<Msg>, surroundings: &Surroundings) -> Html {
    let text = model.text();
    let notice = model.page.notice.as_ref().map(|notice| words::notice(text, &model.views.names, &notice.words));
    let can_undo = notice.as_ref().is_some_and(|(_, can_undo)| *can_undo) && model.run.can_undo();
    html! {
        <section class="stage-area" id="stage" aria-label={text.region_stage()} tabindex="-1">
            <Stage
                view={model.views.cluster.clone()}
                scene={scene.clone()}
                {text}
                selected={model.page.selection.clone()}
                followed={model.page.followed.clone()}
                on_select={on.reform(Msg::Selected)}
                is_motion_reduced={surroundings.is_motion_reduced}
                theme={surroundings.theme.clone()}
            />
            { followed(model, on) }
            <NoticeBar {text} words={notice.map(|(words, _)| AttrValue::from(words))} {can_undo} on={on.clone()}/>
        </section>
    }
}

fn followed(model: &Model, on: &Callback<Msg>) -> Html {
    let text = model.text();
    let shown = |selection: &Selection| text.follow_banner(&words::thing(text, &model.views.names, selection));
    html! {
        <div class="followed">
            if let Some(selection) = &model.page.followed {
                <button type="button" class="chip" onclick={on.reform(|_: MouseEvent| Msg::ChoseAction(crate::view::inspector_view::Action::Unfollow))}>
                    { shown(selection) }<span aria-hidden="true">{ " ✕" }</span><span class="visually-hidden">{ text.act_unfollow() }</span>
                </button>
            }
        </div>
    }
}

fn narration(model: &Model, on: &Callback<Msg>) -> Html {
    let text = model.text();
    let views = &model.views;
    let opening = model.page.is_opening.then(|| opening(model, text));
    html! {
        <Narration {text} names={views.names.clone()} view={views.narration.clone()} {opening} primary={model.suggested()} on={on.clone()}/>
    }
}

/// The words before anything was done: the shop has its own, every other story its summary.
fn opening(model: &Model, text: Text) -> Opening {
    let scenario = &model.run.recipe().prepared.scenario;
    if scenario.id == library::SCENARIOS[0].0 {
        return Opening { headline: text.opening().into(), why: text.opening_why().into() };
    }
    Opening { headline: said(text, &scenario.title), why: said(text, &scenario.summary) }
}

fn said(text: Text, words: &Words) -> AttrValue {
    let words = match text.language {
        Language::PtBr => &words.pt,
        Language::En => &words.en,
    };
    AttrValue::from(text.stress.apply(words.clone()))
}

fn time(model: &Model, on: &Callback<Msg>) -> Html {
    let text = model.text();
    let pacer = &model.run.pacer;
    html! {
        <section class="time" aria-label={text.region_time()}>
            <Transport {text} is_playing={model.run.is_playing()} pace={pacer.pace()} speed={pacer.speed()} on={on.clone()}/>
            <Timeline {text} names={model.views.names.clone()} view={model.views.timeline.clone()} on={on.clone()}/>
            <BranchTree {text} view={model.views.timeline.clone()} branches={Rc::new(model.run.recipe().branches.clone())} on={on.clone()}/>
        </section>
    }
}

fn panel(model: &Model, open: Option<Panel>, on: &Callback<Msg>) -> Html {
    let text = model.text();
    let (views, state) = (&model.views, &model.page);
    let on = on.clone();
    match open {
        Some(Panel::Lessons) => {
            html! { <Lessons {text} state={state.lesson.clone()} values={views.lesson.clone()} has_notes={state.query.has_notes} {on}/> }
        }
        Some(Panel::Inspector) => html! {
            <Inspector {text} names={views.names.clone()} now={model.views.cluster.now} view={views.inspector.clone()} selected={state.selection.clone()} question={state.selection.as_ref().and_then(|selection| question_of(&model.run, selection))} {on}/>
        },
        Some(Panel::Ledger) => {
            html! { <Ledger {text} view={views.ledger.clone()} selected={state.selection.clone()} {on}/> }
        }
        Some(Panel::Charts) => {
            html! { <Charts {text} names={views.names.clone()} view={views.charts.clone()} {on}/> }
        }
        Some(Panel::Settings) => html! {
            <Settings {text} names={views.names.clone()} view={views.settings.clone()} search={AttrValue::from(state.settings_search.clone())} refusal={state.refusal.clone()} {on}/>
        },
        Some(Panel::Terminal) => {
            html! { <Terminal {text} which={state.command_line} view={views.command_line.clone()} {on}/> }
        }
        Some(Panel::Why) => html! { <Why {text} names={views.names.clone()} state={state.asked.why.clone()} {on}/> },
        Some(Panel::Lab) => lab(model, on),
        Some(Panel::Log) => html! { <Log {text} names={views.names.clone()} records={views.log.clone()} {on}/> },
        None => Html::default(),
    }
}

fn lab(model: &Model, on: Callback<Msg>) -> Html {
    let (recipe, asked) = (model.run.recipe(), &model.page.asked);
    html! {
        <Lab
            text={model.text()}
            names={model.views.names.clone()}
            deeds={Rc::new(deeds_of(recipe))}
            branch={AttrValue::from(recipe.branch.clone())}
            branches={Rc::new(recipe.branches.clone())}
            compare={asked.compare.clone()}
            find={asked.find.clone()}
            is_finding={asked.is_finding}
            guarantee={asked.guarantee}
            keeps_script={asked.keeps_script}
            {on}
        />
    }
}

fn dialogs(model: &Model, on: &Callback<Msg>) -> Html {
    let text = model.text();
    let open = model.page.dialog;
    html! {
        <>
            <Modal {text} id="help" title={text.help()} is_open={open == Some(Dialog::Help)} on={on.clone()}>
                <Help {text} has_single_keys={model.page.preferences.has_single_keys} on={on.clone()}/>
            </Modal>
            <Modal {text} id="scenarios" title={text.picker_title()} is_open={open == Some(Dialog::Scenarios)} on={on.clone()}>
                <Scenarios {text} shelves={shelves(text, open)} current={AttrValue::from(model.run.recipe().prepared.scenario.id.clone())} seed={model.run.recipe().seed} on={on.clone()}/>
            </Modal>
        </>
    }
}

/// The stories, read only while they are on offer.
fn shelves(text: Text, open: Option<Dialog>) -> Vec<Shelf> {
    if open != Some(Dialog::Scenarios) {
        return Vec::new();
    }
    let story = |id: &&str| {
        let card = library::card(id)?;
        let id = AttrValue::from((*id).to_owned());
        Some(Story { id, title: said(text, &card.title), summary: said(text, &card.summary) })
    };
    let shelf = |(family, ids): &(Family, &[&str])| Shelf {
        name: text.family(*family).into(),
        stories: ids.iter().filter_map(story).collect(),
    };
    library::FAMILIES.iter().map(shelf).collect()
}
