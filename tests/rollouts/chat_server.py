"""A small server that speaks the chat-completions protocol, strict about what it is sent, with a script of answers."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-for-tests"


class Model:
    """Answers requests from a script: what each entry makes of the request's body, or a (status, headers, bytes)."""

    def __init__(self):
        self.script = []
        self.requests = []
        self.lock = threading.Lock()

    def says(self, *answers):
        self.script.extend(answers)

    def answer(self, body):
        with self.lock:
            self.requests.append(body)
            if problem := protocol_problem(body):
                return 400, {}, json.dumps({"error": {"message": problem}}).encode()
            entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(entry, tuple):
            return entry
        return 200, {}, json.dumps(entry(body) if callable(entry) else entry).encode()


def protocol_problem(body):
    """Why a real endpoint would refuse this request."""
    if not isinstance(body.get("model"), str):
        return "no model"
    for tool in body.get("tools", ()):
        if tool["type"] != "function" or tool["function"]["parameters"]["type"] != "object":
            return "a tool is no function"
    open_calls = set()
    for message in body["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return "a tool message answers no call"
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            return "a tool call was not answered"
        for call in message.get("tool_calls", ()):
            open_calls.add(call["id"])
    return "a tool call was not answered" if open_calls else None


def completion(text="", *calls, usage=(10, 5)):
    """An answer of the protocol; `calls` are (name, arguments) or (name, text)."""
    message = {"role": "assistant", "content": text or None}
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
            }
            for number, (name, given) in enumerate(calls)
        ]
    return {
        "id": "c",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)},
    }


@contextmanager
def serving():
    """A running endpoint; its `options` are the agent's."""
    spoken = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/chat/completions" or self.headers["Authorization"] != f"Bearer {KEY}":
                status, headers, sent = 401, {}, b'{"error": {"message": "no such key"}}'
            else:
                status, headers, sent = spoken.answer(body)
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(sent)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        spoken.url = f"http://127.0.0.1:{server.server_port}/v1"
        spoken.options = {"base_url": spoken.url, "key_env": "TEST_MODEL_KEY", "model": "tiny-1", "timeout": "5"}
        try:
            yield spoken
        finally:
            server.shutdown()
            thread.join()
