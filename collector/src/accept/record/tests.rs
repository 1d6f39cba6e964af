use super::*;
use crate::testing::NOW;

fn sample() -> Accepted {
    let chunk = Chunk {
        output: Id::parse("output", "o-1").unwrap(),
        signed: true,
        quarantined: false,
        base_at: NOW,
        seqs: vec![0, 1, 7, u32::MAX],
        conversations: vec![Id::parse("conversation", "c-1").unwrap()],
        bytes: vec![1, 2, 3],
    };
    let part = Part {
        session: SessionId([9; 16]),
        subject: subject_from(&[0xab; 16], SubjectKind::Visitor),
        assigned: Vec::new(),
        sent_at: NOW - 5,
        sample: Share::ONE,
        automated: true,
        origin: Origin {
            lang: "de".into(),
            ..Origin::default()
        },
        slices: vec![chunk],
    };
    Accepted {
        project: ProjectId(3),
        received_at: NOW,
        parts: vec![part],
        duplicate: 2,
        counts: vec![("rejected.too_old".into(), 4)],
    }
}

/// The same of somebody in two experiments, beside somebody in none.
fn assigned() -> Accepted {
    let mut accepted = sample();
    let mut other = accepted.parts[0].clone();
    other.session = SessionId([8; 16]);
    accepted.parts.push(other);
    accepted.parts[0].assigned = [("tone", "b"), ("length", "holdout")]
        .map(|(experiment, arm)| Assigned {
            experiment: experiment.into(),
            arm: arm.into(),
        })
        .into();
    accepted
}

fn bytes_of(accepted: &Accepted) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, accepted);
    bytes
}

#[test]
fn comes_back_as_it_was() {
    for (accepted, events) in [(sample(), 6), (assigned(), 10)] {
        let bytes = bytes_of(&accepted);
        assert_eq!(read(&bytes), Ok(accepted));
        assert_eq!(peek(&bytes), Ok((ProjectId(3), events)));
    }
}

/// Records stay in the log while the binary is replaced, in both directions.
#[test]
fn both_layouts_are_as_they_were_released() {
    assert_eq!(hex::encode(bytes_of(&sample())), PLAIN_HEX);
    assert_eq!(hex::encode(bytes_of(&assigned())), ASSIGNED_HEX);
    let later = [&[3], &bytes_of(&sample())[1..]].concat();
    assert!(read(&later).is_err() && peek(&later).is_err());
}

#[test]
fn any_cut_is_an_error() {
    for bytes in [bytes_of(&sample()), bytes_of(&assigned())] {
        for len in 0..bytes.len() {
            assert!(read(&bytes[..len]).is_err(), "{len}");
        }
    }
}

const PLAIN_HEX: &str = "\
    010300000006807009b09a01000002011072656a65637465642e746f6f5f6f6c6404010909090909\
    090909090909090909090901abababababababababababababababab7b7009b09a010000e8030102\
    646500000001036f2d310180e1a580ab3304000005f7ffffff0f0103632d3103010203";
const ASSIGNED_HEX: &str = "\
    02030000000a807009b09a01000002011072656a65637465642e746f6f5f6f6c6404020909090909\
    090909090909090909090901abababababababababababababababab7b7009b09a010000e8030102\
    646500000001036f2d310180e1a580ab3304000005f7ffffff0f0103632d31030102030204746f6e\
    650162066c656e67746807686f6c646f75740808080808080808080808080808080801ababababab\
    ababababababababababab7b7009b09a010000e8030102646500000001036f2d310180e1a580ab33\
    04000005f7ffffff0f0103632d310301020300";
