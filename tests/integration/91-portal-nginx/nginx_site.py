# SPDX-License-Identifier: Apache-2.0
"""The shipped nginx site in front of the portal's pages, with a certificate of its own, below one directory.

    with NginxSite(directory, pages.socket) as site:
        user = User(site.connect)

What is shipped is what runs: names, certificate, socket and log are replaced, and nothing else. One thread.
"""
from __future__ import annotations

import http.client
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "lab"))

import certificates  # noqa: E402
from daemon import until  # noqa: E402

SHIPPED = HERE.parents[3] / "conf" / "nginx" / "smarttls-portal.conf"
HOST = "pickup.example"
MAIN = """daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log notice;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {directory}/temp; proxy_temp_path {directory}/temp;
    fastcgi_temp_path {directory}/temp; uwsgi_temp_path {directory}/temp; scgi_temp_path {directory}/temp;
    include {directory}/site.conf;
}}
"""


class LocalConnection(http.client.HTTPSConnection):
    """To the site by its name, wherever that may lead."""
    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", 443), 30)
        self.sock = self._context.wrap_socket(plain, server_hostname=HOST)  # type: ignore[attr-defined]


class NginxSite:
    def __init__(self, directory: Path, backend: Path) -> None:
        self.directory = directory / "nginx"
        self.temp = self.directory / "temp"
        self.temp.mkdir(parents=True)
        self.directory.parent.chmod(0o755)
        authorities = certificates.Authorities(self.directory / "certificates")
        issued = authorities.issue("good", [HOST], "ecdsa-256")
        self.ca_file = authorities.ca_file
        text = SHIPPED.read_text().replace("pickup.example.nl", HOST)
        text = re.sub(r"ssl_certificate +\S+;", f"ssl_certificate {issued.chain};", text)
        text = re.sub(r"ssl_certificate_key +\S+;", f"ssl_certificate_key {issued.key};", text)
        text = text.replace("/run/smarttls-portal/web.sock", str(backend))
        text = text.replace("/var/log/nginx/smarttls-portal.log", str(self.directory / "access.log"))
        text = text.replace("/var/log/nginx/smarttls-portal.error.log", str(self.directory / "site-error.log"))
        (self.directory / "site.conf").write_text(text)
        (self.directory / "nginx.conf").write_text(f"user root;\n{MAIN.format(directory=self.directory)}")

    def __enter__(self) -> NginxSite:
        command = ["/usr/sbin/nginx", "-c", str(self.directory / "nginx.conf"), "-p", str(self.directory), "-e", str(self.directory / "start.log")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        if checked.returncode != 0:
            raise RuntimeError(checked.stderr)
        self.process = subprocess.Popen(command)
        until("nginx", self.answers)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", 443), 1).close()
            return True
        except OSError:
            return False

    def connect(self) -> http.client.HTTPConnection:
        return LocalConnection(HOST, context=ssl.create_default_context(cafile=str(self.ca_file)))
