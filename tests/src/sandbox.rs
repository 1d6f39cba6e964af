//! What a traced process asked of the kernel, and whether systemd's filter of a unit lets
//! it through.

use std::{collections::BTreeSet, path::PathBuf};

/// What one process did, from the lines of `strace -f -y`.
#[derive(Debug, Default)]
pub struct Trace {
    /// Names of the system calls.
    pub calls: BTreeSet<String>,
    /// Files and directories that were made, changed or removed.
    pub written: BTreeSet<PathBuf>,
    /// Families of its sockets.
    pub families: BTreeSet<String>,
    /// Mappings that could be written and run.
    pub writable_code: usize,
}

impl Trace {
    /// From the last `execve` on: before it, it was another program.
    #[must_use]
    pub fn after_start(text: &str) -> Self {
        let lines: Vec<_> = text.lines().collect();
        let start = lines.iter().rposition(|line| line.contains("execve("));
        let mut trace = Self::default();
        for line in &lines[start.unwrap_or(0)..] {
            trace.line(line);
        }
        trace
    }

    fn line(&mut self, line: &str) {
        // `1234 openat(…) = 3`; signals, ends and second halves of calls begin otherwise.
        let Some((_, call)) = line.split_once(' ') else {
            return;
        };
        let Some((name, arguments)) = call.trim_start().split_once('(') else {
            return;
        };
        if !name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
        {
            return;
        }
        self.calls.insert(name.to_owned());
        match name {
            "socket" => {
                let family = arguments.split(',').next().unwrap_or_default();
                self.families.insert(family.to_owned());
            }
            "mmap" | "mprotect" if arguments.contains("PROT_WRITE|PROT_EXEC") => {
                self.writable_code += 1;
            }
            _ if changes(name, arguments) && !arguments.contains(") = -1 ") => {
                self.written.extend(paths(arguments));
            }
            _ => {}
        }
    }
}

fn changes(name: &str, arguments: &str) -> bool {
    match name {
        "open" | "openat" => {
            ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"]
                .iter()
                .any(|flag| arguments.contains(flag))
                && !arguments.contains("\"/dev/")
        }
        "creat" | "truncate" => true,
        _ => [
            "mkdir", "rename", "unlink", "rmdir", "link", "symlink", "chmod", "chown",
        ]
        .iter()
        .any(|start| name.starts_with(start)),
    }
}

/// What stands in quotes.
fn paths(arguments: &str) -> impl Iterator<Item = PathBuf> {
    let call = arguments.split(") = ").next().unwrap_or_default();
    call.split('"').skip(1).step_by(2).map(PathBuf::from)
}

/// `SystemCallFilter=` of a unit.
#[derive(Debug)]
pub struct Filter(BTreeSet<String>);

impl Filter {
    /// The lines of `unit`, in their order; `list` tells what is in a set, as
    /// `systemd-analyze syscall-filter` does.
    #[must_use]
    pub fn of_unit(unit: &str, list: impl Fn(&str) -> String) -> Self {
        let mut allowed = BTreeSet::new();
        let lines = unit
            .lines()
            .filter_map(|line| line.strip_prefix("SystemCallFilter="));
        for line in lines {
            let (is_denied, names) = match line.strip_prefix('~') {
                Some(names) => (true, names),
                None => (false, line),
            };
            for name in names.split_whitespace() {
                for call in members(name, &list) {
                    if is_denied {
                        allowed.remove(&call);
                    } else {
                        allowed.insert(call);
                    }
                }
            }
        }
        // systemd lets these through whatever is said, so that a filter can be put in place.
        allowed.extend(members("@default", &list));
        Self(allowed)
    }

    /// Whether `call` gets through.
    #[must_use]
    pub fn lets(&self, call: &str) -> bool {
        self.0.contains(call)
    }
}

fn members(name: &str, list: &impl Fn(&str) -> String) -> Vec<String> {
    if !name.starts_with('@') {
        return vec![name.to_owned()];
    }
    let text = list(name);
    let lines = text.lines().map(str::trim).skip(1);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .flat_map(|line| members(line, list))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_from_its_start_on() {
        let text = "\
1 mount(\"a\", \"b\") = 0
1 execve(\"/usr/bin/tacit\", [\"tacit\"], 0x7ffd /* 9 vars */) = 0
1 openat(AT_FDCWD</x>, \"/etc/ld.so.cache\", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache>
2 openat(AT_FDCWD</x>, \"/data/log/1\", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 3</data/log/1>
2 rename(\"/data/a\", \"/data/b\") = 0
2 mkdir(\"/etc/x\", 0777) = -1 EROFS (Read-only file system)
2 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4<TCP:[1]>
2 mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE, -1, 0) = 0x7f
2 <... futex resumed>) = 0
2 +++ exited with 0 +++
";
        let trace = Trace::after_start(text);
        assert!(!trace.calls.contains("mount") && trace.calls.contains("rename"));
        let written: Vec<_> = trace
            .written
            .iter()
            .map(|path| path.to_str().unwrap())
            .collect();
        assert_eq!(written, ["/data/a", "/data/b", "/data/log/1"]);
        assert_eq!(trace.families.len(), 1);
        assert_eq!(trace.writable_code, 1);
    }

    #[test]
    fn later_lines_of_a_filter_take_away() {
        let list = |set: &str| match set {
            "@default" => "@default\n    # Always\n    exit\n".to_owned(),
            "@system-service" => "@system-service\n    @file\n    mount\n".to_owned(),
            "@file" => "@file\n    open\n".to_owned(),
            _ => "@privileged\n    mount\n    exit\n".to_owned(),
        };
        let unit = "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\n";
        let filter = Filter::of_unit(unit, list);
        assert!(filter.lets("open") && filter.lets("exit"));
        assert!(!filter.lets("mount") && !filter.lets("reboot"));
    }
}
