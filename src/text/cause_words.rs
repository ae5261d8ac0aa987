//! Why, in words: one sentence for each claim.

use super::Text;
use super::names::Names;
use crate::cause::allowance::Allowance;
use crate::cause::life::Stage;
use crate::cause::{Claim, Question, Sentence};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::OrderId;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::sim::time::{SimDuration, SimTime};

messages! {
    why_deed(what: &str, from_script: bool) {
        pt: { if from_script.raw { format!("começou aqui, no roteiro do cenário: {what}.") } else { format!("começou aqui, por uma intervenção: {what}.") } };
        en: { if from_script.raw { format!("it began here, in the scenario's script: {what}.") } else { format!("it began here, with an intervention: {what}.") } };
    }
    why_allowed(settings: &str) { pt: "Permitido por {settings}."; en: "Allowed by {settings}."; }
    why_unknown_order(order: OrderId) { pt: "ainda não há pedido {order}."; en: "there is no order {order} yet."; }
    why_order_under_way(order: OrderId) { pt: "o pedido {order} ainda está a caminho; nada de estranho até aqui."; en: "order {order} is still on its way; nothing strange so far."; }
    why_order_fine(order: OrderId, took: SimDuration) { pt: "o pedido {order} chegou a todos, uma vez só, em {took}: não há o que explicar."; en: "order {order} reached everyone, once, within {took}: there is nothing to explain."; }
    why_order_lost(order: OrderId, partition: &str, offset: Offset) { pt: "o pedido {order} se perdeu: foi confirmado em {partition}, offset {offset}, e não está mais no log."; en: "order {order} was lost: it was acknowledged at {partition} offset {offset} and is in the log no more."; }
    why_order_vanished(order: OrderId) { pt: "o pedido {order} sumiu: foi enviado e não está em log nenhum."; en: "order {order} vanished: it was sent and is in no log."; }
    why_order_not_published(order: OrderId, error: ErrorCode) { pt: "o pedido {order} foi pago e nunca publicado: o producer desistiu ({error})."; en: "order {order} was paid and never published: the producer gave up ({error})."; }
    why_order_waits(order: OrderId) { pt: "o pedido {order} ainda espera no producer: ninguém o confirmou."; en: "order {order} still waits in the producer: nobody has acknowledged it."; }
    why_order_unread(order: OrderId, group: &str) { pt: "o grupo {group} ainda não chegou ao pedido {order}."; en: "group {group} has not come to order {order} yet."; }
    why_order_skipped(order: OrderId, group: &str, start: Offset, offset: Offset) { pt: "o grupo {group} pulou o pedido {order}: começou no offset {start}, e ele está no {offset}."; en: "group {group} skipped order {order}: it began at offset {start}, and the order lies at {offset}."; }
    why_order_twice(order: OrderId, group: &str, first: &str, second: &str) {
        pt: { if first.raw == second.raw { format!("o grupo {group} processou o pedido {order} duas vezes, as duas em {first}.") } else { format!("o grupo {group} processou o pedido {order} duas vezes: em {first} e depois em {second}.") } };
        en: { if first.raw == second.raw { format!("group {group} processed order {order} twice, both times on {first}.") } else { format!("group {group} processed order {order} twice: on {first}, then on {second}.") } };
    }
    why_order_written_twice(order: OrderId, partition: &str, first: Offset, second: Offset) { pt: "o pedido {order} está duas vezes em {partition}: nos offsets {first} e {second}."; en: "order {order} stands in {partition} twice: at offsets {first} and {second}."; }
    why_order_late(order: OrderId, took: SimDuration, usual: SimDuration) { pt: "o pedido {order} levou {took} até chegar a todos; a metade dos pedidos leva até {usual}."; en: "order {order} took {took} to reach everyone; half of all orders take {usual} or less."; }
    why_order_overtaken(order: OrderId, by: OrderId, partition: &str) { pt: "o pedido {by}, feito depois, está antes do pedido {order} em {partition}: a ordem se inverteu."; en: "order {by}, made later, stands before order {order} in {partition}: they changed places."; }
    why_unknown_record(partition: &str, offset: Offset) { pt: "nenhum registro foi confirmado em {partition}, offset {offset}."; en: "no record was acknowledged at {partition} offset {offset}."; }
    why_record_fine(partition: &str, offset: Offset) { pt: "o registro de {partition}, offset {offset}, está onde foi confirmado."; en: "the record at {partition} offset {offset} is where it was acknowledged."; }
    why_records_lost(partition: &str, offset: Offset, count: u32) {
        pt: { if count.raw == 1 { format!("o registro confirmado em {partition}, offset {offset}, não está mais no log.") } else { format!("{count} registros confirmados de {partition}, do offset {offset} em diante, não estão mais no log.") } };
        en: { if count.raw == 1 { format!("the record acknowledged at {partition} offset {offset} is in the log no more.") } else { format!("{count} acknowledged records of {partition}, from offset {offset} on, are in the log no more.") } };
    }
    why_committed_twice(partition: &str, offset: Offset) { pt: "dois registros diferentes foram dados como confirmados em {partition}, offset {offset}."; en: "two different records were committed at {partition} offset {offset}."; }
    why_isr_lacks(partition: &str, broker: &str, end: Offset, high_watermark: Offset) { pt: "o {broker} conta como réplica em dia de {partition}, mas o log dele acaba no offset {end}, antes do high watermark {high_watermark}."; en: "{broker} counts as in sync for {partition}, but its log ends at offset {end}, before the high watermark {high_watermark}."; }
    why_record_twice(partition: &str, offset: Offset, group: &str, first: &str, second: &str) {
        pt: { if first.raw == second.raw { format!("o grupo {group} processou duas vezes o registro de {partition}, offset {offset}, as duas em {first}.") } else { format!("o grupo {group} processou duas vezes o registro de {partition}, offset {offset}: em {first} e depois em {second}.") } };
        en: { if first.raw == second.raw { format!("group {group} processed the record at {partition} offset {offset} twice, both times on {first}.") } else { format!("group {group} processed the record at {partition} offset {offset} twice: on {first}, then on {second}.") } };
    }
    why_record_written_twice(partition: &str, first: Offset, second: Offset) { pt: "um mesmo registro está duas vezes em {partition}: nos offsets {first} e {second}."; en: "one record stands in {partition} twice: at offsets {first} and {second}."; }
    why_record_overtaken(partition: &str, group: &str) { pt: "o grupo {group} processou um registro de {partition} depois de outro da mesma chave, enviado mais tarde."; en: "group {group} processed a record of {partition} after another of the same key that was sent later."; }
    why_record_skipped(partition: &str, offset: Offset, group: &str) { pt: "o grupo {group} seguiu adiante sem ter processado {partition}, offset {offset}."; en: "group {group} went on without having processed {partition} offset {offset}."; }
    why_committed_ahead(group: &str, partition: &str, committed: Offset, offset: Offset) { pt: "o grupo {group} já tinha feito commit de {partition} até o offset {committed}, e o {offset} ainda não estava processado."; en: "group {group} had committed {partition} up to offset {committed} already, and {offset} had not been processed yet."; }
    why_record_retried(partition: &str) { pt: "o lote reenviado entrou em {partition} depois de outro, que tinha saído mais tarde: o producer não espera um para mandar o outro."; en: "the batch that was sent again came into {partition} behind another that had left later: the producer does not wait for one before it sends the other."; }
    why_key_moved(from: &str, to: &str) { pt: "a chave passou de {from} para {to}: a partição é o hash da chave dividido pelo número de partições, que mudou."; en: "the key moved from {from} to {to}: the partition is the key's hash modulo the number of partitions, and that has changed."; }
    why_promise_broken(name: &str) { pt: "a garantia “{name}” se quebrou aqui."; en: "the guarantee “{name}” broke here."; }
    why_promise_kept(name: &str) { pt: "a garantia “{name}” não se quebrou até aqui."; en: "the guarantee “{name}” has not broken so far."; }
    why_all_kept() { pt: "nenhuma garantia se quebrou até aqui: não há o que explicar."; en: "no guarantee has broken so far: there is nothing to explain."; }
    why_partition_fine(partition: &str, leader: &str) { pt: "{partition} está como deve: o {leader} lidera, e todas as réplicas estão em dia."; en: "{partition} is as it should be: {leader} leads, and every replica is in sync."; }
    why_group_fine(group: &str) { pt: "o grupo {group} acompanha os logs: não há lag."; en: "group {group} keeps up with its logs: there is no lag."; }
    why_lag(group: &str, lag: u64) {
        pt: { format!("o grupo {group} está {lag} {} atrás.", lag.pick("registro", "registros")) };
        en: { format!("group {group} is {lag} {} behind.", lag.pick("record", "records")) };
    }
    why_nothing() { pt: "nada aqui pede explicação."; en: "nothing here asks for an explanation."; }
    why_led_without(broker: &str, partition: &str, offset: Offset, end: Offset) { pt: "o {broker} passou a liderar {partition} sem o offset {offset}: o log dele acabava no {end}."; en: "{broker} took the lead of {partition} without offset {offset}: its log ended at {end}."; }
    why_not_copied(brokers: &str, many: bool, partition: &str, offset: Offset) {
        pt: { format!("quando foi confirmado, {} {brokers} ainda não {} copiado o offset {offset} de {partition}.", if many.raw { "os brokers" } else { "o broker" }, if many.raw { "tinham" } else { "tinha" }) };
        en: { format!("when it was acknowledged, {} {brokers} had not copied offset {offset} of {partition} yet.", if many.raw { "brokers" } else { "broker" }) };
    }
    why_nobody_answered(client: &str) { pt: "{client} não pediu confirmação: com acks=0 o registro conta como enviado assim que sai."; en: "{client} asked for no answer: with acks=0 a record counts as sent once it has left."; }
    why_leader_alone(broker: &str, partition: &str) { pt: "foi confirmado porque, com acks=1, o {broker}, líder de {partition}, respondeu sozinho, assim que escreveu no próprio log."; en: "it was acknowledged because with acks=1 {broker}, the leader of {partition}, answered alone, once it had written to its own log."; }
    why_isr_answered(partition: &str, isr: &str, many: bool) {
        pt: { if many.raw { format!("foi confirmado por todo o ISR de {partition}, que eram os brokers {isr}.") } else { format!("foi confirmado por todo o ISR de {partition}, que era só o broker {isr}.") } };
        en: { if many.raw { format!("it was acknowledged by the whole ISR of {partition}: brokers {isr}.") } else { format!("it was acknowledged by the whole ISR of {partition}, which was broker {isr} alone.") } };
    }
    why_did_not_know(broker: &str, partition: &str, epoch: LeaderEpoch) { pt: "o {broker} ainda se achava líder de {partition} (leader epoch {epoch}): outro já tinha sido eleito, e ele não sabia."; en: "{broker} still took itself for the leader of {partition} (leader epoch {epoch}): another had been elected, and it did not know."; }
    why_committed_up_to(group: &str, partition: &str, committed: Offset, offset: Offset) { pt: "o grupo {group} só tinha feito commit de {partition} até o offset {committed}: quem continuou leu o {offset} de novo."; en: "group {group} had committed {partition} only up to offset {committed}: whoever went on read {offset} again."; }
    why_slower(group: &str, arriving: &str, processing: &str) { pt: "chegam {arriving} registros por segundo, e o grupo {group} processa {processing}."; en: "{arriving} records come in a second, and group {group} processes {processing}."; }
    why_no_fault() { pt: "ninguém causou isso: é a carga e a configuração, desde o começo."; en: "nobody did this: it is the load and the configuration, from the start."; }
}

impl Text {
    /// What a sentence of an answer says, without the settings that allowed it.
    #[allow(clippy::too_many_lines, reason = "one arm for each claim, so that the compiler finds what is missing")]
    pub fn claim(self, names: &Names, claim: &Claim) -> String {
        let partition = |partition| names.partition(partition);
        let words = match claim {
            Claim::Fact(event) => return self.narrate(names, event).headline,
            Claim::Deed { from_script, intervention, .. } => {
                self.why_deed(&self.deed(names, intervention), *from_script)
            }
            Claim::UnknownOrder { order } => self.why_unknown_order(*order),
            Claim::OrderUnderWay { order } => self.why_order_under_way(*order),
            Claim::OrderFine { order, took } => self.why_order_fine(*order, *took),
            Claim::OrderLost { order, partition: p, offset } => self.why_order_lost(*order, &partition(*p), *offset),
            Claim::OrderVanished { order } => self.why_order_vanished(*order),
            Claim::OrderNotPublished { order, error } => self.why_order_not_published(*order, *error),
            Claim::OrderWaits { order } => self.why_order_waits(*order),
            Claim::OrderUnread { order, group } => self.why_order_unread(*order, group.as_str()),
            Claim::OrderSkipped { order, group, start, offset } => {
                self.why_order_skipped(*order, group.as_str(), *start, *offset)
            }
            Claim::OrderTwice { order, group, first, second } => {
                self.why_order_twice(*order, group.as_str(), names.client(*first), names.client(*second))
            }
            Claim::OrderWrittenTwice { order, partition: p, first, second } => {
                self.why_order_written_twice(*order, &partition(*p), *first, *second)
            }
            Claim::OrderLate { order, took, usual } => self.why_order_late(*order, *took, *usual),
            Claim::OrderOvertaken { order, by, partition: p } => self.why_order_overtaken(*order, *by, &partition(*p)),
            Claim::UnknownRecord { partition: p, offset } => self.why_unknown_record(&partition(*p), *offset),
            Claim::RecordFine { partition: p, offset } => self.why_record_fine(&partition(*p), *offset),
            Claim::RecordLost { partition: p, offset, count } => self.why_records_lost(&partition(*p), *offset, *count),
            Claim::CommittedTwice { partition: p, offset } => self.why_committed_twice(&partition(*p), *offset),
            Claim::IsrLacks { partition: p, broker, log_end_offset, high_watermark } => {
                self.why_isr_lacks(&partition(*p), &self.broker(*broker), *log_end_offset, *high_watermark)
            }
            Claim::RecordTwice { partition: p, offset, group, first, second } => self.why_record_twice(
                &partition(*p),
                *offset,
                group.as_str(),
                names.client(*first),
                names.client(*second),
            ),
            Claim::RecordWrittenTwice { partition: p, first, second } => {
                self.why_record_written_twice(&partition(*p), *first, *second)
            }
            Claim::RecordOvertaken { partition: p, group } => self.why_record_overtaken(&partition(*p), group.as_str()),
            Claim::RecordSkipped { partition: p, group, offset } => {
                self.why_record_skipped(&partition(*p), *offset, group.as_str())
            }
            Claim::CommittedAhead { group, partition: p, committed, offset } => {
                self.why_committed_ahead(group.as_str(), &partition(*p), *committed, *offset)
            }
            Claim::RecordRetried { partition: p } => self.why_record_retried(&partition(*p)),
            Claim::KeyMoved { from, to } => self.why_key_moved(&partition(*from), &partition(*to)),
            Claim::PromiseBroken { guarantee } => self.why_promise_broken(&self.guarantee(guarantee)),
            Claim::PromiseKept { guarantee } => self.why_promise_kept(&self.guarantee(guarantee)),
            Claim::AllKept => self.why_all_kept(),
            Claim::PartitionFine { partition: p, leader } => {
                self.why_partition_fine(&partition(*p), &self.broker(*leader))
            }
            Claim::GroupFine { group } => self.why_group_fine(group.as_str()),
            Claim::Lag { group, lag } => self.why_lag(group.as_str(), *lag),
            Claim::Nothing => self.why_nothing(),
            Claim::LedWithout { broker, partition: p, offset, log_end_offset } => {
                self.why_led_without(&self.broker(*broker), &partition(*p), *offset, *log_end_offset)
            }
            Claim::NotCopied { brokers, partition: p, offset } => {
                self.why_not_copied(&self.brokers(brokers), brokers.len() > 1, &partition(*p), *offset)
            }
            Claim::NobodyAnswered { client } => self.why_nobody_answered(names.client(*client)),
            Claim::LeaderAnsweredAlone { broker, partition: p } => {
                self.why_leader_alone(&self.broker(*broker), &partition(*p))
            }
            Claim::IsrAnswered { partition: p, isr } => {
                self.why_isr_answered(&partition(*p), &self.brokers(isr), isr.len() > 1)
            }
            Claim::DidNotKnow { broker, partition: p, leader_epoch } => {
                self.why_did_not_know(&self.broker(*broker), &partition(*p), *leader_epoch)
            }
            Claim::CommittedUpTo { group, partition: p, committed, offset } => {
                self.why_committed_up_to(group.as_str(), &partition(*p), *committed, *offset)
            }
            Claim::SlowerThanArrivals { group, arriving, processing } => {
                self.why_slower(group.as_str(), &self.thousandths(*arriving, 1), &self.thousandths(*processing, 1))
            }
            Claim::NoFault => self.why_no_fault(),
        };
        super::narration::capitalised(&words)
    }

    /// A whole sentence of an answer.
    pub fn why_sentence(self, names: &Names, sentence: &Sentence) -> String {
        let claim = self.claim(names, &sentence.claim);
        let said = |has_remedy: bool| -> Vec<String> {
            sentence.allowed_by.iter().filter(|known| known.remedy.is_some() == has_remedy).map(setting).collect()
        };
        let (allowed, decided) = (said(true), said(false));
        let mut words = claim;
        if !allowed.is_empty() {
            words = format!("{words} {}", self.why_allowed(&self.list(&allowed)));
        }
        if !decided.is_empty() {
            words = format!("{words} ({})", decided.join(", "));
        }
        words
    }

    /// A stage of a record's life.
    pub fn stage(self, stage: Stage) -> String {
        match stage {
            Stage::Payment => self.stage_payment(),
            Stage::Buffer => self.stage_buffer(),
            Stage::Request => self.stage_request(),
            Stage::Replication => self.stage_replication(),
            Stage::Answer => self.stage_answer(),
            Stage::Fetch => self.stage_fetch(),
            Stage::Processing => self.stage_processing(),
            Stage::Commit => self.stage_commit(),
        }
    }

    /// A guarantee's name.
    pub fn guarantee(self, id: &str) -> String {
        match id {
            "acknowledged_records_survive" => self.guarantee_acknowledged_records_survive(),
            "committed_records_agree" => self.guarantee_committed_records_agree(),
            "isr_holds_what_is_committed" => self.guarantee_isr_holds_what_is_committed(),
            "one_leader_per_epoch" => self.guarantee_one_leader_per_epoch(),
            "one_quorum_leader_per_epoch" => self.guarantee_one_quorum_leader_per_epoch(),
            "one_owner_per_generation" => self.guarantee_one_owner_per_generation(),
            "share_records_are_settled" => self.guarantee_share_records_are_settled(),
            "transactions_are_atomic" => self.guarantee_transactions_are_atomic(),
            "confirmed_messages_survive" => self.guarantee_confirmed_messages_survive(),
            other => other.replace('_', " "),
        }
    }
}

fn setting(allowance: &Allowance) -> String {
    format!("{}={}", allowance.name, allowance.value)
}

messages! {
    tab_why() { pt: "Por quê"; en: "Why"; }
    tab_lab() { pt: "E se?"; en: "What if"; }
    why_hint() {
        pt: "Do que se vê até onde começou. Cada frase leva ao seu momento.";
        en: "From what is seen back to where it began. Each sentence leads to its moment.";
    }
    why_about_order(order: OrderId) { pt: "Por que o pedido {order} ficou assim?"; en: "Why did order {order} fare so?"; }
    why_about_record(partition: &str, offset: Offset) { pt: "Por que {partition}, offset {offset}, ficou assim?"; en: "Why did {partition} offset {offset} fare so?"; }
    why_about(what: &str) { pt: "Por que isto com {what}?"; en: "Why this with {what}?"; }
    why_about_guarantee(name: &str) { pt: "Por que “{name}”?"; en: "Why “{name}”?"; }
    why_about_moment() { pt: "Por que isto aconteceu?"; en: "Why did this happen?"; }
    why_about_anything() { pt: "O que se quebrou até aqui?"; en: "What has broken so far?"; }
    why_searching(percent: &str) { pt: "Refazendo a execução: {percent}"; en: "Living the run again: {percent}"; }
    why_guarantees() { pt: "Garantias até este momento"; en: "Guarantees up to this moment"; }
    why_ask() { pt: "Por quê?"; en: "Why?"; }
    why_ask_spoken(what: &str) { pt: "Por quê? {what}"; en: "Why? {what}"; }
    life_title() { pt: "A vida do registro"; en: "The life of the record"; }
    life_hint() { pt: "Onde foi o tempo deste registro; abaixo de cada etapa, o costume de todos."; en: "Where this record's time went; under each stage, what is usual."; }
    life_usual(median: &str, most: &str) { pt: "metade até {median}, 99% até {most}"; en: "half within {median}, 99% within {most}"; }
    stage_payment() { pt: "pagamento"; en: "payment"; }
    stage_buffer() { pt: "buffer e lote"; en: "buffer and batch"; }
    stage_request() { pt: "pedido até a escrita"; en: "request until written"; }
    stage_replication() { pt: "cópias até o high watermark"; en: "copies up to the high watermark"; }
    stage_answer() { pt: "da escrita à confirmação"; en: "from the write to the answer"; }
    stage_fetch() { pt: "até ser lido"; en: "until polled"; }
    stage_processing() { pt: "até ser processado"; en: "until processed"; }
    stage_commit() { pt: "até o commit"; en: "until committed"; }
    what_if_setting(setting: &str) { pt: "E com {setting}?"; en: "What would {setting} have done?"; }
    what_if_not(what: &str, at: SimTime) { pt: "E se não tivesse acontecido: {what}, em {at}?"; en: "What if this had not happened: {what}, at {at}?"; }
    what_if_undone() { pt: "E se isto não tivesse acontecido?"; en: "What if this had not happened?"; }

    lab_compare_hint() {
        pt: "A mesma execução com uma coisa mudada, lado a lado. Escolha aqui, ou pergunte “e se” numa resposta de Por quê.";
        en: "The same run with one thing changed, side by side. Choose here, or ask “what if” in an answer of Why.";
    }
    lab_compare() { pt: "Comparar"; en: "Compare"; }
    lab_setting() { pt: "Ajuste a mudar, como acks=all"; en: "Setting to change, such as acks=all"; }
    lab_without(deed: &str) { pt: "sem: {deed}"; en: "without: {deed}"; }
    lab_this() { pt: "esta"; en: "this one"; }
    lab_other() { pt: "a outra"; en: "the other"; }
    lab_comparing(percent: &str) { pt: "Vivendo as duas: {percent}"; en: "Living both: {percent}"; }
    lab_with_seed(seed: u64) { pt: { format!("com a semente {}", seed.raw) }; en: { format!("with seed {}", seed.raw) }; }
    lab_with(setting: &str) { pt: "com {setting}"; en: "with {setting}"; }
    branches() { pt: "Ramos"; en: "Branches"; }
    branches_hint() {
        pt: "Mexer no passado abre um ramo e guarda o futuro que havia. Todos vão no link.";
        en: "Touching the past starts a branch and keeps the future that was there. All go into the link.";
    }
    branch_current(name: &str) { pt: "{name} (este)"; en: "{name} (this one)"; }
    branch_switch(name: &str) { pt: "Ir para o ramo {name}"; en: "Go to branch {name}"; }
    branch_name() { pt: "Nome deste ramo"; en: "Name of this branch"; }
    branch_started(name: &str) { pt: "Ramo {name} aberto: o futuro que havia ficou guardado."; en: "Branch {name} begun: the future that was there is kept."; }
    branch_first() { pt: "original"; en: "original"; }
    guarantee_acknowledged_records_survive() { pt: "o que foi confirmado não se perde"; en: "what was acknowledged is not lost"; }
    guarantee_committed_records_agree() { pt: "num offset confirmado, todos leem o mesmo"; en: "everyone reads the same at a committed offset"; }
    guarantee_isr_holds_what_is_committed() { pt: "o ISR inteiro tem o que foi confirmado"; en: "the whole ISR holds what is committed"; }
    guarantee_one_leader_per_epoch() { pt: "um líder por leader epoch"; en: "one leader in a leader epoch"; }
    guarantee_one_quorum_leader_per_epoch() { pt: "um líder do quorum por epoch"; en: "one quorum leader in an epoch"; }
    guarantee_share_records_are_settled() { pt: "um share group não perde registros nem insiste além do limite"; en: "a share group loses no record and does not insist past its limit"; }
    guarantee_transactions_are_atomic() { pt: "de uma transação, tudo ou nada"; en: "of a transaction, all or nothing"; }
    guarantee_confirmed_messages_survive() { pt: "mensagens confirmadas sobrevivem"; en: "confirmed messages survive"; }
    guarantee_one_owner_per_generation() { pt: "cada partição com um só dono no grupo"; en: "one owner of a partition in a group"; }
}

impl Text {
    /// A question, as a heading.
    pub fn question(self, names: &Names, question: &Question) -> String {
        match question {
            Question::Order(order) => self.why_about_order(*order),
            Question::Record(partition, offset) => self.why_about_record(&names.partition(*partition), *offset),
            Question::Partition(partition) => self.why_about(&names.partition(*partition)),
            Question::Group(group) => self.why_about(group.as_str()),
            Question::Node(node) => self.why_about(&self.node(names, *node)),
            Question::Guarantee(id) => self.why_about_guarantee(&self.guarantee(id)),
            Question::Event(_) => self.why_about_moment(),
            Question::Anything => self.why_about_anything(),
        }
    }
}
