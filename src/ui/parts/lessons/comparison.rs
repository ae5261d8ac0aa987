//! Runs beside each other, measured when the reader asks: the numbers are this engine's, of this moment.

use super::LessonsProps;
use super::sentence::value;
use crate::app::lesson::{LessonMsg, OpenLesson};
use crate::lesson::form::Comparison;
use yew::prelude::*;

pub(super) fn comparison(props: &LessonsProps, open: &OpenLesson, task: &'static Comparison) -> Html {
    let text = props.text;
    let measured = |row: usize, column: usize| open.measured.as_ref().and_then(|all| *all.get(row)?.get(column)?);
    let cells = |row: usize| {
        task.columns.iter().enumerate().map(move |(index, column)| {
            html! { <td key={index} class="is-number">{ value(text, column.measure, measured(row, index)) }</td> }
        })
    };
    html! {
        <div class="comparison" id="lesson-answer" tabindex="-1">
            if open.measured.is_none() {
                <button type="button" class="primary" onclick={props.send(LessonMsg::PressedCompare)}>{ text.lesson_compare() }</button>
            } else {
                <table class="measured">
                    <caption>{ text.lesson_compare_title() }</caption>
                    <thead><tr>
                        <th scope="col">{ text.lesson_compare_run() }</th>
                        { for task.columns.iter().map(|column| html! { <th key={column.measure} scope="col">{ props.said(column.words.of(text.language)) }</th> }) }
                    </tr></thead>
                    <tbody>{ for task.rows.iter().enumerate().map(|(index, row)| html! {
                        <tr key={index}>
                            <th scope="row">{ props.said(row.words.of(text.language)) }</th>
                            { for cells(index) }
                        </tr>
                    }) }</tbody>
                </table>
            }
        </div>
    }
}
