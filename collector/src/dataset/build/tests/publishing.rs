//! What becomes of the directory.

use super::*;

#[test]
fn the_manifest_names_every_file_with_its_hash() {
    use sha2::{Digest, Sha256};

    let desk = Desk::new();
    let request = BuildRequest {
        previous: Some("0123456789abcdef".into()),
        ..desk.request("out")
    };
    let built = make(&facts(&questions(20, 4)), &policy(), &request).unwrap();
    let mut found = files(&request.out);
    let manifest = found.remove("manifest.json").unwrap();
    assert_eq!(manifest, built.manifest.to_bytes());
    assert_eq!(Manifest::read(&request.out).unwrap(), built.manifest);
    let facts: BTreeMap<_, _> = found
        .iter()
        .map(|(name, bytes)| {
            (
                name,
                (bytes.len() as u64, hex::encode(Sha256::digest(bytes))),
            )
        })
        .collect();
    let named: BTreeMap<_, _> = built
        .manifest
        .files
        .iter()
        .map(|(name, facts)| (name, (facts.bytes, facts.sha256.clone())))
        .collect();
    assert_eq!(named, facts, "every file and no other");
    let inputs = &built.manifest.inputs;
    assert_eq!(inputs.as_of, AS_OF);
    assert_eq!(inputs.previous.as_deref(), Some("0123456789abcdef"));
    assert_eq!(inputs.policy, policy().reference());
    let file = blake3::hash(Policy::default_toml().as_bytes()).to_hex();
    assert_eq!(inputs.policy_blake3, file.as_str());
    assert_eq!(found["policy.toml"], Policy::default_toml().as_bytes());
    assert!(!desk.out("out.partial").exists());
}

#[test]
fn ids_follow_from_everything_that_decides_the_bytes() {
    let desk = Desk::new();
    let request = desk.request("out");
    let id = |request: &BuildRequest, policy: &Policy| Inputs::of(policy, request).id();
    let policy_text =
        Policy::default_toml().replace("rows_per_person = 100", "rows_per_person = 99");
    let mut ids = vec![
        id(&request, &policy()),
        id(&request, &Policy::parse(&policy_text).unwrap()),
    ];
    let filter = request.filter;
    let others = [
        BuildRequest {
            format: Format::TrlSft,
            ..request.clone()
        },
        BuildRequest {
            as_of: AS_OF + 1,
            ..request.clone()
        },
        BuildRequest {
            seed: 1,
            ..request.clone()
        },
        BuildRequest {
            dedupe: false,
            ..request.clone()
        },
        BuildRequest {
            previous: Some("x".into()),
            ..request.clone()
        },
        BuildRequest {
            filter: Filter {
                mature_only: true,
                ..filter
            },
            ..request.clone()
        },
        BuildRequest {
            filter: Filter {
                since: Some(1),
                ..filter
            },
            ..request.clone()
        },
        BuildRequest {
            filter: Filter {
                until: Some(1),
                ..filter
            },
            ..request.clone()
        },
    ];
    ids.extend(others.iter().map(|other| id(other, &policy())));
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
    let elsewhere = BuildRequest {
        out: "elsewhere".into(),
        memory_bytes: 1 << 40,
        replace: true,
        ..request.clone()
    };
    assert_eq!(id(&elsewhere, &policy()), id(&request, &policy()));
}

#[test]
fn what_is_there_stays_unless_it_may_be_replaced() {
    let desk = Desk::new();
    let request = desk.request("out");
    let (some, more) = (questions(10, 5), questions(12, 5));
    make(&facts(&some), &policy(), &request).unwrap();
    let before = files(&request.out);

    let again = make(&facts(&some), &policy(), &request).unwrap();
    assert_eq!(again.published, Published::Unchanged);
    let other = BuildRequest {
        seed: 1,
        ..request.clone()
    };
    let refused = make(&facts(&some), &policy(), &other)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("another build"), "{refused}");
    let refused = make(&facts(&more), &policy(), &request)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("other facts"), "{refused}");
    assert_eq!(files(&request.out), before);

    let replace = BuildRequest {
        replace: true,
        ..request.clone()
    };
    let built = make(&facts(&more), &policy(), &replace).unwrap();
    assert_eq!(built.published, Published::Replaced);
    assert_eq!(built.manifest.counts.rows, 12);
    assert_eq!(
        files(&request.out)["manifest.json"],
        built.manifest.to_bytes()
    );
    assert!(!desk.out("out.partial").exists());
    let names: Vec<_> = fs::read_dir(desk.0.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn a_directory_of_something_else_is_left_alone() {
    let desk = Desk::new();
    let request = desk.request("out");
    fs::create_dir(&request.out).unwrap();
    fs::write(request.out.join("thesis.txt"), "years of work").unwrap();
    let refused = make(&facts(&questions(1, 1)), &policy(), &request).unwrap_err();
    assert!(matches!(refused, BuildError::Exists { .. }), "{refused}");
    assert_eq!(
        fs::read(request.out.join("thesis.txt")).unwrap(),
        b"years of work"
    );
}

#[test]
fn files_where_it_is_made_are_left_alone_too() {
    let desk = Desk::new();
    let request = desk.request("out");
    let partial = desk.out("out.partial");
    fs::create_dir(&partial).unwrap();
    make(&facts(&questions(1, 1)), &policy(), &request).unwrap();
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("thesis.txt"), "years of work").unwrap();
    let refused = make(&facts(&questions(1, 1)), &policy(), &request).unwrap_err();
    assert!(matches!(refused, BuildError::Foreign(_)), "{refused}");
    assert_eq!(
        fs::read(partial.join("thesis.txt")).unwrap(),
        b"years of work"
    );
}

#[test]
fn cut_off_between_swapping_and_cleaning_up_it_starts_anew() {
    let desk = Desk::new();
    let request = desk.request("out");
    make(&facts(&questions(3, 3)), &policy(), &request).unwrap();
    fs::rename(&request.out, desk.out("out.partial")).unwrap();
    let built = make(&facts(&questions(4, 4)), &policy(), &request).unwrap();
    assert_eq!(built.manifest.counts.rows, 4);
    assert!(!desk.out("out.partial").exists());
}

#[test]
fn one_at_a_time() {
    let desk = Desk::new();
    let request = desk.request("out");
    let held = Partial::open(&request.out).unwrap();
    let refused = make(&facts(&questions(1, 1)), &policy(), &request).unwrap_err();
    assert!(matches!(refused, BuildError::Busy(_)), "{refused}");
    drop(held);
    make(&facts(&questions(1, 1)), &policy(), &request).unwrap();
}

#[test]
fn labels_are_not_built() {
    let desk = Desk::new();
    let request = BuildRequest {
        format: Format::Labels,
        ..desk.request("out")
    };
    let refused = make(&facts(&[]), &policy(), &request).unwrap_err();
    assert!(matches!(refused, BuildError::Labels), "{refused}");
    assert!(!desk.out("out.partial").exists());
}

#[test]
fn a_build_is_unchanged_only_as_long_as_its_files_are() {
    let desk = Desk::new();
    let facts = facts(&questions(10, 5));
    let request = desk.request("out");
    make(&facts, &policy(), &request).unwrap();
    let whole = files(&request.out);
    let again = make(&facts, &policy(), &request).unwrap();
    assert_eq!(again.published, Published::Unchanged);

    let card = request.out.join("README.md");
    for spoil in [
        |card: &Path| fs::remove_file(card),
        |card: &Path| fs::write(card, "mine"),
    ] {
        spoil(&card).unwrap();
        let refused = make(&facts, &policy(), &request).unwrap_err().to_string();
        assert!(
            refused.contains("README.md is gone or was changed"),
            "{refused}"
        );
        let replace = BuildRequest {
            replace: true,
            ..request.clone()
        };
        let mended = make(&facts, &policy(), &replace).unwrap();
        assert_eq!(mended.published, Published::Replaced);
        assert_eq!(files(&request.out), whole);
    }
}
