//! How to read the stage, and every shortcut, from the same table that the keyboard handler uses.

use crate::app::msg::Msg;
use crate::app::shortcuts::{Heading, SHORTCUTS, Shortcut, key_name};
use crate::text::Text;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct HelpProps {
    pub text: Text,
    pub has_single_keys: bool,
    pub on: Callback<Msg>,
}

/// The help dialog's content.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let HelpProps { text, has_single_keys, on } = props;
    let legend = [
        text.legend_envelope(),
        text.legend_strip(),
        text.legend_tide(),
        text.legend_star(),
        text.legend_pin(),
        text.legend_seal(),
    ];
    let onchange = on.reform(|_: Event| Msg::ToggledSingleKeys);
    html! {
        <div class="help">
            <section>
                <h3 class="panel-heading">{ text.legend_title() }</h3>
                <ul class="legend">{ for legend.into_iter().map(|line| html! { <li key={line.clone()}>{ line }</li> }) }</ul>
            </section>
            <section>
                <h3 class="panel-heading">{ text.help_title() }</h3>
                <p class="is-quiet">{ text.help_intro() }</p>
                <label class="switch"><input type="checkbox" checked={*has_single_keys} {onchange}/><span>{ text.help_single_keys() }</span></label>
                <div class="shortcuts">{ for Heading::ALL.into_iter().map(|heading| group(*text, heading)) }</div>
            </section>
        </div>
    }
}

fn group(text: Text, heading: Heading) -> Html {
    let own = SHORTCUTS.iter().filter(|shortcut| shortcut.heading == heading);
    html! {
        <div class="shortcut-group" key={heading as u32}>
            <h4 class="shortcut-heading">{ heading.words(text) }</h4>
            <dl>{ for own.map(|shortcut| line(text, shortcut)) }</dl>
        </div>
    }
}

fn line(text: Text, shortcut: &Shortcut) -> Html {
    let keys = shortcut.keys.iter().enumerate().map(|(index, key)| {
        let between = if index > 0 { format!(" {} ", text.keys_or()) } else { String::new() };
        html! { <span key={*key}>{ between }<kbd>{ key_name(key, text) }</kbd></span> }
    });
    html! {
        <div class="shortcut" key={shortcut.keys[0]}><dt>{ for keys }</dt><dd>{ shortcut.does.words(text) }</dd></div>
    }
}
