"""An OpenAI server without a model, for clients and what instruments them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "gpt-4o-mini-2024-07-18"
USAGE = {"prompt_tokens": 21, "completion_tokens": 9, "total_tokens": 30}


class OpenAI:
    """Answers `POST /v1/chat/completions`, streamed or not. The n-th answer is called
    `chatcmpl-NAME-n`; who asks about the weather and offers a tool is asked to call it."""

    def __init__(self, name):
        self.answered = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.answered += 1
                answer = completion(asked, f"chatcmpl-{name}-{server.answered}")
                streamed = asked.get("stream")
                body = (pieces(answer, asked) if streamed else json.dumps(answer)).encode()
                self.send_response(200)
                self.send_header("content-type", "text/event-stream" if streamed else "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def completion(asked, id):
    last = asked["messages"][-1]
    tools = asked.get("tools")
    if tools and last["role"] == "user" and "weather" in json.dumps(last["content"]):
        function = {"name": tools[0]["function"]["name"], "arguments": '{"city":"Oslo"}'}
        message = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
    else:
        message = {"role": "assistant", "content": f"An answer to {len(asked['messages'])} messages."}
    reason = "tool_calls" if message["content"] is None else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
    return {"id": id, "object": "chat.completion", "created": 1763890000, "model": MODEL, "choices": [choice], "usage": USAGE}


def pieces(answer, asked):
    """The same as server-sent events, a word each."""
    base = {key: answer[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    [choice] = answer["choices"]
    words = choice["message"]["content"].split(" ")
    deltas = [{"role": "assistant", "content": words[0]}, *({"content": f" {word}"} for word in words[1:])]
    chunks = [{**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if (asked.get("stream_options") or {}).get("include_usage"):
        chunks.append({**base, "choices": [], "usage": answer["usage"]})
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
