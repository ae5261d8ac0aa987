//! What a hand can do and has done, in words.

use super::node;
use crate::app::model::NoticeWords;
use crate::app::primary::PrimaryLabel;
use crate::cluster::intervention::Intervention;
use crate::scenario::recipe::MODEL_VERSION;
use crate::sim::time::SimTime;
use crate::text::Text;
use crate::text::language::Language;
use crate::text::names::Names;
use crate::view::inspector_view::Action;

/// A button for an action: its label, and a sentence on what it does where the label does not say it all.
pub fn action(text: Text, action: &Action) -> (String, Option<String>) {
    let t = text;
    match action {
        Action::Stop(_) => (t.act_stop(), Some(t.act_stop_hint())),
        Action::Crash(_) => (t.act_crash(), Some(t.act_crash_hint())),
        Action::LosePower(_) => (t.act_power(), Some(t.act_power_hint())),
        Action::Start(_) => (t.act_start(), Some(t.act_start_hint())),
        Action::Pause(_) => (t.act_pause(), Some(t.act_pause_hint())),
        Action::Resume(_) => (t.act_resume(), Some(t.act_resume_hint())),
        Action::SlowDisk(_, factor) if *factor > 1 => (t.act_slow_disk(*factor), None),
        Action::FillDisk(_, true) => (t.act_fill_disk(), Some(t.act_fill_disk_hint())),
        Action::FillDisk(_, false) => (t.act_free_disk(), None),
        Action::SlowDisk(..) => (t.act_heal_disk(), None),
        Action::CutLink(..) => (t.act_cut_link(), Some(t.act_cut_link_hint())),
        Action::DelayLink(_, _, by) => (t.act_delay_link(*by), None),
        Action::HealLink(..) => (t.act_heal_link(), None),
        Action::Isolate(_) => (t.act_isolate(), Some(t.act_isolate_hint())),
        Action::HealAllLinks => (t.act_heal_all(), None),
        Action::ElectPreferred(_) => (t.act_elect_preferred(), None),
        Action::ElectUnclean(_) => (t.act_elect_unclean(), Some(t.act_elect_unclean_hint())),
        Action::Configure(_) => (t.act_configure(), None),
        Action::Follow(_) => (t.act_follow(), Some(t.act_follow_hint())),
        Action::Unfollow => (t.act_unfollow(), None),
    }
}

/// The suggested thing to do.
pub fn primary(text: Text, names: &Names, label: &PrimaryLabel) -> String {
    match label {
        PrimaryLabel::Invitation { pt, en } => {
            let words = match text.language {
                Language::PtBr => pt,
                Language::En => en,
            };
            text.stress.apply(words.to_string())
        }
        PrimaryLabel::KillLeader(partition) => text.kill_leader(&names.partition(*partition)),
        PrimaryLabel::BringBack(whose) => text.bring_back(&node(text, names, *whose)),
        PrimaryLabel::Resume(whose) => text.wake_up(&node(text, names, *whose)),
        PrimaryLabel::HealLinks => text.heal_links(),
        PrimaryLabel::GoTo(at, act) => {
            text.go_to_act(at.since(SimTime::ZERO), &deeds(text, names, std::slice::from_ref(act)))
        }
    }
}

/// Everything of a list that was done, in one phrase. A link that was changed both ways is said once.
pub fn deeds(text: Text, names: &Names, interventions: &[Intervention]) -> String {
    let mut said: Vec<String> = Vec::new();
    for (index, intervention) in interventions.iter().enumerate() {
        let is_way_back = index > 0 && is_other_way(&interventions[index - 1], intervention);
        if !is_way_back {
            said.push(text.deed(names, intervention));
        }
    }
    text.list(&said)
}

fn is_other_way(one: &Intervention, other: &Intervention) -> bool {
    use Intervention as I;
    match (one, other) {
        (I::CutLink { from, to }, I::CutLink { from: back, to: forth })
        | (I::DelayLink { from, to, .. }, I::DelayLink { from: back, to: forth, .. })
        | (I::HealLink { from, to }, I::HealLink { from: back, to: forth }) => from == forth && to == back,
        // Everything else has no direction.
        _ => false,
    }
}

/// A short message: what it says, and whether taking back what was done is offered with it.
pub fn notice(text: Text, names: &Names, words: &NoticeWords) -> (String, bool) {
    match words {
        NoticeWords::Did(interventions) => (text.did(&deeds(text, names, interventions)), true),
        NoticeWords::Undid(interventions) if interventions.is_empty() => (text.undid(&text.start_over()), false),
        NoticeWords::Undid(interventions) => (text.undid(&deeds(text, names, interventions)), false),
        NoticeWords::StartedOver => (text.restarted(), true),
        NoticeWords::LinkCopied => (text.link_copied(), false),
        NoticeWords::LinkNotCopied => (text.link_not_copied(), false),
        NoticeWords::OutputCopied => (text.terminal_copied(), false),
        NoticeWords::LinkUnreadable(why) => {
            let why = match text.language {
                Language::PtBr => &why.pt,
                Language::En => &why.en,
            };
            (format!("{} {}", text.link_unreadable(), text.link_detail(why)), false)
        }
        NoticeWords::OlderModel(theirs) => (text.link_older_model(*theirs, MODEL_VERSION), false),
        NoticeWords::RunEnded => (text.run_ended(), false),
        NoticeWords::RunAtLimit => (text.run_at_limit(), false),
        NoticeWords::NothingToUndo => (text.nothing_to_undo(), false),
        NoticeWords::BranchStarted(name) => (text.branch_started(name), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerId, Node};

    #[test]
    fn a_link_cut_both_ways_is_said_once() {
        let (one, other) = (Node::Broker(BrokerId(1)), Node::Broker(BrokerId(2)));
        let done = [Intervention::CutLink { from: one, to: other }, Intervention::CutLink { from: other, to: one }];
        let said = deeds(Text::new(Language::PtBr), &Names::default(), &done);
        assert_eq!(said, "cortar a ligação do broker 1 com o broker 2");
    }
}
