//! The collector's command line. See [`tacit_collector::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    tacit_collector::cli::main()
}
