"""Lesson 11 in Python: sends all lines at once, each behind its length, and
prints the messages in the answers.

Usage: client.py [PORT]
"""
import socket
import sys

port = int(sys.argv[1]) if len(sys.argv) > 1 else 9011
server = socket.create_connection(("127.0.0.1", port))
lines = [line.rstrip(b"\n") for line in sys.stdin.buffer]
server.sendall(b"".join(b"%04d" % len(line) + line for line in lines))
server.shutdown(socket.SHUT_WR)
answers = server.makefile("rb")
while digits := answers.read(4):
    sys.stdout.buffer.write(answers.read(int(digits)) + b"\n")
