"""`idle`: thousands of clients that are logged in and do nothing, and the memory of the Usher in front of them."""

import asyncio
import sys
import time

from client import log_in
from endpoints import DATABASE, PASSWORD, USER, start_usher
from processes import quiet

SERVER_CONNECTIONS = 20
AT_ONCE = 8


async def add_clients(clients, count, port, tls):
    """Until there are so many; each has logged in and run one query."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one():
        async with gate:
            client = await log_in(port, USER, PASSWORD, DATABASE, tls)
            await client.select_one()
            clients.append(client)

    await asyncio.gather(*(one() for _ in range(count - len(clients))))


def settled(usher):
    """Resident bytes once they no longer move: the collector, and the allocator that gives back what the compiler has used every five seconds, take a moment."""
    until, seen = time.monotonic() + 60, [usher.resident_bytes()]
    while time.monotonic() < until:
        time.sleep(3)
        seen.append(usher.resident_bytes())
        last = seen[-4:]
        if len(last) == 4 and max(last) - min(last) < last[-1] / 200:
            break
    return seen[-1]


async def measure(usher, counts, tls):
    clients, seen = [], [{"clients": 0, "resident_bytes": settled(usher)}]
    for count in counts:
        await add_clients(clients, count, usher.port, tls)
        seen.append({"clients": count, "resident_bytes": settled(usher)})
    for client in clients:
        await client.select_one()  # they are all still served
    for client in clients:
        client.close()
    return seen


def idle(stage, server, quick):
    results = []
    for tls in (False, True):
        counts = (200, 1000) if quick else (1000, 5000) if tls else (1000, 5000, 10000)
        with quiet():
            usher = start_usher(stage, server, "usher", "--max-server-connections", SERVER_CONNECTIONS, "--max-client-connections", "12000")
            seen = asyncio.run(measure(usher, counts, tls))
            stage.stop(usher)
        few, many = seen[1], seen[-1]
        each = (many["resident_bytes"] - few["resident_bytes"]) / (many["clients"] - few["clients"])
        results.append({"tls": tls, "server_connections": SERVER_CONNECTIONS, "points": seen, "bytes_per_client": round(each)})
        print(f"  {'TLS' if tls else 'plain'}: {round(each)} bytes a client", file=sys.stderr)
    return results
