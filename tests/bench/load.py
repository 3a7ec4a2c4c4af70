"""A load of GET requests over kept connections, in a process of its own; as little work as can be for each.

Prints `<requests> <seconds>`: how many answers came whole. Anything but a 200 ends it with an error.

    python -m bench.load HOST PORT PATH TOKEN CONNECTIONS SECONDS
"""

import asyncio
import sys
import time

import uvloop


async def load(
    host: str, port: int, path: str, token: str, connections: int, seconds: float
) -> tuple[int, float]:
    """Ask over so many connections at once for so many seconds."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\nAccept: */*\r\n\r\n"
    ).encode()
    begun = time.perf_counter()
    until = begun + seconds

    async def one() -> int:
        reader, writer = await asyncio.open_connection(host, port, limit=2**20)
        answered = 0
        while time.perf_counter() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            answered += 1
        writer.close()
        return answered

    answered = await asyncio.gather(*(one() for _ in range(connections)))
    return sum(answered), time.perf_counter() - begun


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        host, port, path, token, connections, seconds = sys.argv[1:]
        print(*runner.run(load(host, int(port), path, token, int(connections), float(seconds))))
