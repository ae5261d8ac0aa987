//! The stories to choose from.

use crate::app::msg::Msg;
use crate::text::Text;
use yew::prelude::*;

/// One story, in the language of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    pub id: AttrValue,
    pub title: AttrValue,
    pub summary: AttrValue,
}

#[derive(Properties, PartialEq)]
pub struct ScenariosProps {
    pub text: Text,
    pub stories: Vec<Story>,
    pub current: AttrValue,
    pub seed: u64,
    pub on: Callback<Msg>,
}

/// The picker's content.
#[component]
pub fn Scenarios(props: &ScenariosProps) -> Html {
    let ScenariosProps { text, stories, seed, on, .. } = props;
    let next = *seed + 1;
    html! {
        <div class="stories">
            <ul class="story-list">{ for stories.iter().map(|story| card(props, story)) }</ul>
            <p class="story-seed">
                <span class="is-quiet">{ format!("{}. {}", text.seed(*seed), text.seed_hint()) }</span>
                <span class="story-buttons">
                    <button type="button" class="quiet-button is-bordered" onclick={on.reform(|_: MouseEvent| Msg::PressedStartOver)} title={text.start_over_hint()}>{ text.start_over() }</button>
                    <button type="button" class="quiet-button is-bordered" onclick={on.reform(move |_: MouseEvent| Msg::ChoseSeed(next))}>{ text.picker_new_seed() }</button>
                </span>
            </p>
        </div>
    }
}

fn card(props: &ScenariosProps, story: &Story) -> Html {
    let is_current = story.id == props.current;
    let id = story.id.to_string();
    let onclick = props.on.reform(move |_: MouseEvent| Msg::ChoseScenario(id.clone()));
    html! {
        <li key={story.id.to_string()}>
            <button type="button" class={classes!("story", is_current.then_some("is-current"))} aria-current={is_current.then_some("true")} {onclick}>
                <span class="story-title">{ &story.title }</span>
                <span class="story-current">{ if is_current { props.text.picker_current() } else { String::new() } }</span>
                <span class="story-summary">{ &story.summary }</span>
            </button>
        </li>
    }
}
