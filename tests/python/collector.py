"""A collector with real data in it: the shipped binary, told over HTTP what people did."""

import json
import os
import secrets
import subprocess
import time
import urllib.request
from pathlib import Path

# Enough for both sides of a split by person, whatever the project's pepper makes of them.
CONVERSATIONS = 24


def binary():
    path = os.environ.get("TACIT_BIN")
    assert path, "TACIT_BIN is not set: these tests run the shipped binary; `npm test -- loaders` sets it"
    return path


def tacit(data, *args):
    """Runs `tacit` on a data directory; what it printed."""
    done = subprocess.run([binary(), *args, "--data", str(data)], capture_output=True, text=True)
    assert done.returncode == 0, f"tacit {' '.join(args)}: {done.returncode}\n{done.stderr}"
    return done.stdout


class Collector:
    """`tacit serve` on a fresh data directory, with the keys of one project."""

    def __init__(self, data: Path, *options):
        self.data = data
        self.publishable = self._key("publishable", "--content", "edits")
        self.secret = self._key("secret", "--scope", "ingest", "--scope", "read", "--scope", "admin")
        command = [binary(), "serve", "--listen", "127.0.0.1:0", "--json", "--data", str(data), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]

    def _key(self, kind, *more):
        args = ["keys", "create", "--project", "shop", "--kind", kind, "--json", *more]
        return json.loads(tacit(self.data, *args))["key"]

    def stop(self):
        self.process.terminate()
        assert self.process.wait() == 0

    def _send(self, method, path, body=None):
        headers = {"authorization": f"Bearer {self.secret}", "content-type": "application/json"}
        body = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def register(self, outputs):
        registered = self._send("POST", "/v1/outputs", outputs)["outputs"]
        assert [one["status"] for one in registered] == ["created"] * len(outputs)

    def tell(self, subject, events):
        """One session of a person; contents go after the events, in a batch of their own."""
        session = secrets.token_hex(16)
        now = int(time.time() * 1000)
        base = {"v": 1, "key": self.publishable, "session": session, "subject": subject, "sent_at": now, "lang": "en"}
        events = [{"seq": seq, **event} for seq, event in enumerate(events)]
        texts = [{"content": {"seq": text.pop("seq"), **text["content"]}} for text in events if "content" in text]
        for batch in ([event for event in events if "content" not in event], texts):
            if batch:
                assert self._send("POST", "/v1/events", {**base, "events": batch}) is None

    def settle(self):
        """Waits until everything acknowledged is stored."""
        while self._send("GET", "/v1/ledger")["events"]["waiting"] > 0:
            time.sleep(0.02)


def fill(collector):
    """People who copy, regenerate, edit, dislike; in every conversation the same, in their own words."""
    began = int(time.time() * 1000) - 600_000
    for number in range(CONVERSATIONS):
        collector.register(_outputs(number))
        collector.tell(f"u-{number}", _acts(number, began))
    collector.settle()


def _outputs(number):
    topic = f"topic {number}"
    system = {"role": "system", "content": "Be brief."}
    ask = lambda text: {"role": "user", "content": text}
    said = {"role": "assistant", "content": f"A first word about {topic}."}
    documents = [
        {"id": f"faq-{number}", "score": 0.8125, "content": f"All about {topic}: mail help@shop.example."},
        {"id": f"manual-{number}", "score": 0.25, "content": f"How {topic} works, “exactly”."},
    ]
    output = lambda name, turn, messages, text, variant=0, **more: {
        "id": f"{name}-{number}", "conversation": f"c-{number}", "turn": turn, "variant": variant,
        "subject": f"u-{number}", "model": "m-1", "prompt_version": "support@14", "arms": {"tone": "b"},
        "input": messages, "output": text, **more,
    }  # fmt: skip
    return [
        output("bad", 0, [system, ask(f"What is {topic}?")], f"No idea whatsoever, {number}."),
        output("kept", 0, [system, ask(f"What is {topic}?")], f"It is {topic}, of course.\n\n```\n{{{{ x }}}}\n```", 1),
        output("edited", 1, [ask("And?"), said, ask(f"Write about {topic}")], f"Something about {topic}."),
        output("cited", 2, [ask(f"How does {topic} work?")], f"As the manual says about {topic}.", documents=documents),
        output("refused", 3, [ask(f"Who made {topic}?")], f"I cannot say who made {topic}.", documents=documents),
    ]


def _acts(number, began):
    # Everybody at a pace of their own: who does the same at the same times is a recording.
    pace = 1 + number / 16

    def act(after, name, kind, **fields):
        return {"at": began + int(after * pace), "kind": kind, "output": f"{name}-{number}", **fields}

    def shown(after, name, turn, variant=0, **more):
        place = {"conversation": f"c-{number}", "turn": turn, "variant": variant}
        return act(after, name, "shown", chars=800, words=130, code_share=0, stream_ms=900, **place, **more)

    def copied(after, name):
        return act(after, name, "copied", chars=720, share=0.9, via="button")

    edit = {"chars_before": 800, "chars_after": 800, "inserted": 160, "deleted": 160, "survival": 0.8}
    text = f"Something better about topic {number}, as I would write it: é🙂."
    return [
        shown(0, "bad", 0),
        act(4_000, "bad", "dwell", active_ms=4_000, read_share=1),
        act(6_000, "bad", "regenerated", after_ms=5_000, ordinal=1),
        shown(10_000, "kept", 0, 1, replaces=f"bad-{number}"),
        copied(15_000, "kept"),
        shown(20_000, "edited", 1),
        act(30_000, "edited", "edited", **edit, final=True),
        {"content": {"output": f"edited-{number}", "role": "edit", "text": text}},
        shown(40_000, "cited", 2),
        copied(45_000, "cited"),
        shown(50_000, "refused", 3),
        act(55_000, "refused", "rated", value=-1),
    ]
