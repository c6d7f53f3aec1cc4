#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A time stamping authority by HTTP: timestamp_server.py FOLDER [CERTIFICATE KEY]

FOLDER has ts.cnf, tsa.pem, tsa.key and ca.pem for openssl-ts(1). Says its port in a line. The path of the request
chooses what is wrong with the answer. Ends with its standard input.
"""
import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[1])


class Authority(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/silent":
            threading.Event().wait(30)
        asked_well = self.headers["Content-Type"] == "application/timestamp-query"
        body = b"x" * 70_000 if self.path == "/huge" else self.answer(query)
        self.send_response(503 if self.path == "/busy" or not asked_well else 200)
        self.send_header("Content-Type", "text/html" if self.path == "/html" else "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body) + (1 if self.path == "/cut" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, query: bytes) -> bytes:
        (FOLDER / "http-query").write_bytes(query)
        command = "openssl ts -reply -config ts.cnf -section good -queryfile http-query -signer tsa.pem -inkey tsa.key"
        subprocess.run([*command.split(), "-out", "http-reply"], cwd=FOLDER, check=True, capture_output=True)
        return (FOLDER / "http-reply").read_bytes()

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Authority)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
os._exit(0)
