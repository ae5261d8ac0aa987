//! The page's entry: mounts the app, and nothing else.

use yew::prelude::*;

#[component]
fn Hello() -> Html {
    html! { <main><h1>{ "Correio" }</h1></main> }
}

fn main() {
    // Under Node, where parity is checked, there is no window and nothing to mount.
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let root = document.get_element_by_id("app").expect("index.html has the app's element");
    yew::Renderer::<Hello>::with_root(root).render();
}
