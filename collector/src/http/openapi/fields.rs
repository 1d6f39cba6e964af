//! Values of parameters that stand in several places.

use tacit_signals::{limits::AT_MS_MAX, signal::Kind as Signal};
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, SchemaFormat,
    schema::{Schema, SchemaType, Type},
};

use crate::{
    dataset::Format,
    label::{State, Trust},
    limits::{LOOKED_AT_MAX, PAGE_LEN_MAX, SCREENED_LISTED},
    rollup,
    watch::{By, capture::WEEKS_MAX},
};

/// The largest integer that every JSON reader keeps.
const SEED_MAX: u64 = (1 << 53) - 1;

fn one_of<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Schema {
    let names: Vec<String> = names.into_iter().map(|name| name.as_ref().into()).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .build()
        .into()
}

fn whole(from: u64, to: u64) -> Schema {
    #[expect(clippy::cast_precision_loss, reason = "bounds are below 2^53")]
    let (from, to) = (from as f64, to as f64);
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(from))
        .maximum(Some(to))
        .build()
        .into()
}

/// A time, Unix ms.
pub(crate) fn moment() -> Schema {
    whole(0, AT_MS_MAX)
}

/// As [`moment`], or null, which says nothing.
pub(crate) fn moment_or_null() -> Schema {
    or_null(moment())
}

/// As [`trust`], or null.
pub(crate) fn trust_or_null() -> Schema {
    or_null(trust())
}

/// As [`confidence`], or null.
pub(crate) fn confidence_or_null() -> Schema {
    or_null(confidence())
}

/// A number that fits into 64 bits, or null.
pub(crate) fn seed_or_null() -> Schema {
    or_null(whole(0, SEED_MAX))
}

/// Number of a turn or a variant, or null.
pub(crate) fn ordinal_or_null() -> Schema {
    or_null(whole(0, u64::from(u32::MAX)))
}

fn or_null(mut schema: Schema) -> Schema {
    if let Schema::Object(object) = &mut schema {
        if let SchemaType::Type(only) = &object.schema_type {
            object.schema_type = SchemaType::from_iter([only.clone(), Type::Null]);
        }
        if let Some(values) = &mut object.enum_values {
            values.push(serde_json::Value::Null);
        }
    }
    schema
}

/// Outputs on a page.
pub(crate) fn page_len() -> Schema {
    whole(1, PAGE_LEN_MAX as u64)
}

/// Findings of the screen in a list.
pub(crate) fn screened() -> Schema {
    whole(0, SCREENED_LISTED as u64)
}

/// Weeks of a trend.
pub(crate) fn weeks() -> Schema {
    whole(1, u64::from(WEEKS_MAX))
}

/// Trust.
pub(crate) fn trust() -> Schema {
    one_of(Trust::ALL.map(Trust::name))
}

/// State of a label.
pub(crate) fn state() -> Schema {
    one_of(State::ALL.map(State::name))
}

/// Kind of a signal.
pub(crate) fn signal() -> Schema {
    one_of(Signal::ALL.map(Signal::name))
}

/// Outputs of a sample, or null.
pub(crate) fn sample_or_null() -> Schema {
    or_null(whole(0, LOOKED_AT_MAX as u64))
}

/// Form of labels.
pub(crate) fn label_format() -> Schema {
    one_of(["ndjson", "csv", "parquet"])
}

/// Form of a brief.
pub(crate) fn brief_format() -> Schema {
    one_of(["json", "markdown"])
}

/// Form of a verdict.
pub(crate) fn verify_format() -> Schema {
    brief_format()
}

/// Form of a readout.
pub(crate) fn readout_format() -> Schema {
    one_of(["json", "markdown", "html"])
}

/// Formats that a build can have.
pub(crate) fn build_format() -> Schema {
    one_of(
        Format::ALL
            .into_iter()
            .filter(|format| format.has_rows())
            .map(Format::name),
    )
}

/// What roll-ups are told by.
pub(crate) fn rollup_by() -> Schema {
    one_of(rollup::By::ALL.map(rollup::By::name))
}

/// What guardrails are told by.
pub(crate) fn slicing() -> Schema {
    one_of(By::ALL.map(By::name))
}

/// Who is a person.
pub(crate) fn kind_of_person() -> Schema {
    one_of(["app", "visitor"])
}

/// What an erased id may be.
pub(crate) fn erased_kind() -> Schema {
    one_of(["app", "visitor", "session"])
}

/// A share in thousandths.
pub(crate) fn confidence() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some("At most three decimals"))
        .minimum(Some(0.0))
        .maximum(Some(1.0))
        .multiple_of(Some(0.001))
        .build()
        .into()
}

/// A number in thousandths.
pub(crate) fn decimals() -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some("At most three decimals"))
        .build()
        .into()
}
