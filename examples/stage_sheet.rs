//! Draws the stage in many states into HTML files that any browser opens: to look at it without building the page.
//!
//! `cargo run --example stage_sheet --no-default-features --features ssr -- FOLDER`

use correio::text::Text;
use correio::text::language::Language;
use correio::ui::stage::StagePicture;
use correio::view::fixture;
use correio::view::geometry::Size;
use correio::view::layout::{StageLayout, Structure};
use correio::view::traffic::Traffic;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq, Clone)]
struct SheetProps {
    state: usize,
    width: u32,
    height: u32,
    language: Language,
}

/// The states drawn, by name.
const STATES: [&str; 2] = ["leader-killed", "at-rest"];

#[component]
fn Sheet(props: &SheetProps) -> Html {
    let view = fixture::cluster();
    let window = Size { width: f64::from(props.width), height: f64::from(props.height) };
    let layout = Rc::new(StageLayout::new(&Structure::of(&view), window, 1.0));
    let resting = (props.state == 1).then(|| Rc::new(Traffic::new(&fixture::flights(), &layout)));
    html! {
        <div class="stage"><div class="stage-sheet">
            <StagePicture view={Rc::new(view)} layout={layout.clone()} text={Text::new(props.language)} {resting}/>
        </div></div>
    }
}

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/stage".to_owned());
    std::fs::create_dir_all(&folder)?;
    for (state, name) in STATES.iter().enumerate() {
        for (width, height) in [(1_440, 560), (1_080, 600), (390, 560)] {
            for theme in ["light", "dark"] {
                let props = SheetProps { state, width, height, language: if theme == "light" { Language::En } else { Language::PtBr } };
                let body = render(props);
                let css: String = ["tokens.css", "stage.css"].map(|file| std::fs::read_to_string(format!("www/{file}")).unwrap_or_default()).concat();
                let page = format!("<!doctype html><meta charset=utf-8><html data-theme={theme}><style>body{{margin:0;font-family:system-ui,sans-serif;background:var(--paper)}}{css}</style>{body}</html>");
                std::fs::write(format!("{folder}/{name}-{width}-{theme}.html"), page)?;
            }
        }
    }
    Ok(())
}

/// Markup has no asynchronous parts: polling once is enough.
fn render(props: SheetProps) -> String {
    use std::future::Future;
    let renderer = yew::LocalServerRenderer::<Sheet>::with_props(props).hydratable(false);
    let mut future = std::pin::pin!(renderer.render());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(page) = future.as_mut().poll(&mut context) {
            return page;
        }
    }
}
