#!/usr/bin/env python3
"""delay.py QUEUE MILLISECONDS: holds each packet that the kernel hands over by NFQUEUE for so long, in order.

`tc netem` would do it, where the kernel has it: those of small virtual machines often lack it."""
import collections
import select
import socket
import struct
import sys
import time

NETLINK_NETFILTER, SUBSYSTEM = 12, 3
PACKET, CONFIG, VERDICT_BATCH = 0, 2, 3
BIND, META_ONLY, FAIL_OPEN, GSO, ACCEPT = 1, 1, 1, 4, 1


def attribute(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + b"\0" * (-len(data) % 4)


def message(queue, kind, *attributes):
    body = struct.pack(">BBH", 0, 0, queue) + b"".join(attributes)
    return struct.pack("=IHHII", len(body) + 16, SUBSYSTEM << 8 | kind, 1, 0, 0) + body


def packets(data):
    """The number of each packet in what the kernel sent."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        at = 20
        while kind == SUBSYSTEM << 8 | PACKET and at + 8 <= length:
            size, name = struct.unpack_from("=HH", data, at)
            if name == 1:
                yield struct.unpack_from(">I", data, at + 4)[0]
                break
            at += size + -size % 4
        data = data[length + -length % 4 :]


def main(queue, milliseconds):
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    flags = struct.pack(">I", FAIL_OPEN | GSO)
    kernel.send(message(queue, CONFIG, attribute(1, struct.pack(">BBH", BIND, 0, 0))))
    kernel.send(message(queue, CONFIG, attribute(2, struct.pack(">IB", 0, META_ONLY)), attribute(3, struct.pack(">I", 65535)), attribute(4, flags), attribute(5, flags)))
    held = collections.deque()
    while True:
        wait = max(0, held[0][0] - time.monotonic()) if held else None
        if select.select([kernel], [], [], wait)[0]:
            due = time.monotonic() + milliseconds / 1000
            held.extend((due, number) for number in packets(kernel.recv(1 << 20)))
        last = None
        while held and held[0][0] <= time.monotonic():
            last = held.popleft()[1]
        if last is not None:
            kernel.send(message(queue, VERDICT_BATCH, attribute(2, struct.pack(">II", ACCEPT, last))))


main(int(sys.argv[1]), float(sys.argv[2]))
