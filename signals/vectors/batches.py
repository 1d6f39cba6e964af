"""Writes batches.json, the shared vectors of WIRE.md.

`python3 batches.py` prints the file; the tests check that it is the one that is here, and
that the collector's own codec reads and writes the same.
"""

import json

import wire

OUTPUT, MADE = "o-1", "c_01923456-789a-7fff-bfff-ffffffffffff"
NOW = 1_763_890_000_000
CONTRACT = [
    {"seq": 0, "at": NOW - 10_000, "kind": "shown", "output": OUTPUT, "conversation": "c-1", "turn": 2, "variant": 0}
    | {"chars": 812, "words": 130, "code_share": 0.2, "stream_ms": 2100, "sketch": [17, 99]},
    {"seq": 1, "at": NOW - 5_000, "kind": "copied", "output": OUTPUT, "chars": 400, "share": 0.493, "via": "selection"},
]


def batch(events, **more):
    """A batch of these events, each a second after the one before unless it says otherwise."""
    events = [{"seq": n, "at": NOW - 60_000 + 1000 * n, "output": OUTPUT, **event} for n, event in enumerate(events)]
    events = [{"content": event} if "role" in event else event for event in events]
    header = {"v": 1, "key": "pk_x", "session": "9f3c" + "0" * 28, "sent_at": NOW, "sample": 1, "automated": False}
    return header | dict.fromkeys(wire.TEXTS, "") | more | {"events": events}


def one(kind, **fields):
    return {"kind": kind, **fields}


def shown(**more):
    return one("shown", **{"chars": 1, "words": 1, "code_share": 0, "stream_ms": 0} | more)


def batches():
    """Name, what it shows, the batch. Every kind, every optional field, the ends of every range."""
    known = {"subject": "u-42", "subject_kind": "app"}
    page = {"lang": "en", "device": "desktop", "surface": "chat", "sdk": "0.1.0"}
    yield "contract", "the example of WIRE.md", batch(CONTRACT, **known, **page)
    yield "empty", "no event; nothing said that may be left out", batch([])
    yield "automated", "driven by a program, a visitor's random id, a sample of 1 in 1000", batch(
        [one("dwell", active_ms=127, read_share=0.493)],
        subject="v-1", subject_kind="visitor", automated=True, sample=0.001,
    )  # fmt: skip
    yield "header_longest", "every field of the header at its limit", batch(
        [], key="k" * 64, session="f" * 32, subject="~" * 128, subject_kind="app", sample=0,
        sent_at=100_000_000_000_000, **dict.fromkeys(wire.TEXTS, "é" * 32),
    )  # fmt: skip
    yield "shown_least", "no optional field, all numbers 0", batch([shown(chars=0, words=0)])
    yield "shown_most", "every optional field, ids and labels of the longest, numbers of the largest", batch([shown(
        chars=100_000_000, words=100_000_000, code_share=1, stream_ms=2_592_000_000, conversation="c" * 128,
        turn=4_294_967_295, variant=4_294_967_295, replaces="r" * 128, model="é" * 32, prompt_version="p" * 64,
        sketch=[0, 1, 2, 3, 4, 5, 6, 4_294_967_295],
    )])  # fmt: skip
    optional = [("conversation", "c-1"), ("turn", 0), ("variant", 1), ("replaces", OUTPUT), ("model", "größe")]
    optional += [("prompt_version", "support@14"), ("sketch", [4_294_967_295])]
    for bit, (name, value) in enumerate(optional):
        yield f"shown_{name}", f"bit {bit} of `shown` alone", batch([shown(**{name: value})])
    yield "spans", "how much was selected, copied and pasted; the four ways of a copy", batch([
        one("selected", chars=128, share=0.001),
        one("pasted", chars=16_384, share=0.999),
        *(one("copied", chars=400, share=0.5, via=via) for via in wire.COPIES.split()),
    ])  # fmt: skip
    yield "acts", "kinds whose only field is a way; it may be empty", batch([
        one("accepted", via="tab"), one("dismissed", via=""), one("shared", via="link"), one("downloaded", via="d" * 64),
    ])  # fmt: skip
    edit = {"chars_before": 9, "chars_after": 8, "inserted": 7, "deleted": 6}
    yield "edited", "not final, then final", batch([
        one("edited", **edit, survival=0.7, final=False), one("edited", **edit, survival=0.001, final=True),
    ])  # fmt: skip
    yield "asked_again", "regenerated, switched, stopped", batch([
        shown(), shown(output="o-2", replaces="o-1", variant=1),
        one("regenerated", after_ms=900, ordinal=1), one("regenerated", after_ms=2_592_000_000, ordinal=4_294_967_295),
        {**one("switched", to="o-1"), "from": "o-2"}, {**one("switched", to=MADE), "from": "elsewhere"},
        one("stopped", after_ms=0, chars=100_000_000),
    ])  # fmt: skip
    yield "rated", "worst, best, withdrawn; with a scale, a reason, both", batch([
        one("rated", value=-1), one("rated", value=1, scale="stars"), one("rated", value=0, reason="wrong"),
        one("rated", value=0.333, scale="thumbs", reason="too long"), one("rated", value=-0.001),
    ])  # fmt: skip
    yield "followed_up", "the four intents", batch(
        [one("followed_up", gap_ms=60_000, similarity=0.61, intent=intent) for intent in wire.INTENTS.split()]
    )
    yield "survived", "a week later, and the longest age", batch(
        [one("survived", age_s=604_800, share=0.875), one("survived", age_s=2_592_000_000, share=1)]
    )
    yield "converted", "with no value, with one, with the largest and the smallest", batch([
        one("converted", name="order"), one("converted", name="order", value=49.9),
        one("converted", name="n" * 64, value=1_000_000_000_000), one("converted", name="", value=-1_000_000_000_000),
    ])  # fmt: skip
    yield "content", "texts of the three roles, in a batch that holds nothing else", batch([
        {"role": "edit", "text": "Better: 日本語 🙂"}, {"role": "prompt", "text": ""}, {"role": "answer", "text": "a\r\nb\u0000"},
    ])  # fmt: skip
    yield "references", "outputs are named once, then by their place; a client-made id is 16 bytes", batch([
        shown(output=MADE), shown(output="o-2"), shown(output="o-3", replaces=MADE),
        shown(output=MADE), shown(output="o-2", replaces="never named"), shown(output="o-3", replaces="o-3"),
    ])  # fmt: skip
    yield "not_uuids", "ids that look client-made but are texts", batch([
        shown(output=MADE.upper().replace("C_", "c_")), shown(output=MADE[:-1]), shown(output=MADE + "0"),
        shown(output=MADE.replace("-", "_")), shown(output="c_"),
    ])  # fmt: skip
    yield "outputs_many", "more entries than one byte counts", batch(
        [shown(output=f"o-{number}") for number in range(130)] + [one("accepted", via="tab", output="o-129")]
    )
    yield "tokens", "a token goes with its output's first event and holds for the later ones", batch([
        shown(token="t" * 128), shown(output=MADE, token="~"), shown(output="o-2"),
        one("accepted", via="tab", token="t" * 128), one("accepted", via="tab", output=MADE, token="~"),
    ])  # fmt: skip
    yield "numbering", "gaps in seq, the last seq there is, times that go back", batch([
        shown(seq=7, at=NOW), shown(seq=9, at=NOW - 3), shown(seq=4_294_967_295, at=0),
    ])  # fmt: skip
    yield "clock_last", "the latest time a clock may claim", batch(
        [shown(at=100_000_000_000_000), shown(at=0), shown(at=100_000_000_000_000)], sent_at=0
    )
    yield "named", "a kind with a name and no number; its fields are its own", batch(
        [one("winked", bytes="6c656674"), one("", bytes=""), one("n" * 64, bytes="00ff"), one("kind_019", bytes="01")]
    )
    yield "unknown", "kinds of numbers this version does not know", batch(
        [one("kind_0", bytes=""), one("kind_19", bytes="00ff"), one("kind_126", bytes="01"), one("kind_255", bytes="7f" * 40)]
    )


def dropped():
    """What a page says it had to drop; the twin has no name for it."""
    yield "dropped_few", "12 events of the session went unsent", batch(CONTRACT, _extension="0c"), 12
    yield "dropped_many", "312, and a field of a later version", batch(CONTRACT, _extension="b802ff"), 312


def newer():
    """What a later minor version may write, and how many unknown fields today's decoder counts."""
    yield "header_extension", "a header with fields of a later version", batch(CONTRACT, _extension="00aabb"), 1
    yield "header_flags", "flags without a meaning yet", batch(CONTRACT, automated=True, _flags=(1 << 64) - 2), 0
    yield "fields_more", "every kind with a field more at its end", batch(
        [{**event, "_rest": "2a"} for event in _each_kind()]
    ), len(_each_kind())  # fmt: skip
    yield "shown_present", "a bit more among `shown`'s, and what it says is there", batch(
        [shown(turn=3, _present=1 << 7, _rest="0568656c6c6f")]
    ), 1  # fmt: skip
    yield "rated_present", "a bit more among `rated`'s", batch([one("rated", value=1, _present=4, _rest="00")]), 1
    yield "kinds_new", "kinds of a later version between those of today", batch(
        [shown(), one("kind_19", bytes="0102"), one("dwell", active_ms=1, read_share=1), one("winked", bytes="05")]
    ), 0  # fmt: skip


def _each_kind():
    edit = {"chars_before": 9, "chars_after": 8, "inserted": 7, "deleted": 6, "survival": 0.7, "final": True}
    return [
        shown(), one("dwell", active_ms=1, read_share=1), one("selected", chars=1, share=1),
        one("copied", chars=1, share=1, via="api"), one("pasted", chars=1, share=1), one("accepted", via="tab"),
        one("dismissed", via="x"), one("edited", **edit), one("regenerated", after_ms=1, ordinal=1),
        {**one("switched", to="o-1"), "from": "o-2"}, one("stopped", after_ms=1, chars=1), one("rated", value=1),
        one("followed_up", gap_ms=1, similarity=1, intent="other"), one("survived", age_s=1, share=1),
        one("shared", via="x"), one("downloaded", via="x"), one("converted", name="n"),
    ]  # fmt: skip


def damaged():
    """Bytes that are refused as a whole, and the code they are refused with."""
    good = wire.encode(batch(CONTRACT))
    summed = lambda body: good[:13] + wire.crc32c(body).to_bytes(4, "little") + body
    body = good[17:]
    yield "nothing", "no byte at all", b"", "batch_truncated"
    yield "cut", "the last byte is missing", good[:-1], "checksum_mismatch"
    yield "cut_summed", "the last byte is missing, and the checksum is of what is there", summed(body[:-1]), "batch_truncated"
    yield "flipped", "one bit of the body", good[:40] + bytes([good[40] ^ 4]) + good[41:], "checksum_mismatch"
    yield "other", "another magic", b"TACK" + good[4:], "batch_unrecognised"
    yield "version_0", "a version that never was", good[:4] + b"\0" + good[5:], "version_unsupported"
    yield "version_2", "a later version", good[:4] + b"\2" + good[5:], "version_unsupported"
    yield "more", "a byte after the last event", summed(body + b"\0"), "batch_malformed"
    yield "many", "1,001 events, it says", summed(wire.encode(batch([]))[17:-1] + wire.varint(1001)), "events_too_many"
    yield "few", "1,000 events, it says", summed(wire.encode(batch([]))[17:-1] + wire.varint(1000)), "batch_truncated"
    yield "late", "a clock beyond its limit", wire.encode(batch([], sent_at=100_000_000_000_001)), "sent_at_out_of_range"
    yield "sample", "a share above 1", wire.encode(batch([], sample=1.001)), "sample_out_of_range"
    yield "key", "a key of 65 bytes", wire.encode(batch([], key="k" * 65)), "key_too_long"
    yield "subject", "a subject with a line break", wire.encode(batch([], subject="a\nb")), "subject_malformed"
    yield "output", "an output id with no character", wire.encode(batch([shown(output="")])), "output_missing"
    yield "token", "a token of 129 bytes", wire.encode(batch([shown(token="t" * 129)])), "token_too_long"
    yield "extension", "a number that goes on after the extension", wire.encode(batch([], _extension="b8")), "batch_truncated"
    yield "seq", "a seq beyond 32 bits", wire.encode(batch([shown(seq=1 << 32)])), "batch_malformed"
    yield "time", "an event beyond the latest time", wire.encode(batch([shown(), shown(at=10**14 + 1)])), "batch_malformed"


def partly():
    """One event that is refused by name; the one after it is stored."""
    good = one("accepted", via="tab")
    spoiled = {
        "share_out_of_range": one("selected", chars=1, share=1.001),
        "chars_out_of_range": one("selected", chars=100_000_001, share=1),
        "active_ms_out_of_range": one("dwell", active_ms=2_592_000_001, read_share=1),
        "via_too_long": one("shared", via="v" * 65),
        "value_out_of_range": one("rated", value=-1.001),
        "sketch_too_long": shown(sketch=[1] * 9),
        "replaces_malformed": shown(replaces="a\nb"),
    }
    for code, event in spoiled.items():
        yield code, wire.encode(batch([event, good]))
    # What a writer of this version cannot even say.
    copied = wire.encode(batch([one("copied", chars=1, share=1, via="api"), good]))
    yield "via_unknown", _patched(copied, b"\x01\xe8\x07\x03", b"\x01\xe8\x07\x04")
    switched = wire.encode(batch([{**one("switched", to="o-1"), "from": "o-1"}, good]))
    yield "to_unknown", _patched(switched, b"\x01\x01", b"\x01\x09")
    named = wire.encode(batch([one("winked", bytes=""), good]))
    yield "kind_malformed", _patched(named, b"\x06winked", b"\x07winked")
    yield "kind_malformed", _patched(named, b"\x06winked", b"\x06edited")


def _patched(data, before, after):
    assert data.count(before) == 1, before
    data = data.replace(before, after)
    return data[:13] + wire.crc32c(data[17:]).to_bytes(4, "little") + data[17:]


def line(value):
    return json.dumps(value, separators=(",", ":"))


def vectors():
    lists = {
        "batches": [{"name": n, "shows": s, "hex": wire.encode(b).hex(), "batch": b} for n, s, b in batches()],
        "newer": [
            {"name": n, "shows": s, "unknown_fields": unknown, "hex": wire.encode(b).hex(), "batch": b}
            for n, s, b, unknown in newer()
        ],
        "dropped": [
            {"name": n, "shows": s, "dropped": count, "hex": wire.encode(b).hex(), "batch": b} for n, s, b, count in dropped()
        ],
        "damaged": [{"name": n, "shows": s, "code": code, "hex": data.hex()} for n, s, data, code in damaged()],
        "partly": [{"code": code, "hex": data.hex()} for code, data in partly()],
    }
    return "{" + ",\n".join(f'"{name}":[\n' + ",\n".join(map(line, of)) + "\n]" for name, of in lists.items()) + "}\n"


if __name__ == "__main__":
    print(vectors(), end="")
