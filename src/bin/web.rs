//! The page's entry: mounts the app, and gives scripts the one function by which the two builds are compared.

use correio::report::parity;
use correio::sim::time::{SimDuration, SimTime};
use correio::ui::crash;
use correio::ui::shell::Shell;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    // Under Node, where parity is checked, there is no window and nothing to mount.
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let root = document.get_element_by_id("app").expect("index.html has the app's element");
    yew::set_custom_panic_hook(Box::new(crash::on_panic));
    yew::Renderer::<Shell>::with_root(root).render();
}

/// The digest of a run of a scenario of the library, for `cargo xtask parity`. Throws when there is no such scenario.
#[wasm_bindgen]
pub fn digest(scenario: &str, seed: u64, until_ms: u64) -> Result<String, String> {
    let until = SimTime::ZERO + SimDuration::from_millis(until_ms);
    parity::digest(scenario, seed, until).map_err(|error| format!("{error:?}"))
}
