"""The client of lesson 14 in Python, for a test: it does what its lines say.

usage: client.py PORT      lines: put FILE, get NAME, list
"""
import os
import re
import socket
import struct
import sys
import subprocess


def cksum(data):
    return int(subprocess.run(['cksum'], input=data, check=True,
                              stdout=subprocess.PIPE).stdout.split()[0])


def take(stream, n):
    data = stream.read(n)
    if len(data) < n:
        sys.exit('the server left')
    return data


def receive(stream):
    size, = struct.unpack('!I', take(stream, 4))
    text = take(stream, size).decode()
    assert re.fullmatch(r'(?:[a-z-]+: [^\n]*\n)+', text), text
    return dict(line.split(': ', 1) for line in text[:-1].split('\n'))


def send(stream, **lines):
    text = ''.join('%s: %s\n' % line for line in lines.items()).encode()
    stream.write(struct.pack('!I', len(text)) + text)
    stream.flush()


def receive_body(stream, answer):
    body = take(stream, int(answer['size']))
    trailer = receive(stream)
    assert int(trailer['cksum']) == cksum(body)
    return body


def main():
    status = 0
    connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
    stream = connection.makefile('rwb')
    for line in sys.stdin:
        command, _, path = line.rstrip('\n').partition(' ')
        name = os.path.basename(path)
        if command == 'put':
            with open(path, 'rb') as file:
                body = file.read()
            send(stream, size=len(body), mood='good', name=name, command='put')
            answer = receive(stream)
            if answer['status'] == 'ok':
                stream.write(body)
                send(stream, cksum='%010d' % cksum(body))
                answer = receive(stream)
        elif command == 'get':
            send(stream, name=name, command='get')
            answer = receive(stream)
            if answer['status'] == 'ok':
                body = receive_body(stream, answer)
                with open(name, 'xb') as file:
                    file.write(body)
        else:
            send(stream, command='list')
            answer = receive(stream)
            if answer['status'] == 'ok':
                sys.stdout.write(receive_body(stream, answer).decode())
        if answer['status'] != 'ok':
            print('%s: %s' % (line.strip(), answer['status']), file=sys.stderr)
            status = 1
    sys.exit(status)


main()
