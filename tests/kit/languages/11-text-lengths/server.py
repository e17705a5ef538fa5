"""Lesson 11 in Python: a server that gives messages back in upper case, in
pieces.

Usage: server.py [PORT]
"""
import re
import socket
import sys


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = connection.makefile("rb")
    while re.fullmatch(rb"[0-9]{4}", digits := stream.read(4)):
        message = stream.read(int(digits))
        if len(message) < int(digits):
            return
        answer = b"%04d" % len(message) + message.upper()
        for i in range(0, len(answer), 1 + len(answer) // 9):
            connection.sendall(answer[i:i + 1 + len(answer) // 9])


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9011
listening = socket.create_server(("127.0.0.1", port))
print("listening on 127.0.0.1:%d" % listening.getsockname()[1], flush=True)
while True:
    caller, _ = listening.accept()
    with caller:
        serve(caller)
