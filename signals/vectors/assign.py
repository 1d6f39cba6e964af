"""Writes assign.json, the shared vectors of ASSIGN.md.

Independent of every implementation: a bucket is found as the text of ASSIGN.md puts
it, a fraction of 2^32 rounded down, in exact arithmetic. `python3 assign.py` prints
the file; the tests check that it is the one that is here.
"""

import hashlib
import itertools
import json
from decimal import Decimal
from fractions import Fraction

PLANS = [
    {"name": "tone", "holdout": "0.1", "traffic": "1", "arms": [("a", "0.5"), ("b", "0.5")]},
    {"name": "tone.2", "holdout": "0.1", "traffic": "1", "arms": [("a", "0.5"), ("b", "0.5")]},
    {
        "name": "retrieval_top-k",
        "holdout": "0.05",
        "traffic": "0.5",
        "arms": [("k4", "0.334"), ("k8", "0.333"), ("k16", "0.333")],
    },
    {"name": "no-holdout", "holdout": "0", "traffic": "0.25", "arms": [("old", "0.9"), ("new", "0.1")]},
    {"name": "half-held-out", "holdout": "0.5", "traffic": "1", "arms": [("old", "0.5"), ("new", "0.5")]},
    # The smallest shares there are.
    {"name": "x", "holdout": "0.001", "traffic": "0.999", "arms": [("A", "0.001"), ("a", "0.999")]},
    # Shares that are no whole thousandths as doubles: 0.07 × 1000 is 70.00000000000001.
    {
        "name": "doubles",
        "holdout": "0.07",
        "traffic": "0.57",
        "arms": [("a", "0.29"), ("b", "0.14"), ("c", "0.57")],
    },
    # The longest names and the most arms.
    {
        "name": "N" * 64,
        "holdout": "0.2",
        "traffic": "0.9",
        "arms": [(f"{arm:x}".rjust(64, "-"), "0.063" if arm < 8 else "0.062") for arm in range(16)],
    },
]

PLAIN = [f"u-{number}" for number in range(1, 43)]
ODD = [
    "U-42",
    "u-42 ",
    " u-42",
    " ",
    "0",
    "__proto__",
    "null",
    "ada@example.com",
    "tone:arm",
    "6f1c0c0e-9d0b-4d7e-8a53-2b8f2f6f5a10",
    "two\nlines",
    'quote" and back\\slash',
    "~" * 128,
]
# With its salt and newline, one byte less than a block of SHA-256 takes, and so on.
BLOCKS = ["b" * length for length in (47, 48, 55, 56, 57, 63, 64)]
# Bytes are compared, not letters: the same name composed and decomposed is two subjects.
FOREIGN = ["Zoë", "Zoe\u0308", "日本語", "Ω≈ç√", "😀", "👩‍👩‍👧", "İstanbul", "שלום", "\ufeffu-42", "é" * 64]


def bucket(salt, subject):
    digest = hashlib.sha256(salt.encode("utf-8") + b"\x0a" + subject.encode("utf-8")).hexdigest()
    return int(Fraction(int(digest[:8], 16), 2**32) * 1000)


def answer(plan, subject):
    holdout, traffic = Decimal(plan["holdout"]), Decimal(plan["traffic"])
    if bucket("holdout", subject) < holdout * 1000:
        return "holdout", holdout
    if not bucket(f"{plan['name']}:traffic", subject) < traffic * 1000:
        return None, 1 - traffic
    place = bucket(f"{plan['name']}:arm", subject)
    upper = itertools.accumulate(Decimal(weight) for _, weight in plan["arms"])
    return next(arm for arm, end in zip(plan["arms"], upper, strict=True) if place < end * 1000)


def edges():
    """Subjects in the buckets on both sides of a threshold."""
    wanted = [(salt, place) for salt, at in [("holdout", 70), ("doubles:traffic", 570)] for place in (at - 1, at)]
    wanted += [("doubles:arm", 289), ("doubles:arm", 290), ("x:arm", 0), ("tone:arm", 499), ("tone:arm", 500)]
    wanted += [("holdout", 0), ("holdout", 999)]
    for salt, place in wanted:
        yield next(s for s in (f"e-{number}" for number in itertools.count()) if reaches(salt, place, s))


def reaches(salt, place, subject):
    """In that bucket, and past every step before it, so that the bucket tells."""
    name, _, step = salt.partition(":")
    held = step != "" and bucket("holdout", subject) < 500
    absent = step == "arm" and bucket(f"{name}:traffic", subject) >= 500
    return bucket(salt, subject) == place and not held and not absent


def line(value):
    # Escaped, so that no editor composes or drops what is tested here.
    return json.dumps(value, separators=(",", ":"))


def lines(values):
    return ",\n".join(map(line, values))


def vectors():
    subjects = PLAIN + ODD + BLOCKS + FOREIGN + list(dict.fromkeys(edges()))
    salts = ["holdout", "tone:traffic", "tone:arm"]
    buckets = [[salt, subject, bucket(salt, subject)] for salt in salts for subject in subjects]
    yield '{"buckets":[\n' + lines(buckets) + '\n],"plans":[\n'
    yield ",\n".join(one(plan, subjects) for plan in PLANS) + "\n]}\n"


def one(plan, subjects):
    arms = [{"name": name, "weight": float(weight)} for name, weight in plan["arms"]]
    shown = {"name": plan["name"], "holdout": float(plan["holdout"]), "traffic": float(plan["traffic"]), "arms": arms}
    answers = []
    for subject in subjects:
        arm, propensity = answer(plan, subject)
        held = arm == "holdout"
        answers.append({"subject": subject, "arm": arm, "holdout": held, "propensity": float(propensity)})
    return f'{{"plan":{line(shown)},"answers":[\n{lines(answers)}\n]}}'


if __name__ == "__main__":
    print("".join(vectors()), end="")
