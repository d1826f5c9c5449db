"""Packets and captures made by hand. Not a runner."""
import struct

SYN, ACK, PSH, FIN = 2, 16, 8, 1
REQUEST = b"GET / HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Test/1\r\nAccept: */*\r\n\r\n"
LINUX = bytes.fromhex("020405b40402080a010203040000000001030307")


def client_hello(name=b"shop.example", suites=(0x1301, 0x1302), alpn=b"h2", extra=b""):
    """A handshake record with a ClientHello for TLS 1.3."""
    def block(kind, body):
        return struct.pack(">HH", kind, len(body)) + body
    extensions = (block(0, struct.pack(">HBH", len(name) + 3, 0, len(name)) + name) + block(10, bytes.fromhex("0002001d")) +
                  block(13, bytes.fromhex("000404030804")) + block(16, struct.pack(">HB", len(alpn) + 1, len(alpn)) + alpn) + block(43, bytes.fromhex("020304")) + extra)
    body = (b"\x03\x03" + b"r" * 32 + b"\0" + struct.pack(">H", 2 * len(suites)) + b"".join(struct.pack(">H", s) for s in suites) + b"\x01\0" +
            struct.pack(">H", len(extensions)) + extensions)
    message = b"\x01" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


def tcp(payload, source, destination, seq, flags, options=b""):
    return struct.pack(">HHIIBBHHH", source, destination, seq & 0xffffffff, 0, 5 + len(options) // 4 << 4, flags, 64240, 0, 0) + options + payload


def ipv4(payload, protocol=6, source="10.0.0.1", destination="10.0.0.2"):
    ends = b"".join(bytes(map(int, address.split("."))) for address in (source, destination))
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0x4000, 57, protocol, 0) + ends + payload


def connection(payload, port=50000, server=443, isn=99, size=None, source="10.0.0.1", ends=True):
    """SYN, answer, what the client says in segments of that size, and the end."""
    size = size or len(payload)
    packets = [ipv4(tcp(b"", port, server, isn, SYN, LINUX), source=source),
               ipv4(tcp(b"", server, port, 500, SYN | ACK), source="10.0.0.2", destination=source)]
    packets += [ipv4(tcp(payload[at:at + size], port, server, isn + 1 + at, PSH | ACK), source=source) for at in range(0, len(payload), size)]
    if ends:
        packets += [ipv4(tcp(b"", port, server, isn + 1 + len(payload), FIN | ACK), source=source),
                    ipv4(tcp(b"", server, port, 501, FIN | ACK), source="10.0.0.2", destination=source)]
    return packets


def pcap(packets, link=101, start=1700000000, step=0.001):
    def record(number, packet):
        at = start + number * step
        return struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(packet), len(packet)) + packet
    return struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link) + b"".join(record(*pair) for pair in enumerate(packets))


def datagrams_to(port, path):
    """What datagrams to that port carry, of a pcap file of IPv4 in Ethernet frames."""
    with open(path, "rb") as file:
        rest = file.read()[24:]
    found = []
    while rest:
        size = struct.unpack_from("<I", rest, 8)[0]
        frame, rest = rest[16:16 + size], rest[16 + size:]
        if frame[12:14] == b"\x08\0" and frame[23] == 17 and struct.unpack_from(">H", frame, 36)[0] == port:
            found.append(frame[42:])
    return found


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng(interfaces, packets):
    """interfaces: link types; packets: (number of the interface, bytes)."""
    out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + b"".join(block(1, struct.pack("<HHI", link, 0, 96 + link)) for link in interfaces)
    return out + b"".join(block(6, struct.pack("<IIIII", on, 0, 1000 + n, len(packet), len(packet)) + packet) for n, (on, packet) in enumerate(packets))
