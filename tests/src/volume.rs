//! Small file systems that fill up: `tmpfs` in a mount namespace that anybody may make,
//! where the system lets people have user namespaces.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    data::{Data, arg},
    process::{Done, Running, finish},
};

/// File systems that live as long as this does.
#[derive(Debug)]
pub struct Volumes {
    holder: Running,
}

/// Mounts each (path, bytes) of `$@`; what a path holds is on its file system then.
const MOUNT: &str = r#"
set -e
while [ $# -gt 0 ]; do
  mkdir -p "$1"
  kept=$(mktemp -d)
  cp -a "$1/." "$kept"
  mount -t tmpfs -o "size=$2,mode=700" tacit "$1"
  cp -a "$kept/." "$1"
  rm -r "$kept"
  shift 2
done
echo ready
exec sleep infinity
"#;

impl Volumes {
    /// A file system of so many bytes at each path.
    #[must_use]
    pub fn mount(places: &[(&Path, u64)]) -> Self {
        // Entering a namespace lets go of the death signal that was set before.
        let mut command = Command::new("unshare");
        command
            .args(["--user", "--map-root-user", "--mount", "--"])
            .args([
                "setpriv",
                "--pdeathsig",
                "KILL",
                "--",
                "sh",
                "-c",
                MOUNT,
                "sh",
            ])
            .stdout(Stdio::piped())
            .stdin(Stdio::null());
        for (path, bytes) in places {
            command.arg(path).arg(bytes.to_string());
        }
        let mut holder = Running::start(&mut command);
        let mut line = String::new();
        let _ = BufReader::new(holder.stdout()).read_line(&mut line);
        assert_eq!(
            line, "ready\n",
            "this test needs a small file system of its own: `unshare --user --map-root-user \
             --mount` has to work here, as root or with user namespaces allowed \
             (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)"
        );
        Self { holder }
    }

    /// What runs a program where these are mounted.
    #[must_use]
    pub fn wrapper(&self) -> Vec<String> {
        let holder = self.holder.pid().to_string();
        let words = [
            "nsenter",
            "--target",
            &holder,
            "--user",
            "--mount",
            "--preserve-credentials",
            "--",
            "setpriv",
            "--pdeathsig",
            "KILL",
            "--",
        ];
        words.map(String::from).to_vec()
    }

    /// Runs a program to its end where these are mounted.
    #[must_use]
    pub fn run(&self, program: &[&str]) -> Done {
        let wrapper = self.wrapper();
        let mut command = Command::new(&wrapper[0]);
        command
            .args(&wrapper[1..])
            .args(program)
            .stdin(Stdio::null());
        finish(&mut command)
    }

    /// `tacit` on the data that is mounted.
    #[must_use]
    pub fn cli(&self, data: &Data, args: &[&str]) -> Done {
        let binary = crate::process::tacit_bin();
        let path = data.path();
        self.run(&[&[arg(&binary)], args, &["--data", arg(&path)]].concat())
    }

    /// Where `path` of a mounted file system is for whoever is outside.
    #[must_use]
    pub fn outside(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.pid()));
        root.join(path.strip_prefix("/").expect("an absolute path"))
    }

    /// Leaves no free byte on the file system of the directory `at`.
    pub fn fill(&self, at: &Path) {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(self.ballast(at))
            .expect("a place for ballast");
        for size in [1 << 20, 4_096, 1] {
            let bytes = vec![b'x'; size];
            loop {
                match file.write_all(&bytes) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("the file system could not be filled: {error}"),
                }
            }
        }
    }

    /// Undoes [`Volumes::fill`].
    pub fn free(&self, at: &Path) {
        fs::remove_file(self.ballast(at)).expect("ballast");
    }

    fn ballast(&self, at: &Path) -> PathBuf {
        self.outside(at).join("ballast")
    }
}
