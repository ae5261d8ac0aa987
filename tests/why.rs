//! Why, asked of everything that breaks: the answer must reach what began it and the configuration that allowed it, and both
//! must be the truth. Without the deeds that it names, or with a setting that it names as it should be, the guarantee holds.

use correio::cause::chronicle::{Chronicle, Until};
use correio::cause::{Answer, Question, Sentence};
use correio::guarantee::{Breach, Verdict};
use correio::protocol::ids::{OrderId, TopicPartition};
use correio::report::Run;
use correio::scenario::library::SCENARIOS;
use correio::scenario::recipe::Recipe;
use correio::sim::time::SimTime;
use correio::text::Text;
use correio::text::language::Language;
use correio::text::names::Names;
use std::sync::{Arc, OnceLock};

fn recipe(id: &str) -> Recipe {
    Recipe::built_in(id).unwrap_or_else(|error| panic!("{id}: {}", error.en()))
}

fn until(recipe: &Recipe) -> SimTime {
    SimTime::ZERO + recipe.prepared.scenario.duration.0
}

fn why(recipe: &Recipe, question: Question) -> Answer {
    Chronicle::ask(recipe.cluster(), recipe.interventions.clone(), Until::Time(until(recipe)), question)
}

/// True when a guarantee breaks in a run no later than at this moment.
fn is_broken(recipe: Recipe, guarantee: &str, until: SimTime) -> bool {
    let mut run = Run::new(recipe);
    run.finish(until, &mut ());
    run.broken().contains(&guarantee)
}

/// The partition in which a guarantee breaks no later than at this moment, where it is about one.
fn broken_in(recipe: Recipe, guarantee: &str, until: SimTime) -> Option<TopicPartition> {
    let mut run = Run::new(recipe);
    run.finish(until, &mut ());
    run.monitor.verdicts().find(|(id, _)| *id == guarantee).and_then(|(_, verdict)| match verdict {
        Verdict::Broken { why: Breach::RecordsLost { partition, .. }, .. }
        | Verdict::Broken { why: Breach::CommittedTwice { partition, .. }, .. }
        | Verdict::Broken { why: Breach::IsrLacksCommitted { partition, .. }, .. }
        | Verdict::Broken { why: Breach::ReaderWentBack { partition, .. }, .. } => Some(*partition),
        _ => None,
    })
}

/// Every guarantee that a scenario declares to break, with the answer to why; asked once for all tests.
fn breaking() -> &'static [(Recipe, String, Answer)] {
    static ALL: OnceLock<Vec<(Recipe, String, Answer)>> = OnceLock::new();
    ALL.get_or_init(ask_all)
}

fn ask_all() -> Vec<(Recipe, String, Answer)> {
    let mut all = Vec::new();
    for (id, _) in SCENARIOS {
        let recipe = recipe(id);
        for guarantee in recipe.prepared.scenario.breaks.clone() {
            let answer = why(&recipe, Question::Guarantee(guarantee.clone()));
            all.push((recipe.clone(), guarantee, answer));
        }
    }
    all
}

#[test]
fn every_broken_guarantee_leads_to_what_began_it_and_to_the_setting_that_allowed_it() {
    let all = breaking();
    assert!(!all.is_empty(), "some scenarios break something");
    for (recipe, guarantee, answer) in all {
        let place = format!("{}: {guarantee}: {answer:#?}", recipe.prepared.scenario.id);
        let at = answer.sentences[0].at;
        assert!(is_broken(recipe.clone(), guarantee, at), "the first sentence is where it breaks: {place}");
        // Where no script does anything, the load and the settings are the beginning.
        let is_by_itself = recipe.prepared.script.is_empty();
        assert_eq!(answer.roots().next().is_none(), is_by_itself, "{place}");
        let mut without = recipe.clone();
        let roots: Vec<_> = answer.roots().cloned().collect();
        let mut script = (*recipe.prepared.script).clone();
        script.retain(|(_, deed)| !roots.contains(deed));
        without.prepared.script = Arc::new(script);
        assert!(
            is_by_itself || !is_broken(without, guarantee, at),
            "breaks without what is said to have begun it: {place}"
        );

        let remedies: Vec<String> = answer.allowances().filter_map(|allowance| allowance.remedy()).collect();
        let is_mended = remedies.iter().any(|remedy| {
            let mut other = recipe.clone();
            other.set(remedy).unwrap_or_else(|error| panic!("{remedy}: {}", error.en()));
            // A topic's own setting mends that topic: what breaks in another one is another story.
            let is_for_one_topic = remedy.starts_with("topic.");
            !is_broken(other.clone(), guarantee, at)
                || is_for_one_topic
                    && broken_in(other, guarantee, at).map(|there| there.topic)
                        != broken_in(recipe.clone(), guarantee, at).map(|here| here.topic)
        });
        assert!(is_mended || remedies.is_empty(), "none of {remedies:?} keeps the guarantee: {place}");
        assert!(answer.allowances().next().is_some(), "no setting is named: {place}");
    }
}

#[test]
fn every_sentence_is_told_in_every_language_with_its_settings() {
    for (recipe, guarantee, answer) in breaking() {
        let names = Names::of(&recipe.prepared.options);
        for sentence in &answer.sentences {
            let [pt, en] = Language::ALL.map(|language| Text::new(language).why_sentence(&names, sentence));
            assert!(pt != en && !pt.contains('?') && !en.contains('?'), "{guarantee}: {pt} / {en}");
            for allowance in &sentence.allowed_by {
                let setting = format!("{}={}", allowance.name, allowance.value);
                assert!(pt.contains(&setting) && en.contains(&setting), "{pt} / {en} lack {setting}");
            }
        }
    }
}

#[test]
fn every_sentence_has_its_place_in_the_run() {
    for (recipe, _, answer) in breaking() {
        let mut run = Run::new(recipe.clone());
        let mut places: Vec<&Sentence> = answer.sentences.iter().collect();
        places.sort_by_key(|sentence| sentence.number);
        for sentence in places {
            while run.cluster.events() < sentence.number {
                assert!(run.step(SimTime::MAX, &mut ()));
            }
            assert_eq!(run.cluster.now(), sentence.at, "{sentence:?}");
        }
    }
}

fn told(recipe: &Recipe, question: Question) -> String {
    let (text, names) = (Text::new(Language::En), Names::of(&recipe.prepared.options));
    let answer = why(recipe, question);
    answer.sentences.iter().map(|sentence| text.why_sentence(&names, sentence) + "\n").collect()
}

#[test]
fn a_lost_order_is_explained_from_the_crash_to_acks() {
    let told = told(&recipe("acks-one"), Question::Order(OrderId(127)));
    for part in
        ["Order 127 was lost", "Broker 2 took the lead", "crash broker 1", "brokers 2 and 3 had not copied", "acks=1"]
    {
        assert!(told.contains(part), "{told}\nlacks {part}");
    }
}

#[test]
fn an_order_that_fared_well_needs_no_explanation() {
    assert!(told(&recipe("checkout"), Question::Order(OrderId(41))).contains("nothing to explain"));
    assert!(told(&recipe("checkout"), Question::Order(OrderId(1_000_000))).contains("no order 1000000"));
}

#[test]
fn a_leader_a_lag_and_a_partition_without_a_leader_are_explained() {
    let kill = recipe("kill-the-leader");
    let partition = kill.prepared.names.partition("orders-0").unwrap();
    assert!(told(&kill, Question::Partition(partition)).contains("crash broker 1"));

    let slow = recipe("slow-consumer");
    let group = Question::Group(correio::protocol::ids::GroupId::new("notification"));
    let answer = Chronicle::ask(slow.cluster(), Vec::new(), Until::Time(SimTime::from_millis(30_000)), group);
    let said: Vec<String> = answer
        .sentences
        .iter()
        .map(|sentence| Text::new(Language::En).why_sentence(&Names::of(&slow.prepared.options), sentence))
        .collect();
    assert!(said.iter().any(|said| said.contains("records come in a second")), "{said:?}");

    let mut lost = recipe("unclean-election");
    lost.set("unclean.leader.election.enable=false").unwrap();
    let answer = Chronicle::ask(
        lost.cluster(),
        Vec::new(),
        Until::Time(SimTime::from_millis(90_000)),
        Question::Partition(partition),
    );
    assert!(answer.roots().count() > 0, "{answer:#?}");
    assert!(answer.allowances().any(|allowance| allowance.name == "unclean.leader.election.enable"), "{answer:#?}");
}
