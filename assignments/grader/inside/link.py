"""Calls that go both ways over one socket.

Each side asks, and while it waits for the reply it serves what the other asks meanwhile: a function
of the check calls the student's, which calls a function of the check. What is not plain stays where
it is made; the other side gets a number and a stand-in, and whoever lets go of a stand-in says so.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from .wire import pack, unpack

LIMIT = 16 * 2**20  # bytes in one message


class TooLarge(Exception):
    """A message above the limit."""


class Closed(Exception):
    """The other side is gone."""


class Exports:
    """Objects that the other side holds stand-ins of, each with how often it was sent."""

    def __init__(self) -> None:
        self.held: dict[int, list] = {}  # number: [object, how often]
        self.number: dict[int, int] = {}  # id of the object: number
        self.next = 0

    def add(self, thing: Any) -> int:
        found = self.number.get(id(thing))
        if found is None:
            found = self.number[id(thing)] = self.next = self.next + 1
            self.held[found] = [thing, 0]
        self.held[found][1] += 1
        return found

    def __getitem__(self, number: int) -> Any:
        return self.held[number][0]

    def drop(self, number: int, times: int) -> None:
        entry = self.held[number]
        entry[1] -= times
        if entry[1] <= 0:
            del self.held[number], self.number[id(entry[0])]


class Link:
    """One end. A side adds what it serves to `serves`."""

    def __init__(self, sock: socket.socket):
        self.sock, self.exports = sock, Exports()
        sock.settimeout(0.25)
        self.released: list = []  # [number, times] of stand-ins that were let go of
        self.serves: dict[str, Callable] = {}
        self.lock = threading.RLock()

    # A side says how it refers to things, and how it tells of an exception.
    refer: Callable[[Any], Any]
    resolve: Callable[[dict], Any]
    told: Callable[[BaseException], list]
    raised: Callable[[list], BaseException]

    def pack(self, value: Any) -> Any:
        return pack(value, self.refer)

    def unpack(self, data: Any) -> Any:
        return unpack(data, self.resolve)

    def ask(self, what: str, *args: Any) -> Any:
        """Have the other side do `what`; its result, or its exception raised here."""
        with self.lock:
            self.send({"do": what, "args": [self.pack(arg) for arg in args]})
            while True:
                message = self.receive()
                if "do" in message:
                    self.serve(message)
                    continue
                try:
                    if "raise" in message:
                        raise self.raised(message["raise"])
                    return self.unpack(message["ok"])
                finally:
                    self.drop(message)

    def drop(self, message: dict) -> None:
        """Let go of what the other side holds no longer: after what its message refers to."""
        for number, times in message.get("released", ()):
            self.exports.drop(number, times)

    def serve(self, message: dict) -> None:
        """Do what the other side asks, and reply."""
        try:
            args = list(map(self.unpack, message["args"]))
            self.drop(message)
            reply = {"ok": self.pack(self.serves[message["do"]](*args))}
            del args
        except Closed:
            raise
        except BaseException as error:
            reply = {"raise": self.told(error)}
        try:
            self.send(reply)
        except TooLarge as error:
            self.send({"raise": self.told(error)})

    def send(self, message: dict) -> None:
        if self.released:
            gone, self.released = self.released, []
            message["released"] = gone
        data = json.dumps(message).encode()
        if len(data) > LIMIT:
            self.released += message.get("released", [])
            raise TooLarge(f"{len(data) / 2**20:.0f} MB, and {LIMIT // 2**20} MB are allowed")
        self._write(struct.pack("!I", len(data)) + data)

    def receive(self) -> dict:
        (size,) = struct.unpack("!I", self._read(4))
        if size > LIMIT:
            raise Closed("a message above the limit")
        self.tick()
        message = json.loads(self._read(size))
        if not isinstance(message, dict):
            raise ValueError("no message")
        return message

    def tick(self) -> None:
        """Called with each message and while none comes; the grader keeps the time here."""

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self.sock.send(view) :]
            except TimeoutError:
                self.tick()
            except OSError as error:
                raise Closed from error

    def _read(self, size: int) -> bytes:
        parts = []
        while size:
            try:
                part = self.sock.recv(min(size, 2**20))
            except TimeoutError:
                self.tick()
                continue
            except OSError as error:
                raise Closed from error
            if not part:
                raise Closed
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
