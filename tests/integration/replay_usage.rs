//! `tacit replay`, used wrongly.

use tacit_tests::data::{Data, arg};

#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let data = Data::new();
    let base = [
        "replay",
        "--endpoint",
        "http://127.0.0.1:9/v1",
        "--model",
        "m",
    ];
    for more in [
        &["--endpoint", "x"][..],
        &["--since", "yesterday"],
        &["--since", "1d", "--until", "2d"],
        &["--as-of", "2999-01-01"],
        &["--sample", "0"],
        &["--stratify", "weather"],
        &["--label", "nice"],
        &["--param", "messages=[]"],
        &["--param", "n=2"],
        &["--header", "no colon"],
        &["--api-key-env", "TACIT_NO_SUCH_VARIABLE"],
        &["--header", "x: env:TACIT_NO_SUCH_VARIABLE"],
        &["--max-cost", "1"],
        &["--price-in", "1"],
        &["--price-in", "1", "--price-out", "much"],
        &["--fail-if", "nonsense"],
        &["--judge-endpoint", "http://127.0.0.1:9"],
        &["--retry-failed"],
        &["--report", "somewhere"],
        &["--system", "/nonexistent"],
    ] {
        let done = data.cli(&[&base[..], more].concat());
        assert_eq!(
            (done.code, done.text()),
            (2, ""),
            "{more:?}: {}",
            done.stderr
        );
    }
    let secret = data.cli(&[
        "replay",
        "--endpoint",
        "http://me:key@127.0.0.1:9",
        "--model",
        "m",
    ]);
    assert_eq!(secret.code, 2, "{}", secret.stderr);
    assert!(secret.stderr.contains("--api-key-env"), "{}", secret.stderr);
    let without = data.cli(&["replay", "--endpoint", "http://127.0.0.1:9/v1"]);
    assert_eq!(without.code, 2, "{}", without.stderr);
    let nothing = data.cli(&base);
    assert_eq!(nothing.code, 1, "{}", nothing.stderr);
    assert!(
        nothing.stderr.contains("nothing to ask again"),
        "{}",
        nothing.stderr
    );
    let nowhere = data.beside("nowhere");
    let report = data.cli(&["replay", "--report", arg(&nowhere)]);
    assert_eq!(report.code, 1, "{}", report.stderr);
}
