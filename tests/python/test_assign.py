"""The lines of Python in ASSIGN.md, as they stand there, and what computed the shared vectors."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SIGNALS = Path(__file__).parents[2] / "signals"
VECTORS = json.loads((SIGNALS / "vectors/assign.json").read_text())


def lines():
    """The one block of Python in the document."""
    document = (SIGNALS / "ASSIGN.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    module = {}
    exec(code, module)
    return module


@pytest.mark.parametrize("vector", VECTORS["plans"], ids=lambda vector: vector["plan"]["name"])
def test_the_lines_of_python_hold(vector):
    assign = lines()["assign"]
    for answer in vector["answers"]:
        expected = (answer["arm"], answer["propensity"])
        assert assign(vector["plan"], answer["subject"]) == expected, answer
    assert len(vector["answers"]) > 80


def test_the_buckets_hold():
    bucket = lines()["bucket"]
    for salt, subject, expected in VECTORS["buckets"]:
        assert bucket(salt, subject) == expected, (salt, subject)


def test_the_vectors_are_what_exact_arithmetic_gives():
    program = [sys.executable, str(SIGNALS / "vectors/assign.py")]
    told = subprocess.run(program, capture_output=True, check=True).stdout
    assert told == (SIGNALS / "vectors/assign.json").read_bytes()
