"""Lesson 12 in Python: a server that answers in upper or lower case.

Usage: server.py [PORT]
"""
import socket
import struct
import sys

HEADER = struct.Struct("!BI")  # kind and length, in network order, no padding
UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
LOWER = bytes.maketrans(bytes(range(65, 91)), bytes(range(97, 123)))


def take(stream, n):
    """Exactly n bytes; None if the stream ends before."""
    data = stream.read(n)
    return data if len(data) == n else None


def serve(connection):
    stream = connection.makefile("rb")
    while (header := take(stream, HEADER.size)) is not None:
        kind, length = HEADER.unpack(header)
        if kind not in (1, 2) or length > 1048576:
            return
        body = take(stream, length)
        if body is None:
            return
        body = body.translate(UPPER if kind == 1 else LOWER)
        connection.sendall(HEADER.pack(kind, len(body)) + body)


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9012
listening = socket.create_server(("127.0.0.1", port))
print("listening on 127.0.0.1:%d" % listening.getsockname()[1], flush=True)
while True:
    caller, _ = listening.accept()
    with caller:
        serve(caller)
