//! How a store is named, opened and kept to.

use std::{fs, process::Command};

use tacit_tests::{
    clickhouse::{ENCODED, PASSWORD},
    data::{Data, arg},
    load::Sent,
    page::Page,
    server::Server,
    wait,
};

use super::{all_there, data, fails, folded, refused, send, server};

#[test]
fn a_data_directory_stays_with_its_store() {
    let Some(house) = server() else { return };
    let file = Data::new();
    let moved = file.with_store(Some(house.url("other")));
    let told = moved.cli(&["keys", "list"]);
    assert_eq!(told.code, 1);
    assert!(
        told.stderr.contains("folded into sqlite:") && told.stderr.contains("another directory"),
        "{}",
        told.stderr
    );

    let away = data(&house);
    let back = away.with_store(None);
    for command in [
        &["keys", "list"][..],
        &["export", "--format", "labels", "--out", "-"],
    ] {
        let told = back.cli(command);
        assert_eq!(told.code, 1);
        assert!(
            told.stderr
                .contains("folded into clickhouse://default:***@127.0.0.1:"),
            "{}",
            told.stderr
        );
        assert!(!told.stderr.contains(ENCODED) && !told.stderr.contains(PASSWORD));
    }
    let elsewhere = back.with_store(Some(house.url("elsewhere")));
    let told = elsewhere.cli(&["keys", "list"]);
    assert!(told.stderr.contains("is folded into"), "{}", told.stderr);
}

#[test]
fn the_password_is_seen_nowhere() {
    let Some(house) = server() else { return };
    let data = data(&house);
    let server = Server::start(&data);
    let api = server.api();
    let _sent = send(&api, &mut Page::new(&data.publishable), "o", 2);
    folded(&api);
    let cmdline = fs::read_to_string(format!("/proc/{}/cmdline", server.pid())).unwrap();
    let metrics = api.get("/metrics").text().to_owned();
    let shown = data.cli(&["config", "show", "--json"]).ok();
    let wrong = Data::bare().with_store(Some(house.url("0wrong")));
    let wrong = wrong.cli(&["keys", "list"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    let said = server.said();
    assert!(said.contains("clickhouse://default:***@"), "{said}");
    for text in [&cmdline, &metrics, &said, &wrong.stderr, shown.text()] {
        assert!(
            !text.contains(PASSWORD) && !text.contains(ENCODED),
            "{text}"
        );
    }
}

#[test]
fn the_file_and_the_command_line_name_it_as_well() {
    let Some(house) = server() else { return };
    let mut data = data(&house);
    let url = data.store.take().unwrap();
    let config = data.config(&format!("store = \"{url}\"\n"));
    let server = Server::start_with(&data, &["--config", arg(&config)]);
    let sent = send(&server.api(), &mut Page::new(&data.publishable), "o", 3);
    all_there(&server, &sent);
    let listed = data.cli(&["keys", "list", "--store", &url]).ok();
    assert!(listed.text().contains("shop"), "{}", listed.text());
    let checked = data.cli(&["backup", "x", "--store", &url]);
    assert!(
        checked
            .stderr
            .contains("back them up with the means of its servers")
    );
}

#[test]
fn a_collector_begins_while_its_store_is_away() {
    let Some(mut house) = server() else { return };
    let data = data(&house);
    let mut page = Page::new(&data.publishable);
    let mut sent = Sent::default();
    let server = Server::start(&data);
    sent.extend(send(&server.api(), &mut page, "before", 10));
    all_there(&server, &sent);
    let remembered = data.path().join("remembered");
    wait::until("what a start needs to be kept", || {
        remembered.is_file().then_some(())
    });
    house.kill();
    sent.extend(send(&server.api(), &mut page, "meanwhile", 5));
    fails(&server.api());
    server.kill();

    let server = Server::start(&data);
    let api = server.api();
    sent.extend(send(&api, &mut page, "begun", 10));
    assert_eq!(api.get("/readyz").status, 200);
    refused(&api.get("/v1/outputs/before-0"), "store_failing");
    // What it answers to, it knows from before; what others ask, it cannot know.
    let listed = data.cli(&["keys", "list"]);
    assert_eq!(listed.code, 1, "{}", listed.text());

    house.start_again();
    sent.extend(send(&api, &mut page, "after", 5));
    all_there(&server, &sent);
}

#[test]
fn one_that_never_saw_its_store_says_so_and_ends() {
    let Some(mut house) = server() else { return };
    let data = data(&house).another();
    house.kill();
    let mut command = Command::new(tacit_tests::process::tacit_bin());
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path());
    data.tell_store(&mut command);
    let done = tacit_tests::process::finish(&mut command);
    assert_eq!(done.code, 1);
    assert!(
        done.stderr.contains("the database could not be asked"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains(PASSWORD) && !done.stderr.contains(ENCODED));
}

#[test]
fn of_several_hosts_one_that_answers_is_asked() {
    let Some(house) = server() else { return };
    let url = house.url("hosts");
    // Nobody listens on the first one.
    let both = url.replacen("127.0.0.1", "127.0.0.1:1,127.0.0.1", 1);
    let data = Data::at(&both);
    let server = Server::start(&data);
    let sent = send(&server.api(), &mut Page::new(&data.publishable), "o", 3);
    all_there(&server, &sent);
    // Another way there is the same store.
    let one = data.with_store(Some(url));
    let _ = one.cli(&["keys", "list"]).ok();
}
