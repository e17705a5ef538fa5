"""Lesson 10 in Python: a server that gives frames back in upper case, in pieces,
with bytes between them that a reader has to skip.

Usage: server.py [PORT]
"""
import socket
import sys

START, END = b"{2H:", b":}"


def take(stream):
    """The next message; None if the stream ends before, or it is too long."""
    seen = b""
    while not seen.endswith(START):
        byte = stream.read(1)
        if not byte:
            return None
        seen = (seen + byte)[-len(START):]
    message = b""
    while not message.endswith(END):
        byte = stream.read(1)
        if not byte or len(message) == 4096 + len(END):
            return None
        message += byte
    return message[:-len(END)]


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = connection.makefile("rb")
    while (message := take(stream)) is not None:
        answer = b"{2{ " + START + message.upper() + END
        for i in range(0, len(answer), 1 + len(answer) // 9):
            connection.sendall(answer[i:i + 1 + len(answer) // 9])


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9010
listening = socket.create_server(("127.0.0.1", port))
print("listening on 127.0.0.1:%d" % listening.getsockname()[1], flush=True)
while True:
    caller, _ = listening.accept()
    with caller:
        serve(caller)
