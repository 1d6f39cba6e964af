"""The binary batch of WIRE.md, written and read by someone who had only that page.

A batch is a `dict` in the shape of its JSON twin. What the twin has no name for is kept
under names with an underscore, so that any batch can be written again as it was:
`_flags` and `_extension` of a header, `_present` and `_rest` of an event.
"""

TEXTS = ("lang", "device", "surface", "sdk")
SUBJECTS = ("session", "visitor", "app")
COPIES, INTENTS, ROLES = "selection button code api", "rephrase correction thanks other", "edit prompt answer"
SPAN, ACT = [("chars", "n"), ("share", "s")], [("via", "t")]

# By kind: its number, its fields in order, and those that a byte of bits says are there.
# n varint, s share, z zigzag of thousandths, t text, r inner reference, b yes or no, h sketch;
# a list of words is a byte that counts them from 0.
KINDS = {
    "shown": (
        1,
        [("chars", "n"), ("words", "n"), ("code_share", "s"), ("stream_ms", "n")],
        [("conversation", "t"), ("turn", "n"), ("variant", "n"), ("replaces", "r")]
        + [("model", "t"), ("prompt_version", "t"), ("sketch", "h")],
    ),
    "dwell": (2, [("active_ms", "n"), ("read_share", "s")], None),
    "selected": (3, SPAN, None),
    "copied": (4, [*SPAN, ("via", COPIES)], None),
    "pasted": (5, SPAN, None),
    "accepted": (6, ACT, None),
    "dismissed": (7, ACT, None),
    "edited": (
        8,
        [(name, "n") for name in ("chars_before", "chars_after", "inserted", "deleted")]
        + [("survival", "s"), ("final", "b")],
        None,
    ),
    "regenerated": (9, [("after_ms", "n"), ("ordinal", "n")], None),
    "switched": (10, [("from", "r"), ("to", "r")], None),
    "stopped": (11, [("after_ms", "n"), ("chars", "n")], None),
    "rated": (12, [("value", "z")], [("scale", "t"), ("reason", "t")]),
    "followed_up": (13, [("gap_ms", "n"), ("similarity", "s"), ("intent", INTENTS)], None),
    "survived": (14, [("age_s", "n"), ("share", "s")], None),
    "shared": (15, ACT, None),
    "downloaded": (16, ACT, None),
    "converted": (17, [("name", "t")], [("value", "z")]),
    "content": (18, [("role", ROLES), ("text", "t")], None),
}
NUMBERS = {number: kind for kind, (number, _, _) in KINDS.items()}
NAMED = 127


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def zigzag(value):
    return varint(value << 1 if value >= 0 else -value * 2 - 1)


def text(value):
    return varint(len(value.encode())) + value.encode()


def thousandths(value):
    return round(value * 1000)


def uuid(output):
    """The bytes of a client-made id, else nothing."""
    digits = output[2:].replace("-", "")
    whole = len(digits) == 32 and set(digits) <= set("0123456789abcdef")
    return bytes.fromhex(digits) if whole and output == client_made(digits) else None


def client_made(digits):
    cuts = [0, 8, 12, 16, 20, 32]
    return "c_" + "-".join(digits[a:b] for a, b in zip(cuts, cuts[1:], strict=False))


def encode(batch):
    body = text(batch["key"]) + bytes.fromhex(batch["session"])
    kind = batch.get("subject_kind", "app") if "subject" in batch else "session"
    body += bytes([SUBJECTS.index(kind)]) + (text(batch["subject"]) if kind != "session" else b"")
    body += varint(thousandths(batch["sample"])) + varint(batch.get("_flags", 0) | batch["automated"])
    body += b"".join(text(batch[name]) for name in TEXTS)
    extension = bytes.fromhex(batch.get("_extension", ""))
    body += varint(len(extension)) + extension
    events = [event.get("content") and {"kind": "content", **event["content"]} or event for event in batch["events"]]
    base = at = events[0]["at"] if events else 0
    body += varint(base) + varint(len(events))
    outputs, seq = [], 0
    for event in events:
        one = _event(event, event["seq"] - seq, event["at"] - at, outputs)
        body += varint(len(one)) + one
        seq, at = event["seq"] + 1, event["at"]
    return b"TACT\x01" + batch["sent_at"].to_bytes(8, "little") + crc32c(body).to_bytes(4, "little") + body


def _event(event, seq, at, outputs):
    kind, output = event["kind"], event["output"]
    named = kind not in KINDS and not _is_numbered(kind)
    number = KINDS[kind][0] if kind in KINDS else NAMED if named else int(kind[5:])
    out = bytes([number]) + varint(seq) + zigzag(at)
    if output in outputs:
        out += varint(outputs.index(output) + 1)
    else:
        out += varint(0) + bytes([(uuid(output) is not None) | ("token" in event) << 1])
        out += uuid(output) or text(output)
        out += text(event["token"]) if "token" in event else b""
        outputs.append(output)
    if kind not in KINDS:
        return out + (text(kind) if named else b"") + bytes.fromhex(event["bytes"])
    _, fields, optional = KINDS[kind]
    if optional is not None:
        there = [name in event for name, _ in optional]
        present = sum(1 << bit for bit, is_there in enumerate(there) if is_there)
        fields = [*fields, (None, present | event.get("_present", 0))]
        fields += [field for field, is_there in zip(optional, there, strict=True) if is_there]
    for name, form in fields:
        out += varint(form) if name is None else _field(event[name], form, outputs)
    return out + bytes.fromhex(event.get("_rest", ""))


def _is_numbered(kind):
    digits = kind.removeprefix("kind_")
    return digits != kind and digits.isdecimal() and str(int(digits)) == digits and int(digits) not in (*NUMBERS, NAMED)


def _field(value, form, outputs):
    match form:
        case "n":
            return varint(value)
        case "s":
            return varint(thousandths(value))
        case "z":
            return zigzag(thousandths(value))
        case "t":
            return text(value)
        case "b":
            return bytes([value])
        case "h":
            return varint(len(value)) + b"".join(hash.to_bytes(4, "little") for hash in value)
        case "r":
            return varint(outputs.index(value) + 1) if value in outputs else varint(0) + text(value)
    return bytes([form.split().index(value)])


class Bytes:
    """Read from the front; running out is an error."""

    def __init__(self, data):
        self.data = data

    def take(self, length):
        if length > len(self.data):
            raise ValueError("cut short")
        head, self.data = self.data[:length], self.data[length:]
        return head

    def varint(self):
        value = 0
        for shift in range(0, 64, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80 and value < 1 << 64:
                return value
        raise ValueError("a number of more than 64 bits")

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def slice(self):
        return self.take(self.varint())

    def text(self):
        return self.slice().decode()


def decode(data):
    if data[:5] != b"TACT\x01" or len(data) < 17:
        raise ValueError("not a batch of version 1")
    if crc32c(data[17:]) != int.from_bytes(data[13:17], "little"):
        raise ValueError("the checksum does not match")
    body = Bytes(data[17:])
    batch = {"v": 1, "key": body.text(), "session": body.take(16).hex()}
    kind = SUBJECTS[body.take(1)[0]]
    if kind != "session":
        batch |= {"subject": body.text(), "subject_kind": kind}
    batch |= {"sent_at": int.from_bytes(data[5:13], "little"), "sample": body.varint() / 1000}
    flags = body.varint()
    batch["automated"] = flags & 1 == 1
    batch |= {name: body.text() for name in TEXTS}
    extension, at, count = body.slice(), body.varint(), body.varint()
    batch |= {"_flags": flags & ~1} if flags & ~1 else {}
    batch |= {"_extension": extension.hex()} if extension else {}
    batch["events"], seq, outputs, tokens = [], 0, [], []
    for _ in range(count):
        event = _read_event(Bytes(body.slice()), seq, at, outputs, tokens)
        seq, at = event["seq"] + 1, event["at"]
        is_content = event["kind"] == "content"
        batch["events"].append({"content": {k: v for k, v in event.items() if k != "kind"}} if is_content else event)
    if body.data:
        raise ValueError("bytes after the last event")
    return batch


def _read_event(one, seq, at, outputs, tokens):
    number = one.take(1)[0]
    event = {"seq": seq + one.varint(), "at": at + one.zigzag(), "kind": NUMBERS.get(number, f"kind_{number}")}
    if (place := one.varint()) == 0:
        form = one.take(1)[0]
        outputs.append(client_made(one.take(16).hex()) if form & 1 else one.text())
        tokens.append(one.text() if form & 2 else None)
    event["output"] = outputs[place - 1]
    event |= {"token": tokens[place - 1]} if tokens[place - 1] is not None else {}
    if number not in NUMBERS:
        event |= {"kind": one.text()} if number == NAMED else {}
        return {**event, "bytes": one.data.hex()}
    _, fields, optional = KINDS[event["kind"]]
    for name, form in fields:
        event[name] = _read_field(one, form, outputs)
    present = one.varint() if optional is not None else 0
    for bit, (name, form) in enumerate(optional or []):
        if present >> bit & 1:
            event[name] = _read_field(one, form, outputs)
    later = present >> len(optional or []) << len(optional or [])
    return event | ({"_present": later} if later else {}) | ({"_rest": one.data.hex()} if one.data else {})


def _read_field(one, form, outputs):
    match form:
        case "n":
            return one.varint()
        case "s":
            return one.varint() / 1000
        case "z":
            return one.zigzag() / 1000
        case "t":
            return one.text()
        case "b":
            return one.take(1)[0] != 0
        case "h":
            return [int.from_bytes(one.take(4), "little") for _ in range(one.varint())]
        case "r":
            place = one.varint()
            return outputs[place - 1] if place else one.text()
    return form.split()[one.take(1)[0]]
