# SPDX-License-Identifier: Apache-2.0
"""large_header.py SOCKET: mail with header fields of up to 102400 bytes, packet by packet (milter protocol 6)."""
import socket
import struct
import sys

SIZES = (1000, 65_000, 65_536, 70_000, 102_400)
FOLD = "a b\r\n c"


class Mta:
    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(path)
        assert self.ask(b"O", struct.pack(">III", 6, 0x1FF, 0x1FFFFF))[:1] == b"O"
        self.expect_continue(b"C", b"client.example\0" + b"4" + struct.pack(">H", 25) + b"127.0.0.1\0")

    def tell(self, command: bytes, data: bytes = b"") -> None:
        """Without an answer: the milter negotiated that for headers."""
        self._socket.sendall(struct.pack(">I", 1 + len(data)) + command + data)

    def ask(self, command: bytes, data: bytes = b"") -> bytes:
        self.tell(command, data)
        return self._read(struct.unpack(">I", self._read(4))[0])

    def expect_continue(self, command: bytes, data: bytes = b"") -> None:
        answer = self.ask(command, data)
        assert answer == b"c", (command, answer)

    def send(self, *fields: tuple[str, str]) -> bytes:
        """One message; the answer to its end."""
        self.expect_continue(b"M", b"<alice@org.example>\0")
        self.expect_continue(b"R", b"<bob@dane.example>\0")
        for name, value in fields:
            self.tell(b"L", f"{name}\0{value}\0".encode())
        self.tell(b"N")
        return self.ask(b"E")

    def _read(self, size: int) -> bytes:
        text = b""
        while len(text) < size:
            chunk = self._socket.recv(size - len(text))
            if not chunk:
                raise ConnectionError("the milter closed the connection")
            text += chunk
        return text


def main() -> int:
    mta = Mta(sys.argv[1])
    for size in SIZES:
        value = (FOLD * (size // len(FOLD) + 1))[:size]
        assert mta.send(("Subject", value)) == b"c", size
        assert mta.send(("Subject", value), ("X-SmartTLS-Class", "gdpr"))[:10] == b"y451 4.3.5", size
        assert mta.send(("X-SmartTLS-Class", value))[:10] == b"y550 5.7.1", size
    return 0


if __name__ == "__main__":
    sys.exit(main())
