# SPDX-License-Identifier: Apache-2.0
"""A fake HTTP service that sends text messages: takes what any provider of them would, and keeps it.

    settings = {"sms": f"url = {URL}\\n..."}
    serve(cls)                             # in setUpClass, before the portal is started
    Gateway.messages[-1]["text"]
"""
import http.server
import json
import threading

PLACE = ("127.0.0.1", 8025)
URL = f"http://{PLACE[0]}:{PLACE[1]}/send"


class Gateway(http.server.BaseHTTPRequestHandler):
    messages: list[dict] = []
    tokens: list[str | None] = []  # Authorization of each
    status = 200  # any other: nothing is taken

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.status == 200:
            self.messages.append(json.loads(body))
            self.tokens.append(self.headers["Authorization"])
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def serve(scenario: type) -> None:
    """Until the class of tests ends."""
    gateway = http.server.ThreadingHTTPServer(PLACE, Gateway)
    threading.Thread(target=gateway.serve_forever, daemon=True).start()
    scenario.addClassCleanup(gateway.server_close)
    scenario.addClassCleanup(gateway.shutdown)
