"""Lesson 13 in Python: a server that runs commands. On loopback only.

Usage: server.py [PORT]
"""
import re
import socket
import struct
import subprocess
import sys

LINE = re.compile(rb"([a-z-]+): ([^\n]*)\n")


def take(stream, n):
    """Exactly n bytes; None if the stream ends before."""
    data = stream.read(n)
    return data if len(data) == n else None


def take_header(stream):
    """A header as a dictionary; None if there is none."""
    length = take(stream, 4)
    if length is None:
        return None
    (length,) = struct.unpack("!I", length)
    text = take(stream, length) if 1 <= length <= 4096 else None
    if text is None or LINE.sub(b"", text) != b"":
        return None
    lines = LINE.findall(text)
    header = dict(lines)
    return header if len(header) == len(lines) else None


def header(**lines):
    """A header as bytes, with its length before it."""
    text = "".join(
        "%s: %s\n" % (name.replace("_", "-"), value) for name, value in lines.items()
    ).encode()
    return struct.pack("!I", len(text)) + text


def serve(connection):
    stream = connection.makefile("rb")
    while (request := take_header(stream)) is not None:
        number = request.get(b"command-length", b"")
        if not re.fullmatch(rb"[0-9]{1,10}", number) or not 1 <= int(number) <= 65536:
            return
        command = take(stream, int(number))
        if command is None or b"\0" in command:
            return
        done = subprocess.run(
            ["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True
        )
        status = done.returncode if done.returncode >= 0 else 128 - done.returncode
        connection.sendall(
            header(
                stdout_length=len(done.stdout),
                stderr_length=len(done.stderr),
                exit_status=status,
                language="Python",
            )
            + done.stdout
            + done.stderr
        )


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9013
listening = socket.create_server(("127.0.0.1", port))
print("listening on 127.0.0.1:%d" % listening.getsockname()[1], flush=True)
while True:
    caller, _ = listening.accept()
    with caller:
        serve(caller)
