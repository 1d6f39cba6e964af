//! The recipes of `demo-site/docs/operate.md`, run as they stand there.

use std::{fs, path::Path, process::Command};

use tacit_tests::{
    data::{Data, arg},
    now_ms,
    page::Page,
    process::{Done, bound, finish, tacit_bin},
    server::Server,
    signals::copied,
};

/// The block below `<!-- run: name -->`.
fn recipe(name: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo-site/docs/operate.md");
    let page = fs::read_to_string(page).expect("the page");
    let (_, rest) = page
        .split_once(&format!("<!-- run: {name} -->\n```sh\n"))
        .expect(name);
    rest.split("```").next().expect("an end").to_owned()
}

/// Runs it with the directories of this test in the place of the system's, and without a
/// systemd to ask.
fn run(data: &Data, name: &str, listen: &str) -> Done {
    let recipe = recipe(name)
        .replace("/var/backups", arg(&data.beside("backups")))
        .replace("/etc/tacit/tacit.toml", arg(&data.config("")))
        .replace("/var/lib/tacit", arg(&data.path()));
    fs::create_dir_all(data.beside("backups")).unwrap();
    let bin = tacit_bin();
    let path = format!(
        "{}:{}",
        bin.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut command: Command = bound("sh");
    command
        .args([
            "-euc",
            &format!("systemctl() {{ echo \"systemctl $*\"; }}\n{recipe}"),
        ])
        .env("PATH", path)
        .env("TACIT_LISTEN", listen);
    finish(&mut command)
}

fn send(server: &Server, data: &Data, output: &str) {
    let mut page = Page::new(&data.publishable);
    let events = vec![page.event(now_ms() - 1_000, output, copied(900))];
    server.api().batch(&page.batch(events));
    let _ = server.api().drained();
}

#[test]
fn a_backup_is_restored_and_an_upgrade_is_asked_whether_it_is_ready() {
    let data = Data::new();
    let server = Server::start(&data);
    let listen = server.url.trim_start_matches("http://").to_owned();
    send(&server, &data, "o-1");
    let _ = run(&data, "backup", &listen).ok();
    // Again: the new one takes the old one's place.
    let _ = run(&data, "backup", &listen).ok();
    let said = run(&data, "upgrade", &listen).ok();
    assert!(said.text().contains("systemctl restart tacit"), "{said:?}");
    assert!(said.text().contains("\"ready\":true"), "{said:?}");

    send(&server, &data, "o-2");
    assert_eq!(
        data.cli(&["erase", "u-erased", "--project", "shop"]).code,
        0
    );
    assert_eq!(server.stop().code(), Some(0));
    let graves = fs::read(data.path().join("graves")).expect("somebody was erased");
    let _ = run(&data, "restore", &listen).ok();

    let server = Server::start(&data);
    let ledger = server.api().drained();
    assert_eq!(
        ledger.events.stored, 1,
        "what came after the backup is not in it"
    );
    let restored = fs::read(data.path().join("graves")).expect("graves are put back");
    assert!(
        restored.starts_with(&graves),
        "who was erased later stays so"
    );
    assert!(data.path().with_file_name("data-broken").is_dir());
}
