"""Packets that nobody means: SYNs, beginnings of hellos, Initials made up. Sends them from this process's namespace. Not a
runner: `flood.py KIND COUNT SOURCE_MAC TARGET_MAC TARGET INTERFACE`."""
import os
import random
import socket
import struct
import sys

HELLO_BEGINS = bytes.fromhex("1603010200010001fc0303") + bytes(range(32)) + b"\x20" + bytes(32)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip(source, target, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), random.getrandbits(16), 0x4000, 64, protocol, 0, source, target)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def tcp(port, flags, payload=b"", options=b"\x02\x04\x05\xb4"):
    return struct.pack("!HHIIBBHHH", port, 443, 1000 + (flags != 2), 0 if flags == 2 else 1, (5 + len(options) // 4) << 4, flags, 64240,
                       0, 0) + options + payload


def udp(port, payload):
    return struct.pack("!HHHH", port, 443, 8 + len(payload), 0) + payload


def initial():
    return b"\xc3\0\0\0\1\x08" + os.urandom(8) + b"\x08" + os.urandom(8) + b"\0\x44\x96" + os.urandom(1174)


def packets(kind, source, target, port):
    if kind == "syn":
        return [ip(source, target, 6, tcp(port, 2))]
    if kind == "hello":
        return [ip(source, target, 6, tcp(port, 2)), ip(source, target, 6, tcp(port, 24, HELLO_BEGINS, b""))]
    return [ip(source, target, 17, udp(port, initial()))]


def main(kind, count, source_mac, target_mac, target, interface):
    ether = bytes.fromhex((target_mac + source_mac).replace(":", "")) + b"\x08\0"
    target = socket.inet_aton(target)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((interface, 0))
        sent = 0
        while sent < int(count):
            source = struct.pack("!I", 0x0b000000 | random.getrandbits(24))
            for packet in packets(kind, source, target, random.randrange(1024, 65536)):
                out.send(ether + packet)
                sent += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
