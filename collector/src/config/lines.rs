//! Where a field stands in the text of a file.

/// The line of `field` in the table that starts at `start`; of the table where it is not
/// there.
pub(crate) fn line_of(file: &str, start: usize, field: &str) -> usize {
    let (before, table) = file.split_at_checked(start).unwrap_or((file, ""));
    let first = before.matches('\n').count() + 1;
    let mut is_within = false;
    for (offset, line) in table.lines().enumerate().skip(1) {
        let line = line.trim_start();
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_start_matches('[');
            // A table within it goes on, `[[experiment.arms]]`; another ends it.
            let Some((_, inner)) = header.split_once('.') else {
                break;
            };
            is_within = true;
            if inner.split(']').next().map(str::trim) == Some(field) {
                return first + offset;
            }
        }
        let key = line.split('=').next().unwrap_or_default();
        if !is_within && key.trim() == field {
            return first + offset;
        }
    }
    first
}
