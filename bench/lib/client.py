"""A client that does as little as a client can: the login of the MySQL protocol, and SELECT 1."""

import asyncio
import functools
import hashlib
import ssl
import struct

PROTOCOL_41, CONNECT_WITH_DB, SSL, TRANSACTIONS, SECURE, PLUGIN_AUTH, DEPRECATE_EOF = 1 << 9, 1 << 3, 1 << 11, 1 << 13, 1 << 15, 1 << 19, 1 << 24
CAPABILITIES = 1 | PROTOCOL_41 | CONNECT_WITH_DB | TRANSACTIONS | SECURE | PLUGIN_AUTH | DEPRECATE_EOF
MAX_PACKET, UTF8MB4 = 1 << 24, 45


class Refused(Exception):
    """The server's ERR."""


def digest(algorithm, *parts):
    return hashlib.new(algorithm, b"".join(parts)).digest()


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def answer(plugin, password, nonce):
    secret = password.encode()
    if plugin == b"mysql_native_password":
        once = digest("sha1", secret)
        return xor(once, digest("sha1", nonce, digest("sha1", once)))
    if plugin == b"caching_sha2_password":
        once = digest("sha256", secret)
        return xor(once, digest("sha256", digest("sha256", digest("sha256", secret)), nonce))
    return b""  # asked for by name, the server switches to what the account needs


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.sequence = reader, writer, 0

    async def read(self):
        header = await self.reader.readexactly(4)
        self.sequence = header[3] + 1
        payload = await self.reader.readexactly(int.from_bytes(header[:3], "little"))
        if payload[:1] == b"\xff":
            raise Refused(payload[3:].decode(errors="replace"))
        return payload

    def write(self, payload):
        self.writer.write(struct.pack("<I", len(payload) | self.sequence << 24) + payload)

    async def select_one(self):
        self.sequence = 0
        self.write(b"\x03SELECT 1")
        packets = [await self.read() for _ in range(4)]  # column count, column, row, OK
        if packets[2] != b"\x011":
            raise Refused(f"not 1: {packets[2]!r}")

    def close(self):
        self.writer.close()


@functools.cache
def trusting():
    """Accepts any certificate. One for all connections: making it reads the system's authorities."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def log_in(port, user, password, database, tls):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    client = Client(reader, writer)
    greeting = await client.read()
    after_version = greeting.index(b"\0", 1) + 1
    rest = greeting[after_version + 4:]
    nonce, rest = rest[:8], rest[9:]
    nonce += rest[18:30]
    plugin = rest[31:].split(b"\0")[0]
    flags = CAPABILITIES | (SSL if tls else 0)
    head = struct.pack("<IIB23x", flags, MAX_PACKET, UTF8MB4)
    if tls:
        client.write(head)
        await writer.start_tls(trusting())
        client.sequence += 1
    reply = answer(plugin, password, nonce)
    client.write(head + user.encode() + b"\0" + bytes([len(reply)]) + reply + database.encode() + b"\0" + plugin + b"\0")
    while (packet := await client.read())[:1] != b"\0":
        if packet[:1] == b"\xfe":  # AuthSwitchRequest
            plugin, nonce = packet[1:].split(b"\0", 1)
            client.write(answer(plugin, password, nonce[:20]))
        elif packet == b"\x01\x04":  # caching_sha2_password wants the password itself
            if not tls:
                raise Refused("the account needs a full caching_sha2_password login, which this client does over TLS alone")
            client.write(password.encode() + b"\0")
    return client
