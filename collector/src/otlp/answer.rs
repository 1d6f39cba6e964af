//! What an exporter is answered, in the encoding it asked in.

use prost::Message;
use serde::Serialize;

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`.
    Json,
}

impl Encoding {
    /// By the content type, without its parameters.
    #[must_use]
    pub fn of(content_type: &str) -> Option<Self> {
        let all = [Self::Protobuf, Self::Json].into_iter();
        all.into_iter()
            .find(|encoding| encoding.content_type().eq_ignore_ascii_case(content_type))
    }

    /// The content type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// `ExportTraceServiceResponse`.
#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[prost(message, optional, tag = "1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_success: Option<PartialSuccess>,
}

/// `ExportTracePartialSuccess`.
#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    #[serde(serialize_with = "as_text")]
    rejected_spans: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// `google.rpc.Status`, without details.
#[derive(Clone, PartialEq, Message, Serialize)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// Protobuf's JSON writes 64-bit integers as strings.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn as_text<S: serde::Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// The answer to a request that was taken, apart from `rejected` of its spans. A message
/// without rejected spans is a warning; where there is neither, nothing is said.
#[must_use]
pub fn taken(encoding: Encoding, rejected: u64, message: &str) -> Vec<u8> {
    let partial_success = (rejected > 0 || !message.is_empty()).then(|| PartialSuccess {
        rejected_spans: i64::try_from(rejected).unwrap_or(i64::MAX),
        error_message: message.into(),
    });
    write(encoding, &Response { partial_success })
}

/// The answer to a request that was not taken.
#[must_use]
pub fn refused(encoding: Encoding, http_status: u16, message: &str) -> Vec<u8> {
    let message = message.into();
    let code = code(http_status);
    write(encoding, &Status { code, message })
}

fn write<T: Message + Serialize>(encoding: Encoding, message: &T) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => message.encode_to_vec(),
        Encoding::Json => serde_json::to_vec(message).unwrap_or_default(),
    }
}

/// The code of gRPC that stands for a status of HTTP, after the table in
/// `google/rpc/code.proto`.
const fn code(http_status: u16) -> i32 {
    match http_status {
        400 | 413 | 415 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        405 => 12,
        408 => 4,
        429 => 8,
        503 => 14,
        _ => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn nothing_is_said_where_all_was_taken() {
        assert_eq!(text(taken(Encoding::Json, 0, "")), "{}");
        assert_eq!(taken(Encoding::Protobuf, 0, ""), b"");
    }

    #[test]
    fn both_encodings_say_the_same() {
        let said = text(taken(Encoding::Json, 2, "no ids"));
        assert_eq!(
            said,
            r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no ids"}}"#
        );
        // Field 1 of 10 bytes: field 1 the number 2, field 2 of 6 bytes.
        assert_eq!(
            taken(Encoding::Protobuf, 2, "no ids"),
            b"\x0a\x0a\x08\x02\x12\x06no ids"
        );
        let said = text(refused(Encoding::Json, 503, "later"));
        assert_eq!(said, r#"{"code":14,"message":"later"}"#);
        assert_eq!(
            refused(Encoding::Protobuf, 401, "key"),
            b"\x08\x10\x12\x03key"
        );
    }

    #[test]
    fn content_types_name_encodings() {
        assert_eq!(Encoding::of("Application/JSON"), Some(Encoding::Json));
        assert_eq!(
            Encoding::of("application/x-protobuf"),
            Some(Encoding::Protobuf)
        );
        assert_eq!(Encoding::of("application/grpc"), None);
    }
}
