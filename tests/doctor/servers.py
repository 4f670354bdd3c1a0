"""A name server and web servers on this machine that say what a test lets them say."""

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
from flask import Flask
from werkzeug.serving import make_server


class NameServer:
    """Answers questions about TXT records out of a table; a name that is not in it does not exist."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.is_silent = self.is_ill = False
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def resolver(self) -> dns.resolver.Resolver:
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], self.port
        found.lifetime = 1.0 if self.is_silent else 10.0  # only who says nothing is waited for to the end
        return found

    @contextlib.contextmanager
    def running(self) -> Iterator["NameServer"]:
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"stop", ("127.0.0.1", self.port))
            thread.join(5)
            self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if data == b"stop":
                return
            question = dns.message.from_wire(data)
            name = question.question[0].name.to_text(omit_final_dot=True)
            self.asked.append(name)
            if not self.is_silent:
                self._socket.sendto(self._answer(question, name).to_wire(), sender)

    def _answer(self, question: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if self.is_ill:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif self.records[name]:
            texts = [
                " ".join(f'"{text[n : n + 250]}"' for n in range(0, len(text), 250)) for text in self.records[name]
            ]
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
        return answer


@contextlib.contextmanager
def website(answers: dict[str, Any], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A web server that gives every request the same answer: status, headers (a Date of its own too), body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            self.send_response_only(answers.get("status", 200))
            for name, value in answers.get("headers", {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answers.get("body", b""))

        def log_message(self, *_args: Any) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, *_args: Any) -> None:
            """Who does not trust the certificate hangs up."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with _running(server):
        yield server.server_address[1]


@contextlib.contextmanager
def serving(app: Flask, port: int, tls: ssl.SSLContext) -> Iterator[None]:
    """The app itself, behind a certificate."""
    with _running(make_server("127.0.0.1", port, app, threaded=True, ssl_context=tls)):
        yield


@contextlib.contextmanager
def _running(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def certificate(folder: Path, days: int = 90, name: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(the server's side, the side of who trusts it) of a certificate for that many days."""
    key, made = folder / f"{name}-{days}.key", folder / f"{name}-{days}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-days", str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        + ["-keyout", str(key), "-out", str(made)],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    return server, ssl.create_default_context(cafile=made)
