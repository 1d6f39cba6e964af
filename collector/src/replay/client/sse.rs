//! An answer as a stream of server-sent events: lines in, an answer out.
//!
//! The format is the HTML standard's (§9.2.6 "Interpreting an event stream") as far as
//! chat endpoints use it: `data:` fields, comments to keep the connection alive, an
//! empty line after each event.

use super::{Trouble, reply::Arriving};
use crate::replay::Outcome;

/// What has arrived of a stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    data: Option<String>,
    arriving: Arriving,
    done: bool,
}

impl Stream {
    /// Takes the next line, without its end.
    pub(super) fn line(&mut self, line: &str) -> Result<(), Trouble> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if line.is_empty() {
            return self.event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.into()),
            }
        }
        Ok(())
    }

    fn event(&mut self) -> Result<(), Trouble> {
        match self.data.take() {
            Some(data) if data.trim() == "[DONE]" => self.done = true,
            Some(data) if !data.trim().is_empty() => self.arriving.take(&data)?,
            _ => {}
        }
        Ok(())
    }

    /// Nothing more will come that matters.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// The endpoint said that the text is complete, whatever still follows.
    pub(super) const fn is_complete(&self) -> bool {
        self.done || self.arriving.is_finished()
    }

    /// The answer, once the connection has ended. One that neither gave a reason to
    /// finish nor said `[DONE]` was cut off.
    pub(super) fn end(mut self) -> Result<Outcome, Trouble> {
        // Some servers leave out the last empty line; half an event is none.
        match self.event() {
            Err(trouble) if trouble.code != "malformed" => return Err(trouble),
            _ => {}
        }
        if !self.is_complete() {
            return Err(Trouble::again(
                "truncated",
                "the stream ended without [DONE] or a finish_reason",
            ));
        }
        self.arriving.outcome()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{Reply, client::Remedy};

    fn read(text: &str) -> Result<Outcome, Trouble> {
        let mut stream = Stream::default();
        for line in text.lines() {
            stream.line(line)?;
        }
        stream.end()
    }

    const START: &str = ": waiting\n\nevent: message\ndata: {\"model\":\"m\",\"choices\":[{\"index\":0,\
        \"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"finish_reason\":null}],\"usage\":null}\n\n\
        data:{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"}}]}\n\n\
        data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"another\"}}]}\n\n";
    const FINISH: &str =
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    const USAGE: &str =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n";

    fn hello(finish: Option<&str>, tokens: Option<(u64, u64)>) -> Outcome {
        Outcome::Answered(Reply {
            text: "Hello".into(),
            finish_reason: finish.map(String::from),
            model: Some("m".into()),
            prompt_tokens: tokens.map(|(prompt, _)| prompt),
            completion_tokens: tokens.map(|(_, completion)| completion),
            latency_ms: 0,
        })
    }

    #[test]
    fn deltas_of_the_first_choice_become_its_text() {
        let whole = format!("{START}{FINISH}{USAGE}data: [DONE]\n\n");
        assert_eq!(read(&whole), Ok(hello(Some("stop"), Some((9, 2)))));
        assert_eq!(read(&whole.replace('\n', "\r\n")), read(&whole));
        assert_eq!(
            read(whole.trim_end()),
            read(&whole),
            "without the last empty line"
        );
    }

    #[test]
    fn a_stream_that_does_not_say_it_is_complete_was_cut_off() {
        let trouble = read(START).unwrap_err();
        assert_eq!(trouble.code, "truncated");
        assert_eq!(trouble.remedy, Remedy::Again { after_ms: None });
        assert_eq!(
            read(&format!("{START}{FINISH}")),
            Ok(hello(Some("stop"), None))
        );
        assert_eq!(
            read(&format!("{START}data: [DONE]\n\n")),
            Ok(hello(None, None))
        );
        // In the middle of an event.
        assert_eq!(
            read(&START[..START.len() - 20]).unwrap_err().code,
            "truncated"
        );
        assert_eq!(read("").unwrap_err().code, "truncated");
        assert_eq!(read("data: [DONE]\n\n").unwrap_err().code, "malformed");
    }

    #[test]
    fn an_error_in_a_stream_ends_it() {
        let text =
            format!("{START}data: {{\"error\": {{\"message\": \"overloaded\"}}}}\n\n{FINISH}");
        assert_eq!(read(&text).unwrap_err().code, "stream_error");
        let data_of_two_lines = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\ndata: \"finish_reason\":\"stop\"}]}\n\n";
        assert!(read(data_of_two_lines).is_ok());
    }
}
