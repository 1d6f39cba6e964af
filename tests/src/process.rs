//! Processes that end with the test that started them.

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::wait;

/// The binary under test.
#[must_use]
pub fn tacit_bin() -> PathBuf {
    let path = env::var_os("TACIT_BIN").expect(
        "TACIT_BIN is not set: these tests run the shipped binary. Build it with \
         `cargo build --release -p tacit-collector` and set TACIT_BIN to target/release/tacit, \
         or let `npm test -- rust` do both",
    );
    let path = PathBuf::from(path);
    assert!(path.is_file(), "TACIT_BIN is no file: {}", path.display());
    // Relative paths are the caller's, and tests run in the package's directory.
    path.canonicalize().expect("TACIT_BIN has a path")
}

/// A command that the kernel kills when this test's thread ends, however it ends.
/// (`setpriv` is part of util-linux; without it a test run that is itself killed
/// would leave servers behind.)
#[must_use]
pub fn bound(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command.stdin(Stdio::null());
    command
}

/// What a finished command left.
#[derive(Debug)]
pub struct Done {
    /// Exit code.
    pub code: i32,
    /// The data.
    pub stdout: Vec<u8>,
    /// Everything else.
    pub stderr: String,
}

impl Done {
    /// Itself, if it exited 0.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }

    /// The one JSON value on stdout.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not one JSON value ({error}): {self:?}"))
    }

    /// Stdout as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is UTF-8")
    }
}

/// Runs `tacit` to its end.
#[must_use]
pub fn tacit<I: IntoIterator<Item: AsRef<OsStr>>>(args: I) -> Done {
    let mut command = bound(tacit_bin());
    command.args(args).env_remove("RUST_LOG");
    finish(&mut command)
}

/// Runs a command to its end.
#[must_use]
pub fn finish(command: &mut Command) -> Done {
    let output = command.output().expect("setpriv (util-linux) runs");
    Done {
        code: output.status.code().expect("tacit was not killed"),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// A running process that is killed when dropped.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts `command`.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("setpriv (util-linux) runs"))
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Its standard output, once.
    #[must_use]
    pub fn stdout(&mut self) -> std::process::ChildStdout {
        self.0.stdout.take().expect("stdout is piped")
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).expect("it runs");
    }

    /// The most memory it has had resident so far, in bytes; `None` once it ended.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib * 1_024)
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("it is our child")
    }

    /// Ends it between two instructions.
    pub fn kill(&mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it is our child");
    }

    /// How it ended; it has `limit` left.
    #[must_use]
    pub fn ended(&mut self, limit: Duration) -> ExitStatus {
        wait::within(limit, "the process to end", || {
            self.0.try_wait().expect("it is our child")
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
