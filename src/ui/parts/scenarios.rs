//! The stories to choose from, on shelves; a word typed leaves those that say it.

use crate::app::msg::Msg;
use crate::text::Text;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// One story, in the language of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    pub id: AttrValue,
    pub title: AttrValue,
    pub summary: AttrValue,
}

/// Stories about the same thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    pub name: AttrValue,
    pub stories: Vec<Story>,
}

#[derive(Properties, PartialEq)]
pub struct ScenariosProps {
    pub text: Text,
    pub shelves: Vec<Shelf>,
    pub current: AttrValue,
    pub seed: u64,
    pub on: Callback<Msg>,
}

/// The picker's content.
#[component]
pub fn Scenarios(props: &ScenariosProps) -> Html {
    let ScenariosProps { text, shelves, seed, on, .. } = props;
    let next = *seed + 1;
    let wanted = use_state(String::new);
    let oninput = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| wanted.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let word = wanted.trim().to_lowercase();
    let says = |story: &&Story| {
        [&story.id, &story.title, &story.summary].iter().any(|words| words.to_lowercase().contains(&word))
    };
    let found: Vec<(&Shelf, Vec<&Story>)> = shelves
        .iter()
        .map(|shelf| (shelf, shelf.stories.iter().filter(says).collect::<Vec<_>>()))
        .filter(|(_, stories)| !stories.is_empty())
        .collect();
    html! {
        <div class="stories">
            <input type="search" class="input story-search" value={(*wanted).clone()} {oninput} placeholder={text.picker_search()} aria-label={text.picker_search()}/>
            if found.is_empty() { <p class="is-quiet" role="status">{ text.picker_nothing() }</p> }
            { for found.into_iter().map(|(shelf, stories)| html! {
                <div key={shelf.name.to_string()} class="shelf">
                    <h3 class="shelf-name">{ &shelf.name }</h3>
                    <ul class="story-list">{ for stories.into_iter().map(|story| card(props, story)) }</ul>
                </div>
            }) }
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
