//! A wrong scenario gets one sentence with the place, the problem and what was probably meant, in both languages.

use correio::scenario::build::prepare;
use correio::scenario::library::text_of;
use expect_test::{Expect, expect};

fn check(right: &str, wrong: &str, expected: &Expect) {
    let text = text_of("checkout").unwrap().replacen(right, wrong, 1);
    let error = prepare(&text).expect_err("the file is wrong");
    expected.assert_eq(&format!("{}\n{}\n", error.en(), error.pt()));
}

#[test]
fn a_misspelt_field_is_answered_with_the_one_meant() {
    check(
        "\"partitions\": 3",
        "\"partition\": 3",
        &expect![[r#"
            line 19, column 20, at `topics[0].partition`: there is no field `partition` here; did you mean `partitions`?
            linha 19, coluna 20, em `topics[0].partition`: o campo `partition` não existe aqui; você quis dizer `partitions`?
        "#]],
    );
}

#[test]
fn a_time_without_its_unit_is_answered_with_an_example() {
    check(
        "\"20ms\"",
        "\"20\"",
        &expect![[r#"
            line 27, column 106, at `clients[0].checkout.payment[0]`: `20` does not fit: write a time such as `150ms`, `20s` or `5min`
            linha 27, coluna 106, em `clients[0].checkout.payment[0]`: `20` não serve: escreva um tempo como `150ms`, `20s` ou `5min`
        "#]],
    );
}

#[test]
fn a_misspelt_property_of_kafka_is_answered_with_the_one_meant() {
    check(
        "\"min.insync.replicas\": 2",
        "\"min.insync.replica\": 2",
        &expect![[r#"
        line 21, column 17, at `topics[0].config`: a topic has no setting `min.insync.replica`; did you mean `min.insync.replicas`?
        linha 21, coluna 17, em `topics[0].config`: um tópico não tem a configuração `min.insync.replica`; você quis dizer `min.insync.replicas`?
    "#]],
    );
}

#[test]
fn a_value_that_kafka_would_refuse_is_refused() {
    check(
        "\"min.insync.replicas\": 2",
        "\"min.insync.replicas\": 0",
        &expect![[r#"
        line 21, column 17, at `topics[0].config`: `0` does not fit `min.insync.replicas`: a number of at least 1
        linha 21, coluna 17, em `topics[0].config`: `0` não serve para `min.insync.replicas`: um número a partir de 1
    "#]],
    );
}

#[test]
fn a_replica_on_a_broker_that_does_not_exist_is_found() {
    check(
        "[1, 2, 3]",
        "[1, 2, 9]",
        &expect![[r#"
        line 20, column 20, at `topics[0].replicas[0]`: these are 3 different brokers of the scenario
        linha 20, coluna 20, em `topics[0].replicas[0]`: são 3 brokers diferentes, todos do cenário
    "#]],
    );
}

#[test]
fn an_act_on_a_process_that_does_not_exist_is_found() {
    check(
        "\"crash\": \"broker-1\"",
        "\"crash\": \"brokr-1\"",
        &expect![[r#"
        line 36, column 11, at `invitation.do`: there is no process `brokr-1`; did you mean `broker-1`?
        linha 36, coluna 11, em `invitation.do`: não existe processo `brokr-1`; você quis dizer `broker-1`?
    "#]],
    );
}

#[test]
fn a_fact_that_no_run_can_show_is_found() {
    check(
        "\"order_placed\"",
        "\"order_place\"",
        &expect![[r#"
        line 38, column 13, at `shows[0]`: there is no fact `order_place`; did you mean `order_placed`?
        linha 38, coluna 13, em `shows[0]`: não existe fato `order_place`; você quis dizer `order_placed`?
    "#]],
    );
}

#[test]
fn a_number_where_a_list_is_expected_is_said() {
    check(
        "\"replicas\": [[1, 2, 3], [2, 3, 1], [3, 1, 2]]",
        "\"replicas\": 3",
        &expect![[r#"
        line 20, column 19, at `topics[0].replicas`: found integer `3` where a sequence is expected
        linha 20, coluna 19, em `topics[0].replicas`: há o número `3` onde se espera uma lista
    "#]],
    );
}

#[test]
fn a_missing_comma_is_said_with_its_place() {
    check(
        "\"seed\": 7,",
        "\"seed\": 7",
        &expect![[r#"
        line 9, column 3, the JSON is malformed: expected `,` or `}`
        linha 9, coluna 3, o JSON está malformado: falta `,` ou `}`
    "#]],
    );
}
