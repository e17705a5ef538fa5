"""Watches a client's put at a terminal, as a slow server: is there progress?

usage: terminal.py CLIENT FILE      FILE: some megabytes

Prints what is wrong; nothing if all is well.
"""
import os
import pty
import re
import socket
import struct
import subprocess
import sys
import time


def receive(stream):
    size, = struct.unpack('!I', stream.read(4))
    return stream.read(size).decode()


def send(stream, text):
    stream.write(struct.pack('!I', len(text)) + text)
    stream.flush()


def put(client, path, err):
    """Has the client put a file; the first half of it is taken slowly."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        running = subprocess.Popen(
            [client, str(server.getsockname()[1])], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=err)
        running.stdin.write(b'put %s\n' % path.encode())
        running.stdin.close()
        connection, _ = server.accept()
        stream = connection.makefile('rwb')
        size = int(re.search(r'size: (\d+)', receive(stream)).group(1))
        send(stream, b'status: ok\n')
        for _ in range(4):
            stream.read(size // 8)
            time.sleep(0.3)
        stream.read(size - size // 8 * 4)
        receive(stream)
        send(stream, b'status: ok\n')
        running.stdout.read()
        return running.wait()


client, path = sys.argv[1:]
master, slave = pty.openpty()
status = put(client, path, slave)
os.close(slave)
said = b''
while True:
    try:
        piece = os.read(master, 65536)
    except OSError:
        break
    if not piece:
        break
    said += piece
lines = said.decode().split('\r')
while lines and not lines[-1].strip():
    lines.pop()
if status != 0:
    print('the client ended with', status)
parts = [int(m.group(1)) for m in
         (re.search(r'(\d+) %.*MiB.*MiB/s .*\d:\d\d left', line)
          for line in lines[:-1]) if m]
if not parts or parts != sorted(parts) or not 0 <= parts[0] < 100:
    print('no percent, rate and time left in:', lines)
if not re.search(r'100 %.*MiB/s +\d:\d\d *$', lines[-1] if lines else ''):
    print('not told at the end: 100 %, rate, time taken:', lines[-1:])
if len(lines) > 40:
    print('it tells too often:', len(lines), 'times')
read_fd, write_fd = os.pipe()
status = put(client, path, write_fd)
os.close(write_fd)
said = os.read(read_fd, 1000)
if status != 0 or said:
    print('not quiet without a terminal:', status, said)
