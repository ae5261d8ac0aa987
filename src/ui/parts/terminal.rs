//! What Kafka's own tools would print now.

use super::when;
use crate::app::msg::Msg;
use crate::text::Text;
use crate::view::command_line_view::{CommandLine, CommandLineView};
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TerminalProps {
    pub text: Text,
    pub which: CommandLine,
    pub view: Rc<CommandLineView>,
    pub on: Callback<Msg>,
}

/// The terminal.
#[component]
pub fn Terminal(props: &TerminalProps) -> Html {
    let TerminalProps { text, which, view, on } = props;
    let onchange = when(on, |event: Event| {
        let index: usize = event.target_dyn_into::<HtmlSelectElement>()?.value().parse().ok()?;
        CommandLine::ALL.get(index).copied().map(Msg::ChoseCommandLine)
    });
    let option = |(index, command): (usize, CommandLine)| {
        html! {
            <option key={index} value={index.to_string()} selected={command == *which}>{ short(command) }</option>
        }
    };
    html! {
        <div class="terminal">
            <p class="is-quiet">{ text.terminal_hint() }</p>
            <select class="input is-mono" aria-label={text.terminal_command()} {onchange}>{ for CommandLine::ALL.into_iter().enumerate().map(option) }</select>
            <pre class="terminal-screen" tabindex="0" translate="no" lang="en" aria-label={text.terminal_command()} role="region"><code>
                <span class="terminal-prompt">{ "$ " }</span>{ format!("{}\n", view.command) }
                <span class="terminal-warning">{ &view.warnings }</span>{ &view.output }
            </code></pre>
            <button type="button" class="quiet-button is-bordered" onclick={on.reform(|_: MouseEvent| Msg::PressedCopyOutput)}>{ text.terminal_copy() }</button>
        </div>
    }
}

/// A command without where it connects to.
const fn short(command: CommandLine) -> &'static str {
    match command {
        CommandLine::TopicsDescribe => "kafka-topics --describe",
        CommandLine::ConsumerGroupsDescribe => "kafka-consumer-groups --describe",
        CommandLine::ConsumerGroupsMembers => "kafka-consumer-groups --describe --members",
        CommandLine::ConsumerGroupsState => "kafka-consumer-groups --describe --state",
        CommandLine::MetadataQuorumStatus => "kafka-metadata-quorum describe --status",
    }
}
