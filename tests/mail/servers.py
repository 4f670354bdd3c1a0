"""Mail servers that misbehave: each step of the conversation can be answered, left hanging, dripped or dropped."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HANG, DROP, DRIP = "hang", "drop", "drip"
POLITE = {
    "CONNECT": "220 stub ready",
    "EHLO": "250-stub\r\n250 SIZE 1000000",
    "MAIL": "250 sender fine",
    "RCPT": "250 recipient fine",
    "DATA": "354 go on",
    "TEXT": "250 taken as 4711",
    "RSET": "250 fine",
    "QUIT": "221 bye",
    "AUTH": "235 welcome",
}


class Stub:
    """A server that answers as `script` says, by step, and politely to the rest. It remembers what it was told."""

    def __init__(self, script: dict[str, str] | None = None, tls=None) -> None:
        self.script = {**POLITE, **(script or {})}
        self.tls = tls
        self.port = 0
        self.thinks = 0.0
        """Seconds between having taken a mail and saying so: when a client dies, it usually is in here."""
        self.connections = 0
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        """Texts the server said it took."""
        self.texts: list[bytes] = []
        """Texts it received, whatever it said then."""

    @property
    def url(self) -> str:
        return f"{'smtps' if self.tls else 'smtp'}://127.0.0.1:{self.port}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if not await self._answer(writer, "CONNECT"):
                return
            while line := await reader.readline():
                self.commands.append(line.decode("utf-8", "replace").strip())
                verb = self.commands[-1][:4].upper()
                step = {"HELO": "EHLO"}.get(verb, verb)
                if not await self._answer(writer, step):
                    return
                if (
                    step == "DATA"
                    and self.script["DATA"].startswith("354")
                    and not await self._take_text(reader, writer)
                ):
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _take_text(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.script["TEXT"] == "drop at once":
            return False
        text = await reader.readuntil(b"\r\n.\r\n")
        self.texts.append(text)
        if self.script["TEXT"].startswith("2"):
            self.mails.append(text)
            await asyncio.sleep(self.thinks)
        return await self._answer(writer, "TEXT")

    async def _answer(self, writer: asyncio.StreamWriter, step: str) -> bool:
        """Whether the conversation goes on."""
        reply = self.script.get(step, "502 what?")
        if reply == DROP:
            return False
        if reply == HANG:
            await asyncio.sleep(60)
        if reply == DRIP:
            for _ in range(600):
                writer.write(b"2")
                await writer.drain()
                await asyncio.sleep(0.1)
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return True

    @contextmanager
    def running(self, port: int = 0) -> Iterator["Stub"]:
        loop = asyncio.new_event_loop()
        started, stop = threading.Event(), asyncio.Event()

        async def serve() -> None:
            server = await asyncio.start_server(self._talk, "127.0.0.1", port, ssl=self.tls)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await stop.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
        thread.start()
        assert started.wait(60), "the server does not start"
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(5)
