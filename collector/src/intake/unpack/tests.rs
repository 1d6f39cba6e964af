use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;

const CODINGS: [Coding; 3] = [Coding::Gzip, Coding::Brotli, Coding::Zstd];
const LIMIT: usize = 4 * 1024 * 1024;

fn pack(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Coding::Brotli => {
            let mut out = Vec::new();
            let mut encoder = brotli::CompressorWriter::new(&mut out, 4_096, 5, 22);
            encoder.write_all(bytes).unwrap();
            drop(encoder);
            out
        }
        Coding::Zstd => zstd::encode_all(bytes, 9).unwrap(),
    }
}

/// A batch as large as one may be, of events that are as alike as they ever are: the JSON
/// of a client that only scrolls.
fn monotonous(len: usize) -> Vec<u8> {
    let mut text = String::from("{\"v\":1,\"key\":\"pk_x\",\"events\":[");
    let mut seq = 0;
    while text.len() < len {
        seq += 1;
        let at = 1_763_889_990_000_u64 + 1_000 * seq;
        text.push_str(&format!(
            "{{\"seq\":{seq},\"at\":{at},\"kind\":\"dwell\",\"output\":\"o-1\",\"active_ms\":1000,\"read_share\":1}},"
        ));
    }
    text.into_bytes()
}

#[test]
fn what_was_packed_comes_back() {
    for coding in CODINGS {
        for bytes in [&b""[..], b"x", &monotonous(100_000)] {
            let packed = pack(coding, bytes);
            assert_eq!(unpack(coding, &packed, LIMIT).unwrap(), bytes, "{coding:?}");
        }
    }
}

#[test]
fn honest_bodies_stay_far_below_the_ratio() {
    for coding in CODINGS {
        for len in [50_000, 250_000] {
            let bytes = monotonous(len);
            let ratio = bytes.len() / pack(coding, &bytes).len();
            assert!(2 * ratio < UNPACK_RATIO_MAX, "{coding:?}: {ratio}");
        }
    }
}

#[test]
fn a_bomb_makes_no_more_than_its_own_size_allows() {
    for coding in CODINGS {
        let bomb = pack(coding, &vec![b' '; 8 * 1024 * 1024]);
        assert!(bomb.len() < 10_000, "{coding:?}: {}", bomb.len());
        let refused = unpack(coding, &bomb, usize::MAX);
        assert_eq!(refused, Err(NotUnpacked::TooDense), "{coding:?}");
        let refused = unpack(coding, &bomb, UNPACKED_FREE_BYTES);
        let too_large = NotUnpacked::TooLarge(UNPACKED_FREE_BYTES);
        assert_eq!(refused, Err(too_large), "{coding:?}");
    }
}

#[test]
fn at_the_limit_is_not_over_it() {
    let bytes = monotonous(UNPACKED_FREE_BYTES);
    for coding in CODINGS {
        let packed = pack(coding, &bytes);
        assert_eq!(unpack(coding, &packed, bytes.len()).unwrap(), bytes);
        let over = unpack(coding, &packed, bytes.len() - 1);
        assert_eq!(over, Err(NotUnpacked::TooLarge(bytes.len() - 1)));
    }
}

#[test]
fn a_body_that_ends_early_is_named_as_such_wherever_it_ends() {
    let bytes = monotonous(3_000);
    for coding in CODINGS {
        let packed = pack(coding, &bytes);
        for end in 0..packed.len() {
            let refused = unpack(coding, &packed[..end], LIMIT);
            assert_eq!(refused, Err(NotUnpacked::Truncated), "{coding:?} {end}");
        }
    }
}

#[test]
fn what_follows_a_body_is_refused() {
    for coding in CODINGS {
        let mut packed = pack(coding, b"hello");
        packed.extend_from_slice(b"and more of it, which is nothing of the kind");
        let refused = unpack(coding, &packed, LIMIT);
        assert!(
            matches!(refused, Err(NotUnpacked::Corrupt(_))),
            "{coding:?}: {refused:?}"
        );
    }
}

#[test]
fn several_members_are_one_body_up_to_a_number() {
    let member = pack(Coding::Gzip, b"ab");
    let two = unpack(Coding::Gzip, &member.repeat(2), LIMIT);
    assert_eq!(two.unwrap(), b"abab");
    let many = unpack(Coding::Gzip, &member.repeat(GZIP_MEMBERS_MAX + 1), LIMIT);
    assert!(matches!(many, Err(NotUnpacked::Corrupt(_))), "{many:?}");
}

#[test]
fn a_frame_that_wants_a_large_window_is_refused() {
    // A header: no checksum, no size, a window of 2^30 bytes, and one raw block of nothing.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x00, 0x00];
    let refused = unpack(Coding::Zstd, &frame, LIMIT);
    assert!(
        matches!(refused, Err(NotUnpacked::Corrupt(_))),
        "{refused:?}"
    );
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)) {
        for coding in CODINGS {
            let _ = unpack(coding, &bytes, LIMIT);
            let mut packed = pack(coding, &bytes);
            for (place, flip) in &flips {
                let place = place.index(packed.len());
                packed[place] ^= flip;
            }
            if let Ok(bytes) = unpack(coding, &packed, 1_000) {
                prop_assert!(bytes.len() <= 1_000);
            }
        }
    }
}
