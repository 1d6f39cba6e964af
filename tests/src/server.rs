//! A collector on a free port.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    api::Api,
    data::Data,
    note,
    process::{Running, bound, tacit_bin},
    wait::PATIENCE,
};

/// A running `tacit serve`; killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Running,
    log: PathBuf,
    /// Where it listens.
    pub url: String,
    /// What it found in the log when it started.
    pub recovered: Value,
    /// Where its metrics are without a key, if they have an address of their own.
    pub metrics_url: Option<String>,
    secret: String,
}

impl Server {
    /// Starts it on `data` and waits until it listens.
    #[must_use]
    pub fn start(data: &Data) -> Self {
        Self::start_with(data, &[])
    }

    /// As [`Server::start`], with more arguments.
    #[must_use]
    pub fn start_with(data: &Data, more: &[&str]) -> Self {
        let mut command = bound(tacit_bin());
        serve(&mut command, data, more);
        Self::spawn(data, &mut command)
    }

    /// As [`Server::start`], with `wrapper` before the binary. The wrapper has to
    /// become the binary, as `strace -D` does.
    #[must_use]
    pub fn start_under(data: &Data, wrapper: &[&str]) -> Self {
        Self::start_under_with(data, wrapper, &[])
    }

    /// As [`Server::start_under`], with more arguments.
    #[must_use]
    pub fn start_under_with(data: &Data, wrapper: &[&str], more: &[&str]) -> Self {
        let (program, args) = wrapper.split_first().expect("a program");
        let mut command = bound(program);
        command.args(args).arg(tacit_bin());
        serve(&mut command, data, more);
        Self::spawn(data, &mut command)
    }

    fn spawn(data: &Data, command: &mut Command) -> Self {
        let log = data.beside("serve.log");
        let stderr = File::create(&log).expect("a writable directory");
        let mut process = Running::start(command.stdout(Stdio::piped()).stderr(stderr));
        let (tell, told) = mpsc::channel();
        let stdout = process.stdout();
        thread::spawn(move || {
            let mut line = String::new();
            // Nobody listens when the test gave up.
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = tell.send(line);
        });
        let line = told.recv_timeout(PATIENCE).unwrap_or_default();
        let started: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            panic!("the server did not start: {said}")
        });
        Self {
            process,
            log,
            url: started["url"].as_str().expect("a URL").to_owned(),
            recovered: started["recovered"].clone(),
            metrics_url: started["metrics_url"].as_str().map(str::to_owned),
            secret: data.secret.clone(),
        }
    }

    /// Its HTTP, with the secret key of `shop`.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::new(&self.url, Some(&self.secret))
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// SIGTERM; how it ended.
    #[must_use]
    pub fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.ended(PATIENCE)
    }

    /// Sends SIGTERM and does not wait.
    pub fn terminate(&self) {
        self.process.terminate();
    }

    /// How it ended, within `limit`.
    #[must_use]
    pub fn ended(&mut self, limit: Duration) -> ExitStatus {
        self.process.ended(limit)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.process.kill();
    }

    /// The most memory it has had so far, in bytes.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.process.peak_memory().expect("it runs")
    }

    /// Whether it holds its end of the connection that has `port` at the other one.
    #[must_use]
    pub fn holds(&self, port: u16) -> bool {
        let (_, own) = self.url.rsplit_once(':').expect("a port");
        let own: u16 = own.parse().expect("a port");
        let sockets = fs::read_to_string("/proc/net/tcp").expect("Linux");
        let ends = |address: &str, port: u16| address.ends_with(&format!(":{port:04X}"));
        sockets.lines().any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // The inode: none is left of a socket that was closed and still has to send.
            matches!(fields[..], [_, local, remote, _, _, _, _, _, _, inode, ..]
                if ends(local, own) && ends(remote, port) && inode != "0")
        })
    }

    /// What it told the operator.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).expect("a log")
    }
}

fn serve(command: &mut Command, data: &Data, more: &[&str]) {
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--json", "--data"])
        .arg(data.path())
        .args(more)
        .env_remove("RUST_LOG");
    data.tell_store(command);
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            note(&format!("the server said:\n{said}"));
        }
    }
}
