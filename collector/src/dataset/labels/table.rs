//! Labels as a table with types. `arms` is JSON text as in CSV: not every reader
//! knows maps (Hugging Face's `datasets` refuses them).

use std::{io::Write, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{
        BooleanBuilder, Float64Builder, Int8Builder, Int64Builder, ListBuilder, StringBuilder,
        StructBuilder, TimestampMillisecondBuilder,
    },
};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};

use super::WriteError;
use crate::label::{Labelled, Reason};

/// Labels that are made columns at a time.
const BATCH_ROWS: usize = 4_096;
/// Most labels of a row group, which is what readers hold in memory and skip by.
const GROUP_ROWS: usize = 16 * BATCH_ROWS;
/// Encoded bytes at which a row group ends early: some labels rest on many events.
const GROUP_BYTES: usize = 16 << 20;

/// A Parquet file in the making.
#[derive(Debug)]
pub(super) struct Table<W: Write + Send> {
    writer: ArrowWriter<W>,
    columns: Columns,
    schema: Arc<Schema>,
    rows: usize,
}

impl<W: Write + Send> Table<W> {
    pub(super) fn new(out: W) -> Result<Self, WriteError> {
        let schema = Arc::new(schema());
        let properties = WriterProperties::builder()
            .set_created_by(concat!("tacit ", env!("CARGO_PKG_VERSION")).into())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        Ok(Self {
            writer: ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?,
            columns: Columns::default(),
            schema,
            rows: 0,
        })
    }

    pub(super) fn push(&mut self, label: &Labelled) -> Result<(), WriteError> {
        self.columns.push(label);
        self.rows += 1;
        if self.rows == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.flush()?;
        Ok(self.writer.into_inner()?)
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let columns = self.columns.finish();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        self.rows = 0;
        self.writer.write(&batch)?;
        if self.writer.in_progress_size() >= GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }
}

fn moment() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

fn texts() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Utf8, false)))
}

fn reason_fields() -> Fields {
    Fields::from(vec![
        Field::new("rule", DataType::Utf8, false),
        Field::new("polarity", DataType::Int8, false),
        Field::new("weight", DataType::Float64, false),
        Field::new("evidence", texts(), false),
    ])
}

fn reason() -> Field {
    Field::new("item", DataType::Struct(reason_fields()), false)
}

fn schema() -> Schema {
    let known = |name: &str, kind| Field::new(name, kind, false);
    let maybe = |name: &str, kind| Field::new(name, kind, true);
    Schema::new(vec![
        known("output", DataType::Utf8),
        known("state", DataType::Utf8),
        known("score", DataType::Float64),
        known("weight", DataType::Float64),
        known("confidence", DataType::Float64),
        known("mature", DataType::Boolean),
        known("reasons", DataType::List(Arc::new(reason()))),
        known("policy", DataType::Utf8),
        known("as_of", moment()),
        maybe("matures_at", moment()),
        maybe("subject", DataType::Utf8),
        maybe("subject_kind", DataType::Utf8),
        known("trust", DataType::Utf8),
        maybe("conversation", DataType::Utf8),
        maybe("turn", DataType::Int64),
        maybe("model", DataType::Utf8),
        maybe("prompt_version", DataType::Utf8),
        known("arms", DataType::Utf8),
        maybe("shown_at", moment()),
        maybe("late", texts()),
        maybe("beyond", DataType::Int64),
        maybe("screened", DataType::Int64),
    ])
}

#[derive(Debug)]
struct Columns {
    output: StringBuilder,
    state: StringBuilder,
    score: Float64Builder,
    weight: Float64Builder,
    confidence: Float64Builder,
    mature: BooleanBuilder,
    reasons: Reasons,
    policy: StringBuilder,
    as_of: TimestampMillisecondBuilder,
    matures_at: TimestampMillisecondBuilder,
    subject: StringBuilder,
    subject_kind: StringBuilder,
    trust: StringBuilder,
    conversation: StringBuilder,
    turn: Int64Builder,
    model: StringBuilder,
    prompt_version: StringBuilder,
    arms: StringBuilder,
    shown_at: TimestampMillisecondBuilder,
    late: Evidence,
    beyond: Int64Builder,
    screened: Int64Builder,
}

impl Default for Columns {
    fn default() -> Self {
        let text = StringBuilder::new;
        let moment = || TimestampMillisecondBuilder::new().with_data_type(moment());
        Self {
            output: text(),
            state: text(),
            score: Float64Builder::new(),
            weight: Float64Builder::new(),
            confidence: Float64Builder::new(),
            mature: BooleanBuilder::new(),
            reasons: Reasons::default(),
            policy: text(),
            as_of: moment(),
            matures_at: moment(),
            subject: text(),
            subject_kind: text(),
            trust: text(),
            conversation: text(),
            turn: Int64Builder::new(),
            model: text(),
            prompt_version: text(),
            arms: text(),
            shown_at: moment(),
            late: evidence(),
            beyond: Int64Builder::new(),
            screened: Int64Builder::new(),
        }
    }
}

impl Columns {
    fn push(&mut self, label: &Labelled) {
        let at = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        let subject = label.subject.as_ref();
        self.output.append_value(label.output.as_str());
        self.state.append_value(label.state.name());
        self.score.append_value(label.score.to_f64());
        self.weight.append_value(label.weight.to_f64());
        self.confidence.append_value(label.confidence.to_f64());
        self.mature.append_value(label.mature);
        self.reasons.push(&label.reasons);
        self.policy.append_value(&label.policy);
        self.as_of.append_value(at(label.as_of));
        self.matures_at.append_option(label.matures_at.map(at));
        self.subject
            .append_option(subject.map(|subject| &subject.id));
        self.subject_kind
            .append_option(subject.map(|subject| subject.kind.name()));
        self.trust.append_value(label.trust.name());
        self.conversation
            .append_option(label.conversation.as_ref().map(tacit_signals::Id::as_str));
        self.turn.append_option(label.turn.map(i64::from));
        self.model.append_option(label.model.as_ref());
        self.prompt_version
            .append_option(label.prompt_version.as_ref());
        self.arms
            .append_value(serde_json::to_string(&label.arms).unwrap_or_default());
        self.shown_at.append_option(label.shown_at.map(at));
        for event in &label.late {
            self.late.values().append_value(event.to_string());
        }
        // As in the JSON form: only there when there is something.
        self.late.append(!label.late.is_empty());
        let count = |count: u64| Some(count).filter(|count| *count > 0).map(at);
        self.beyond.append_option(count(label.beyond));
        self.screened.append_option(count(label.withheld.events));
    }

    /// What was pushed, in the order of [`schema`]; empty afterwards.
    fn finish(&mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.output.finish()),
            Arc::new(self.state.finish()),
            Arc::new(self.score.finish()),
            Arc::new(self.weight.finish()),
            Arc::new(self.confidence.finish()),
            Arc::new(self.mature.finish()),
            Arc::new(self.reasons.0.finish()),
            Arc::new(self.policy.finish()),
            Arc::new(self.as_of.finish()),
            Arc::new(self.matures_at.finish()),
            Arc::new(self.subject.finish()),
            Arc::new(self.subject_kind.finish()),
            Arc::new(self.trust.finish()),
            Arc::new(self.conversation.finish()),
            Arc::new(self.turn.finish()),
            Arc::new(self.model.finish()),
            Arc::new(self.prompt_version.finish()),
            Arc::new(self.arms.finish()),
            Arc::new(self.shown_at.finish()),
            Arc::new(self.late.finish()),
            Arc::new(self.beyond.finish()),
            Arc::new(self.screened.finish()),
        ]
    }
}

/// Lists of reasons, each with a list of evidence.
#[derive(Debug)]
struct Reasons(ListBuilder<StructBuilder>);

type Evidence = ListBuilder<StringBuilder>;

fn evidence() -> Evidence {
    let item = Field::new("item", DataType::Utf8, false);
    ListBuilder::new(StringBuilder::new()).with_field(item)
}

impl Default for Reasons {
    fn default() -> Self {
        let reason_builder = StructBuilder::new(
            reason_fields(),
            vec![
                Box::new(StringBuilder::new()),
                Box::new(Int8Builder::new()),
                Box::new(Float64Builder::new()),
                Box::new(evidence()),
            ],
        );
        Self(ListBuilder::new(reason_builder).with_field(reason()))
    }
}

impl Reasons {
    fn push(&mut self, reasons: &[Reason]) {
        for reason in reasons {
            let columns = self.0.values();
            // The builders are those of `default`.
            if let Some(rule) = columns.field_builder::<StringBuilder>(0) {
                rule.append_value(&reason.rule);
            }
            if let Some(polarity) = columns.field_builder::<Int8Builder>(1) {
                polarity.append_value(reason.polarity);
            }
            if let Some(weight) = columns.field_builder::<Float64Builder>(2) {
                weight.append_value(reason.weight.to_f64());
            }
            if let Some(evidence) = columns.field_builder::<Evidence>(3) {
                for event in &reason.evidence {
                    evidence.values().append_value(event.to_string());
                }
                evidence.append(true);
            }
            columns.append(true);
        }
        self.0.append(true);
    }
}
