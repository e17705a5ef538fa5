"""The server of lesson 14 in Python, written from its README.

usage: server.py [PORT [HOST [DIR]]]
"""
import os
import re
import socket
import stat
import struct
import sys


class Broken(Exception):
    pass


def make_table():
    table = []
    for byte in range(256):
        crc = byte << 24
        for _ in range(8):
            crc = crc << 1 ^ (0x104c11db7 if crc & 0x80000000 else 0)
        table.append(crc)
    return table


TABLE = make_table()


def add(crc, data, table=TABLE):
    for byte in data:
        crc = (crc << 8 & 0xffffffff) ^ table[crc >> 24 ^ byte]
    return crc


def end(crc, size):
    while size > 0:
        crc = add(crc, bytes([size & 255]))
        size >>= 8
    return crc ^ 0xffffffff


def take(stream, n):
    data = stream.read(n)
    if len(data) < n:
        raise Broken
    return data


def receive_header(stream):
    first = stream.read(1)
    if not first:
        return None
    size, = struct.unpack('!I', first + take(stream, 3))
    if not 1 <= size <= 4096:
        raise Broken
    text = take(stream, size)
    if not re.fullmatch(rb'(?:[a-z-]+: [^\n]*\n)+', text):
        raise Broken
    header = {}
    for line in text[:-1].split(b'\n'):
        name, value = line.split(b': ', 1)
        header.setdefault(name.decode(), []).append(value)
    return header


def one(header, name, form=rb'[\s\S]*'):
    values = (header or {}).get(name, [])
    if len(values) != 1 or not re.fullmatch(form, values[0]):
        raise Broken
    return values[0]


def send_header(stream, **lines):
    text = b''.join(name.encode() + b': ' + str(value).encode() + b'\n'
                    for name, value in lines.items())
    stream.write(struct.pack('!I', len(text)) + text)


def is_good(name):
    return re.fullmatch(rb'[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]{0,254}', name)


def copy(source, target, size):
    """Copies size bytes; returns the checksum, and why writing failed."""
    crc, left, why = 0, size, None
    while left > 0:
        data = source.read(min(left, 65536))
        if not data:
            raise Broken
        crc = add(crc, data)
        left -= len(data)
        try:
            if why is None:
                target.write(data)
        except OSError as error:
            why = error.strerror
    return end(crc, size), why


def put(stream, name, size):
    if os.path.lexists(name):
        send_header(stream, status='exists')
        return
    send_header(stream, status='ok')
    stream.flush()
    beside = b'.python-%d' % os.getpid()
    try:
        with open(beside, 'xb', buffering=0) as file:
            cksum, why = copy(stream, file, size)
        trailer = receive_header(stream)
        if int(one(trailer, 'cksum', rb'\d{1,10}')) != cksum:
            why = why or 'the checksum is wrong'
        if why is None:
            os.link(beside, name)
    except FileExistsError:
        why = 'exists'
    finally:
        os.unlink(beside)
    send_header(stream, status=why or 'ok')


def get(stream, name):
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        send_header(stream, status=error.strerror)
        return
    with open(fd, 'rb') as file:
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            send_header(stream, status='no plain file')
            return
        send_header(stream, size=about.st_size, status='ok')
        cksum, _ = copy(file, stream, about.st_size)
        send_header(stream, cksum=cksum)


def send_list(stream):
    lines = [b'%d %s\n' % (entry.stat(follow_symlinks=False).st_size, entry.name)
             for entry in sorted(os.scandir(b'.'), key=lambda e: e.name)
             if entry.is_file(follow_symlinks=False) and is_good(entry.name)]
    body = b''.join(lines)
    send_header(stream, size=len(body), status='ok')
    stream.write(body)
    send_header(stream, cksum=end(add(0, body), len(body)))


def serve(stream):
    while True:
        request = receive_header(stream)
        if request is None:
            return
        command = one(request, 'command', rb'put|get|list')
        if command == b'list':
            send_list(stream)
        else:
            name = one(request, 'name')
            if command == b'put':
                size = int(one(request, 'size', rb'\d{1,19}'))
            if not is_good(name):
                send_header(stream, status='no good name')
            elif command == b'put':
                put(stream, name, size)
            else:
                get(stream, name)
        stream.flush()


def main():
    port, host, directory = (sys.argv[1:] + [9014, '127.0.0.1', '.'][len(sys.argv) - 1:])
    os.chdir(directory)
    with socket.create_server((host, int(port))) as server:
        print('listening on %s:%d' % server.getsockname()[:2], flush=True)
        while True:
            caller, _ = server.accept()
            with caller, caller.makefile('rwb') as stream:
                try:
                    serve(stream)
                except (Broken, OSError) as error:
                    print('dropped: %r' % error, file=sys.stderr)


main()
