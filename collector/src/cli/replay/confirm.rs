//! Whether to go on.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

/// Asks whoever sits there; where nobody does, goes on.
pub(super) fn go_on() -> std::io::Result<bool> {
    if !stdin().is_terminal() {
        return Ok(true);
    }
    write!(stderr().lock(), "tacit: go on? [y/N] ")?;
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()))
}
