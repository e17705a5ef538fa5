"""Lesson 12 in Python: has lines `u TEXT` and `l TEXT` changed, and prints them.

Usage: client.py [PORT]
"""
import socket
import struct
import sys

HEADER = struct.Struct("!BI")
KIND = {b"u ": 1, b"l ": 2}

port = int(sys.argv[1]) if len(sys.argv) > 1 else 9012
server = socket.create_connection(("127.0.0.1", port))
answers = server.makefile("rb")
for line in sys.stdin.buffer:
    line = line.rstrip(b"\n")
    kind, text = KIND[line[:2]], line[2:]
    server.sendall(HEADER.pack(kind, len(text)) + text)
    got, length = HEADER.unpack(answers.read(HEADER.size))
    assert got == kind
    sys.stdout.buffer.write(answers.read(length) + b"\n")
