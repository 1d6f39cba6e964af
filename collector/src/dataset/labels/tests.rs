//! All forms say the same.

use std::fs::File;

use arrow_array::{
    Array, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, TimestampMillisecondArray, cast::AsArray,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tacit_signals::signal::CopyVia;

use super::*;
use crate::label::{
    Policy, label_group,
    script::{HOUR, MINUTE, SECOND, Story, T0, copied, regenerated},
};

fn label(id: &str, copies: u64) -> Labelled {
    let mut story = Story::shown(id).registered("a");
    for copy in 0..copies {
        story = story.at(copy + 1, copied(0.6, CopyVia::Button));
    }
    let policy = Policy::default_policy().unwrap();
    label_group(&story.group(), &policy, T0 + HOUR)
        .outputs
        .remove(0)
}

fn written<'a>(form: Form, labels: impl IntoIterator<Item = &'a Labelled>) -> Vec<u8> {
    let mut writer = Writer::new(form, Vec::new()).unwrap();
    for label in labels {
        writer.write(label).unwrap();
    }
    writer.finish().unwrap()
}

fn reader(file: &[u8]) -> ParquetRecordBatchReaderBuilder<File> {
    let mut on_disk = tempfile::tempfile().unwrap();
    on_disk.write_all(file).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(on_disk).unwrap()
}

fn read(file: Vec<u8>) -> Vec<RecordBatch> {
    let reader = reader(&file).with_batch_size(1 << 20).build().unwrap();
    reader.map(Result::unwrap).collect()
}

#[test]
fn the_table_says_what_the_lines_say() {
    let mut labels = vec![label("o-1", 2), label("o-2", 0)];
    let redone = Story::shown("o-3").at(5 * SECOND, regenerated(MINUTE));
    let policy = Policy::default_policy().unwrap();
    labels.extend(label_group(&redone.group(), &policy, T0 + HOUR).outputs);
    labels[1].arms.insert("tone".into(), "b \"quoted\"".into());
    labels[2].late = labels[2].reasons[0].evidence.clone();
    labels[2].beyond = 3;
    labels[1].withheld.events = 2;
    let lines = String::from_utf8(written(Form::Ndjson, &labels)).unwrap();
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let table = &read(written(Form::Parquet, &labels))[0];
    assert_eq!(table.num_rows(), 3);
    let names: Vec<_> = table
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(names, Labelled::csv_header());
    let late = table.column_by_name("late").unwrap();
    assert_eq!((late.null_count(), late.is_null(2)), (2, false));
    for (row, line) in lines.iter().enumerate() {
        for (name, value) in line.as_object().unwrap() {
            let told = cell(table.column_by_name(name).unwrap(), row);
            let expected = match name.as_str() {
                "arms" => value.to_string().into(),
                _ => value.clone(),
            };
            assert_eq!(told, expected, "{name} of row {row}");
        }
    }
}

/// A cell as the JSON form has it.
fn cell(column: &dyn Array, row: usize) -> serde_json::Value {
    if column.is_null(row) {
        return serde_json::Value::Null;
    }
    let any = column.as_any();
    if let Some(text) = any.downcast_ref::<StringArray>() {
        return text.value(row).into();
    }
    if let Some(number) = any.downcast_ref::<Float64Array>() {
        return number.value(row).into();
    }
    if let Some(truth) = any.downcast_ref::<BooleanArray>() {
        return truth.value(row).into();
    }
    if let Some(whole) = any.downcast_ref::<Int64Array>() {
        return whole.value(row).into();
    }
    if let Some(whole) = any.downcast_ref::<arrow_array::Int8Array>() {
        return whole.value(row).into();
    }
    if let Some(moment) = any.downcast_ref::<TimestampMillisecondArray>() {
        assert_eq!(moment.timezone(), Some("UTC"));
        return moment.value(row).into();
    }
    if let Some(list) = any.downcast_ref::<ListArray>() {
        let items = list.value(row);
        return (0..items.len()).map(|item| cell(&items, item)).collect();
    }
    let fields: &StructArray = column.as_struct();
    let names = fields.column_names().into_iter().zip(fields.columns());
    names
        .map(|(name, column)| (name.to_owned(), cell(column, row)))
        .collect()
}

#[test]
fn files_are_the_same_bytes_and_come_in_row_groups() {
    let one = label("o-1", 1);
    let rows = || std::iter::repeat_n(&one, 70_000);
    let file = written(Form::Parquet, rows());
    assert!(file == written(Form::Parquet, rows()), "the same bytes");
    let reader = reader(&file);
    let groups = reader.metadata().row_groups();
    let sizes: Vec<_> = groups.iter().map(|group| group.num_rows()).collect();
    assert_eq!(sizes, [65_536, 4_464]);
}

#[test]
fn nothing_is_a_file_too() {
    let none: [&Labelled; 0] = [];
    assert_eq!(written(Form::Ndjson, none), b"");
    let csv = String::from_utf8(written(Form::Csv, none)).unwrap();
    assert!(
        csv.starts_with("output,state,") && csv.lines().count() == 1,
        "{csv}"
    );
    assert_eq!(read(written(Form::Parquet, none)).len(), 0);
}
