//! An example below the help of every command. Tests parse each, and find a command that
//! has none.

use clap::Command;

/// By the path of a command: lines as one types them.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "serve",
        &[
            "tacit serve --data /var/lib/tacit --listen 127.0.0.1:8787",
            "tacit serve --config /etc/tacit/tacit.toml",
        ],
    ),
    (
        "keys create",
        &[
            "tacit keys create --project shop --kind publishable --origin https://chat.example",
            "tacit keys create --project shop --kind secret --json",
            "tacit keys create --project shop --kind secret --scope read --scope admin",
        ],
    ),
    ("keys list", &["tacit keys list --data /var/lib/tacit"]),
    ("keys rotate", &["tacit keys rotate key_5f3a --grace 24h"]),
    ("keys revoke", &["tacit keys revoke key_5f3a"]),
    (
        "export",
        &["tacit export --format trl-dpo --out pairs.jsonl"],
    ),
    ("label check", &["tacit label check policy.toml"]),
    ("label explain", &["tacit label explain o-1"]),
    (
        "label diff",
        &["tacit label diff - policy.toml --examples 1"],
    ),
    (
        "dataset build",
        &["tacit dataset build --format trl-kto --split 0.1 --out builds/kto-1"],
    ),
    (
        "dataset diff",
        &["tacit dataset diff builds/kto-1 builds/kto-2"],
    ),
    (
        "brief",
        &["tacit brief --week 2026-W47 --out briefs/2026-W47"],
    ),
    ("run", &["tacit run --due --config /etc/tacit/tacit.toml"]),
    (
        "push",
        &[
            "tacit push --kind phoenix --endpoint http://127.0.0.1:6006",
            "tacit push langfuse --config tacit.toml --dry-run",
        ],
    ),
    (
        "import",
        &["tacit import --from langfuse scores.json --scale stars=1..5 --dry-run"],
    ),
    (
        "expire",
        &[
            "tacit expire --dry-run --older-than 400d",
            "tacit expire --config /etc/tacit/tacit.toml --json",
        ],
    ),
    ("builds", &["tacit builds --json"]),
    ("experiment add", &["tacit experiment add tone.toml"]),
    ("experiment list", &["tacit experiment list"]),
    ("experiment show", &["tacit experiment show tone"]),
    ("experiment end", &["tacit experiment end tone"]),
    (
        "experiment readout",
        &["tacit experiment readout tone --html tone.html"],
    ),
    (
        "experiment power",
        &["tacit experiment power tone --weeks 4"],
    ),
    (
        "release add",
        &[
            "tacit release add --name support@15 --kind prompt --from briefs/2026-W47 --experiment tone",
        ],
    ),
    ("release list", &["tacit release list"]),
    ("verify", &["tacit verify support@15 --markdown"]),
    ("assign", &["tacit assign tone u-42"]),
    ("capture-rate", &["tacit capture-rate --weeks 12"]),
    ("screen", &["tacit screen --as-of 2026-11-26 --json"]),
    ("guardrails", &["tacit guardrails --by prompt_version"]),
    (
        "replay",
        &["tacit replay --since 365d --sample 500 --endpoint https://api.example/v1 --model m-2"],
    ),
    ("doctor", &["tacit doctor --data /var/lib/tacit"]),
    (
        "health",
        &[
            "tacit health",
            "tacit health --ready --url http://127.0.0.1:8787",
        ],
    ),
    (
        "backup",
        &["tacit backup /var/backups/tacit-2026-11-26 --data /var/lib/tacit"],
    ),
    (
        "migrate",
        &["tacit migrate --from sqlite:/var/lib/tacit --to clickhouse://tacit@ch-1:8123/tacit"],
    ),
    ("erase", &["tacit erase u-42 --project shop"]),
    ("openapi", &["tacit openapi"]),
    (
        "ledger",
        &[
            "tacit ledger",
            "tacit ledger 9f3c0d5e6a7b8c9d0e1f2a3b4c5d6e7f:1",
        ],
    ),
    (
        "simulate",
        &["tacit simulate --data data --signals 100000 --seed 1"],
    ),
    ("config check", &["tacit config check tacit.toml"]),
    ("config show", &["tacit config show tacit.toml --json"]),
    ("config example", &["tacit config example"]),
    ("completions", &["tacit completions bash"]),
    ("manual", &["tacit manual --man /usr/local/share/man/man1"]),
];

/// Below the help of the whole.
const EXITS: &str = "Exits 0 done, 1 failed, 2 wrong usage. Data goes to stdout, everything else \
     to stderr.\nTACIT_DATA names the data directory, TACIT_STORE the store, RUST_LOG=debug says more.";

/// `command` with its examples.
pub(super) fn with_examples(command: Command) -> Command {
    let command = EXAMPLES.iter().fold(command, |command, (path, lines)| {
        let lines = lines.join("\n  ");
        at(command, path, &format!("Examples:\n  {lines}"))
    });
    command.after_help(EXITS)
}

fn at(command: Command, path: &str, text: &str) -> Command {
    let (name, rest) = path.split_once(' ').unwrap_or((path, ""));
    if command.find_subcommand(name).is_none() {
        return command;
    }
    command.mut_subcommand(name, |inner| match rest {
        "" => inner.after_help(text.to_owned()),
        rest => at(inner, rest, text),
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_an_example() {
        fn look(command: &Command, path: &str, without: &mut Vec<String>) {
            for inner in command.get_subcommands() {
                let path = format!("{path} {}", inner.get_name());
                if inner.has_subcommands() {
                    look(inner, &path, without);
                } else if inner.get_after_help().is_none() {
                    without.push(path);
                }
            }
        }
        let mut without = Vec::new();
        look(&with_examples(Cli::command()), "tacit", &mut without);
        assert!(without.is_empty(), "write some in {}: {without:?}", file!());
    }

    #[test]
    fn every_example_is_a_command_of_its_place() {
        for (path, lines) in EXAMPLES {
            for line in *lines {
                assert!(line.starts_with(&format!("tacit {path}")), "{line}");
                let matches = Cli::command().try_get_matches_from(line.split_whitespace());
                let parsed = matches.and_then(|matches| Cli::from_arg_matches(&matches));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
    }
}
