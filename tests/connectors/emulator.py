"""An OpenAI-compatible endpoint on this machine that can also behave as badly as anybody."""

import gzip
import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OPINION = {"level": "caution", "findings": [{"tactic": "group_creation", "line": 1}]}


class Emulator(ThreadingHTTPServer):
    """Answers each question by ``behave(handler)`` and remembers what came in."""

    daemon_threads = True

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.scheme = "http" if context is None else "https"
        self.behave = answers(OPINION)
        self.bodies, self.headers, self.paths = [], [], []
        self.stopping = threading.Event()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        """A caller who leaves in the middle is what the tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.close_connection = True
        self.server.paths.append(self.path)
        self.server.headers.append(dict(self.headers))
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.server.behave(self)

    do_GET = do_POST  # noqa: N815 - the name http.server looks for

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        given = {"content-type": "application/json", "content-length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.send_response(status)
        for name, value in given.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def wait(self, seconds):
        return self.server.stopping.wait(seconds)


def completion(content):
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}).encode()


def says(content):
    return lambda handler: handler.answer(completion(content))


def answers(opinion):
    return says(json.dumps(opinion))


def body(data, status=200, **headers):
    return lambda handler: handler.answer(data, status, **headers)


def redirect_to(address):
    return lambda handler: handler.answer(b"", 307, location=address)


def silence(handler):
    handler.wait(30)


def hang_up(handler):
    handler.connection.close()


def drip(data):
    """One byte at a time, each soon enough for whoever waits for the next byte only."""

    def behave(handler):
        for place in range(len(data)):
            handler.wfile.write(data[place : place + 1])
            handler.wfile.flush()
            if handler.wait(0.05):
                return

    return behave


def dripping_body(handler):
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "100000")
    handler.end_headers()
    drip(completion(json.dumps(OPINION)) + b" " * 10_000)(handler)


def dripping_head(handler):
    drip(b"HTTP/1.1 200 OK\r\nx-much: " + b"a" * 10_000)(handler)


def endless(handler):
    """A body without end, as fast as it goes."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.end_headers()
    with suppress(OSError):
        while not handler.server.stopping.is_set():
            handler.wfile.write(b" " * 65_536)


def bomb(handler):
    """Some kilobytes that would unpack to a hundred million, with a fitting answer at the front."""
    packed = gzip.compress(completion(json.dumps(OPINION)) + b" " * 100_000_000, compresslevel=9)
    handler.answer(packed, content_encoding="gzip")


def unannounced_bomb(handler):
    """The same without saying so."""
    handler.answer(gzip.compress(completion(json.dumps(OPINION)) + b" " * 1_000_000))


@contextmanager
def serving(context=None):
    server = Emulator(context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
