//! What if: two runs side by side, the branches of this one, and the search for a failure.

use crate::app::msg::Msg;
use crate::app::work::{CompareState, GUARANTEES, Intervention, Progress, Side, WhatIf};
use crate::scenario::recipe::Branch;
use crate::text::Text;
use crate::text::names::Names;
use crate::view::SimDuration;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LabProps {
    pub text: Text,
    pub names: Rc<Names>,
    /// What was done by the script and by hand, each with the question of what had been without it.
    pub deeds: Rc<Vec<(WhatIf, Intervention)>>,
    pub branch: AttrValue,
    pub branches: Rc<Vec<Branch>>,
    pub compare: Option<Rc<CompareState>>,
    pub find: Option<Rc<Progress>>,
    pub is_finding: bool,
    pub guarantee: Option<&'static str>,
    pub keeps_script: bool,
    pub on: Callback<Msg>,
}

/// The panel.
#[component]
pub fn Lab(props: &LabProps) -> Html {
    html! { <div class="lab">{ compare(props) }{ branches(props) }{ find(props) }</div> }
}

fn compare(props: &LabProps) -> Html {
    let LabProps { text, names, on, .. } = props;
    let ask = |what: WhatIf, words: String| {
        let onclick = on.reform(move |_: MouseEvent| Msg::AskedWhatIf(what.clone()));
        html! { <li key={words.clone()}><button type="button" class="chip" {onclick}>{ words }</button></li> }
    };
    let onchange = on.reform(|event: Event| {
        let value = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
        Msg::AskedWhatIf(WhatIf::Setting(value))
    });
    html! {
        <section>
            <h3 class="inspector-title">{ text.lab_compare() }</h3>
            <p class="is-quiet">{ text.lab_compare_hint() }</p>
            <input class="input" type="text" aria-label={text.lab_setting()} placeholder={text.lab_setting()} spellcheck="false" {onchange}/>
            <ul class="chips">
                { ask(WhatIf::Setting("acks=all".to_owned()), text.lab_with("acks=all")) }
                { for props.deeds.iter().map(|(what, deed)| ask(what.clone(), text.lab_without(&text.deed(names, deed)))) }
            </ul>
            if let Some(state) = &props.compare { { compared(props, state) } }
        </section>
    }
}

fn compared(props: &LabProps, state: &CompareState) -> Html {
    let LabProps { text, names, on, .. } = props;
    let what = match &state.what {
        WhatIf::Setting(setting) => text.lab_with(setting),
        WhatIf::Seed(seed) => text.lab_with_seed(*seed),
        WhatIf::WithoutScript(_) | WhatIf::WithoutDeed(_) => {
            let deed = props.deeds.iter().find(|(known, _)| *known == state.what);
            text.lab_without(&deed.map(|(_, deed)| text.deed(names, deed)).unwrap_or_default())
        }
    };
    let parts = state.first.as_ref().map(|first| {
        let number = first.number;
        let onclick = on.reform(move |_: MouseEvent| Msg::SoughtEvent(number));
        let told = |side: &Option<crate::trace::TraceRecord>| {
            side.as_ref().map(|record| text.narrate(names, &record.event).headline)
        };
        html! {
            <>
                <button type="button" class="lab-moment" {onclick}>{ text.compare_parts(first.at, first.number) }</button>
                <p class="lab-parts">{ format!("{}: {}", text.lab_this(), told(&first.left).unwrap_or_else(|| "–".to_owned())) }</p>
                <p class="lab-parts">{ format!("{}: {}", text.lab_other(), told(&first.right).unwrap_or_else(|| "–".to_owned())) }</p>
            </>
        }
    });
    html! {
        <div class="lab-result" role="status">
            <h4 class="panel-heading">{ what }</h4>
            { parts }
            if let Some(sides) = &state.sides {
                if state.first.is_none() { <p>{ text.compare_same() }</p> }
                { table(*text, sides) }
            } else {
                <p class="is-quiet is-number">{ text.lab_comparing(&text.percent(state.progress)) }</p>
            }
        </div>
    }
}

fn table(text: Text, sides: &[Side; 2]) -> Html {
    let row = |(name, values): (String, [String; 2])| {
        let class = (values[0] != values[1]).then_some("is-different");
        let [left, right] = values;
        html! { <tr key={name.clone()} class={classes!(class)}><th scope="row">{ name }</th><td>{ left }</td><td>{ right }</td></tr> }
    };
    html! {
        <table class="lab-table is-number">
            <thead><tr><td></td><th scope="col">{ text.lab_this() }</th><th scope="col">{ text.lab_other() }</th></tr></thead>
            <tbody>{ for rows(text, sides).into_iter().map(row) }</tbody>
        </table>
    }
}

/// What is compared: a name, and the two values.
fn rows(text: Text, sides: &[Side; 2]) -> Vec<(String, [String; 2])> {
    let number = |pick: fn(&Side) -> u64| [0, 1].map(|side| text.integer(pick(&sides[side]) as i64));
    let time = |pick: fn(&Side) -> u64| [0, 1].map(|side| text.duration(SimDuration::from_micros(pick(&sides[side]))));
    let mut rows = vec![
        (text.compare_acknowledged(), number(|side| side.report.records.acknowledged)),
        (text.compare_lost(), number(|side| side.report.records.lost_acknowledged)),
        (text.compare_duplicated(), number(|side| side.report.records.duplicated)),
        (text.compare_placed(), number(|side| side.report.orders.placed)),
        (text.compare_paid(), number(|side| side.report.orders.paid)),
        (text.compare_mailed(), number(|side| side.report.orders.mailed)),
        (text.compare_mailed_twice(), number(|side| side.report.orders.mailed_twice)),
        (text.compare_missing(), number(|side| side.report.orders.missing)),
    ];
    rows.push((format!("{} p50", text.compare_answered()), time(|side| side.answered.median_us)));
    rows.push((format!("{} p99", text.compare_answered()), time(|side| side.answered.p99_us)));
    rows.push((format!("{} p50", text.compare_until_mail()), time(|side| side.mailed.median_us)));
    rows.push((format!("{} p99", text.compare_until_mail()), time(|side| side.mailed.p99_us)));
    for (one, other) in sides[0].report.guarantees.iter().zip(&sides[1].report.guarantees) {
        rows.push((text.guarantee(one.id), [text.verdict(one.verdict), text.verdict(other.verdict)]));
    }
    rows
}

fn branches(props: &LabProps) -> Html {
    let LabProps { text, branch, branches, on, .. } = props;
    if branches.is_empty() {
        return html! {
            <section><h3 class="inspector-title">{ text.branches() }</h3><p class="is-quiet">{ text.branches_hint() }</p></section>
        };
    }
    let onchange = on.reform(|event: Event| {
        Msg::NamedBranch(event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default())
    });
    let other = |(index, other): (usize, &Branch)| {
        let onclick = on.reform(move |_: MouseEvent| Msg::SwitchedBranch(index));
        html! {
            <li key={index}><button type="button" class="chip" aria-label={text.branch_switch(&other.name)} {onclick}>
                { format!("{} · {}–{}", other.name, text.clock(other.forked_at), text.clock(other.reached_at)) }
            </button></li>
        }
    };
    html! {
        <section>
            <h3 class="inspector-title">{ text.branches() }</h3>
            <p class="is-quiet">{ text.branches_hint() }</p>
            <label class="lab-field"><span>{ text.branch_name() }</span><input class="input" aria-label={text.branch_name()} type="text" maxlength="40" value={branch.clone()} {onchange}/></label>
            <ul class="chips">{ for branches.iter().enumerate().map(other) }</ul>
        </section>
    }
}

fn find(props: &LabProps) -> Html {
    let LabProps { text, names, on, guarantee, .. } = props;
    let onchange = on.reform(|event: Event| {
        let value = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default();
        Msg::ChoseGuarantee(GUARANTEES.iter().find(|known| known.id == value).map(|known| known.id))
    });
    let option = |id: &'static str, name: String| {
        html! { <option key={id} value={id} selected={*guarantee == (!id.is_empty()).then_some(id)}>{ name }</option> }
    };
    let pressed = if props.is_finding { text.find_stop() } else { text.find_start() };
    html! {
        <section>
            <h3 class="inspector-title">{ text.find_title() }</h3>
            <p class="is-quiet">{ text.find_hint() }</p>
            <label class="lab-field"><span>{ text.find_guarantee() }</span>
                <select class="input" aria-label={text.find_guarantee()} {onchange}>
                    { for GUARANTEES.iter().map(|known| option(known.id, text.guarantee(known.id))) }
                    { option("", text.find_any()) }
                </select>
            </label>
            <label class="lab-check"><input type="checkbox" checked={!props.keeps_script} onchange={on.reform(|_: Event| Msg::ToggledScript)}/>{ text.find_without_script() }</label>
            <button type="button" class="primary" onclick={on.reform(|_: MouseEvent| Msg::PressedFind)}>{ pressed }</button>
            <div role="status">{ for props.find.iter().map(|progress| found(*text, names, progress, on)) }</div>
        </section>
    }
}

fn found(text: Text, names: &Names, progress: &Progress, on: &Callback<Msg>) -> Html {
    match progress {
        Progress::Calm => html! { <p class="is-quiet">{ text.find_calm() }</p> },
        Progress::Trying { tried } => html! { <p class="is-quiet is-number">{ text.find_trying(*tried) }</p> },
        Progress::Shrinking { interventions } => html! { <p>{ text.find_shrinking(*interventions) }</p> },
        Progress::Found(finding) => {
            let deeds = finding.interventions.iter().enumerate().map(|(index, (_, deed))| {
                html! { <li key={index}>{ text.deed(names, deed) }</li> }
            });
            let said =
                text.find_found(&text.guarantee(finding.guarantee), finding.tried, finding.interventions.len() as u32);
            html! {
                <>
                    <p>{ said }</p>
                    <ol class="lab-deeds">{ for deeds }</ol>
                    <button type="button" class="primary" onclick={on.reform(|_: MouseEvent| Msg::OpenedFinding)}>{ text.find_open() }</button>
                </>
            }
        }
    }
}
