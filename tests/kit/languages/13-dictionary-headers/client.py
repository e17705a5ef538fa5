"""Lesson 13 in Python: has commands run, and prints their outputs.

Usage: client.py [PORT]
"""
import socket
import struct
import sys

port = int(sys.argv[1]) if len(sys.argv) > 1 else 9013
server = socket.create_connection(("127.0.0.1", port))
answers = server.makefile("rb")
for command in sys.stdin.buffer:
    command = command.rstrip(b"\n")
    header = b"language: Python\ncommand-length: %d\n" % len(command)
    server.sendall(struct.pack("!I", len(header)) + header + command)
    (length,) = struct.unpack("!I", answers.read(4))
    lines = answers.read(length).decode().splitlines()
    answer = dict(line.split(": ", 1) for line in lines)
    sys.stdout.buffer.write(answers.read(int(answer["stdout-length"])))
    sys.stdout.flush()
    sys.stderr.buffer.write(answers.read(int(answer["stderr-length"])))
    sys.stderr.buffer.write(b"exit status %d\n" % int(answer["exit-status"]))
    sys.stderr.flush()
