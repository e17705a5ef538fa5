"""Lesson 10 in Python: sends all lines as frames at once, with bytes between them
that a reader has to skip, and prints the messages in the answers.

Usage: client.py [PORT]
"""
import re
import socket
import sys

port = int(sys.argv[1]) if len(sys.argv) > 1 else 9010
server = socket.create_connection(("127.0.0.1", port))
lines = [line.rstrip(b"\n") for line in sys.stdin.buffer]
server.sendall(b"".join(b"\n{2{2H:" + line + b":}" for line in lines))
server.shutdown(socket.SHUT_WR)
answers = re.findall(rb"\{2H:(.*?):\}", server.makefile("rb").read(), re.DOTALL)
assert len(answers) == len(lines)
for answer in answers:
    sys.stdout.buffer.write(answer + b"\n")
