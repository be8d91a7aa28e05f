"""What a cluster asks a process: /live, /ready, /metrics."""

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Longer than anything that the loop does without a sign of life.
STUCK_AFTER_SECONDS = 300


@dataclass
class Status:
    joined: bool = False
    draining: bool = False
    moved_at: float = field(default_factory=time.monotonic)
    outcomes: dict = field(default_factory=lambda: {"handled": 0, "duplicate": 0, "dead-letter": 0})

    def moved(self):
        """The loop goes round. Waiting for a broker or a database is going round, too."""
        self.moved_at = time.monotonic()

    def answer(self, path):
        if path == "/live":
            return 200 if time.monotonic() - self.moved_at < STUCK_AFTER_SECONDS else 503, ""
        if path == "/ready":
            return 200 if self.joined and not self.draining else 503, json.dumps(self.outcomes)
        if path == "/metrics":
            lines = [f'fraud_check_messages_total{{outcome="{name}"}} {count}\n' for name, count in self.outcomes.items()]
            return 200, "# TYPE fraud_check_messages_total counter\n" + "".join(lines)
        return 404, ""


def listen(port, status):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            code, body = status.answer(self.path)
            self.send_response(code)
            self.send_header("content-type", "application/json" if self.path == "/ready" else "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    log("ops", port=server.server_port)


def log(event, **fields):
    print(json.dumps({"time": int(time.time() * 1000), "event": event, **fields}), file=sys.stdout, flush=True)
