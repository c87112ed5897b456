"""The wire: PostgreSQL's protocol between a driver of Redshift and PostgreSQL, statements rewritten.

https://www.postgresql.org/docs/16/protocol-message-formats.html
"""

import asyncio
import ssl
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from standins.redshift import signin
from standins.redshift.sql import refusal

_SSL_REQUEST, _GSS_REQUEST, _CANCEL_REQUEST = 80877103, 80877104, 80877102
# PostgreSQL refuses the parameters that only Redshift knows.
_KEPT_PARAMETERS = {"user", "database", "application_name", "client_encoding"}
_WITH_STATEMENT = (b"Q", b"P", b"B")
# What a driver that has gone looks like.
_GONE = (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError)
_LARGEST_STARTUP = 10_000


@dataclass(frozen=True, slots=True)
class Gateway:
    """What a session needs: where PostgreSQL answers, and what to do with users and statements.

    `admit` makes sure that a user exists. `hindrance` makes everything ready for a statement of
    Redshift, or returns why it cannot run; `rewrite` returns it as one of PostgreSQL.
    """

    socket: Path
    tls: ssl.SSLContext
    admit: Callable[[str], None]
    hindrance: Callable[[str], str | None]
    rewrite: Callable[[str], str]


def startup_parameters(payload: bytes) -> dict[str, str]:
    """Return the parameters of a start-up message, after its version."""
    parts = payload[4:].split(b"\0")
    pairs = zip(parts[0::2], parts[1::2], strict=False)
    return {name.decode(): value.decode() for name, value in pairs if name}


def startup_message(parameters: dict[str, str], version: bytes) -> bytes:
    """Return a start-up message with the parameters that PostgreSQL takes."""
    kept = {n: v for n, v in parameters.items() if n.lower() in _KEPT_PARAMETERS}
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in kept.items())
    return struct.pack("!i", len(version) + len(body) + 5) + version + body + b"\0"


class Statements:
    """The statements of one session, on their way from the driver to PostgreSQL."""

    def __init__(
        self, hindrance: Callable[[str], str | None], rewrite: Callable[[str], str]
    ) -> None:
        self._hindrance = hindrance
        self._rewrite = rewrite
        self._prepared: dict[bytes, str] = {}
        self._unused: set[bytes] = set()

    def passed_on(self, kind: bytes, body: bytes) -> bytes:
        """Return the messages that PostgreSQL gets in place of one of the driver's."""
        if kind == b"Q":
            return message(kind, self._for_postgres(body[:-1].decode()) + b"\0")
        if kind == b"P":
            name, statement, rest = body.split(b"\0", 2)
            self._prepared[name] = statement.decode()
            self._unused.add(name)
            return message(
                kind, name + b"\0" + self._for_postgres(self._prepared[name]) + b"\0" + rest
            )
        if kind == b"B":
            return self._bound(body)
        return message(kind, body)

    def _for_postgres(self, sql: str) -> bytes:
        hindrance = self._hindrance(sql)
        return (self._rewrite(sql) if hindrance is None else refusal(hindrance)).encode()

    def _bound(self, body: bytes) -> bytes:
        """Make ready again for a statement that the driver runs once more, without sending it."""
        portal, name, _ = body.split(b"\0", 2)
        if name in self._unused or name not in self._prepared:
            self._unused.discard(name)
            return message(b"B", body)
        hindrance = self._hindrance(self._prepared[name])
        if hindrance is None:
            return message(b"B", body)
        refused = b"refused\0" + refusal(hindrance).encode() + b"\0\0\0"
        return message(b"P", refused) + message(b"B", portal + b"\0refused\0" + b"\0" * 6)


def message(kind: bytes, body: bytes) -> bytes:
    """Return a message: its kind, its length, its body."""
    return kind + struct.pack("!i", len(body) + 4) + body


async def serve(gateway: Gateway, port: int) -> asyncio.Server:
    """Listen on this machine; every connection is a session or a request for credentials."""

    async def session(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await _session(gateway, reader, writer)
        except _GONE:
            pass
        except asyncio.CancelledError:
            pass  # the stand-in ends
        finally:
            writer.close()

    return await asyncio.start_server(session, "127.0.0.1", port)


async def _session(gateway: Gateway, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        head = await reader.readexactly(4)
        if head == b"POST":
            await _answer_http(reader, writer)
            return
        (length,) = struct.unpack("!i", head)
        if not 8 <= length <= _LARGEST_STARTUP:
            return
        payload = await reader.readexactly(length - 4)
        (code,) = struct.unpack("!i", payload[:4])
        if code == _SSL_REQUEST:
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(gateway.tls)
        elif code == _GSS_REQUEST:
            writer.write(b"N")
            await writer.drain()
        else:
            break
    if code == _CANCEL_REQUEST:
        first = head + payload
    else:
        parameters = startup_parameters(payload)
        await asyncio.to_thread(gateway.admit, parameters["user"])
        first = startup_message(parameters, payload[:4])
    upstream_reader, upstream = await asyncio.open_unix_connection(str(gateway.socket))
    try:
        upstream.write(first)
        await upstream.drain()
        ways = [
            asyncio.create_task(_statements(gateway, reader, upstream)),
            asyncio.create_task(_answers(upstream_reader, writer)),
        ]
        _, pending = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        for ended in await asyncio.gather(*ways, return_exceptions=True):
            if isinstance(ended, Exception) and not isinstance(ended, _GONE):
                raise ended
    finally:
        upstream.close()


async def _statements(gateway: Gateway, reader: StreamReader, upstream: StreamWriter) -> None:
    statements = Statements(gateway.hindrance, gateway.rewrite)
    while True:
        kind = await reader.readexactly(1)
        (length,) = struct.unpack("!i", await reader.readexactly(4))
        body = await reader.readexactly(length - 4)
        if kind in _WITH_STATEMENT:
            upstream.write(await asyncio.to_thread(statements.passed_on, kind, body))
        else:
            upstream.write(message(kind, body))
        await upstream.drain()


async def _answers(upstream: StreamReader, writer: StreamWriter) -> None:
    while data := await upstream.read(1 << 16):
        writer.write(data)
        await writer.drain()


async def _answer_http(reader: StreamReader, writer: StreamWriter) -> None:
    """Answer one request for credentials; they come to the same port, without TLS."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    headers = dict(line.lower().split(":", 1) for line in head.split("\r\n")[1:] if ":" in line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    status, text = signin.reply(body.decode())
    content = text.encode()
    writer.write(
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Bad Request'}\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(content)}\r\n"
        "Connection: close\r\n\r\n".encode()
        + content
    )
    await writer.drain()
