"""A second reader behind an OpenAI-compatible endpoint (``POST …/chat/completions``) that the operator runs.

Nothing that comes from there is trusted, not even to end: each question has a connection of its own, one try, a hard
deadline that counts from the first look-up of the name, and a bound on what is read. Redirects are not followed, bodies are
not unpacked, proxies and settings of the environment are not used, and certificates are checked.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any

import httpx2

from honnin.app.ports import SecondReader
from honnin.screening.opinion import Question
from honnin.settings import is_private_endpoint

LARGEST_BODY = 64 * 1024
"""Bytes of an answer; the longest one that can be used has less than one thousand."""
MOST_TOKENS = 300


class ChatCompletions(SecondReader):
    """Asks one model at one endpoint. Shared by threads; ``trust`` replaces the certificates of the system."""

    def __init__(
        self, url: str, model: str, *, key: str = "", timeout: float, trust: ssl.SSLContext | None = None
    ) -> None:
        if not is_private_endpoint(url):
            msg = "https, or http to this very machine"
            raise ValueError(msg)
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._model, self._timeout = model, timeout
        self._headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": "honnin",
        } | ({"authorization": f"Bearer {key}"} if key else {})
        self._trust = trust or httpx2.create_ssl_context(trust_env=False)

    @property
    def name(self) -> str:
        return self._model

    def read(self, question: Question) -> str | None:
        """Return the answer as it came, or None where none came in time."""
        body = json.dumps(request_body(question, self._model), ensure_ascii=False).encode("utf-8", "replace")
        attempt = _Attempt(self._url, self._headers, body, self._trust, self._timeout)
        return attempt.outcome()


def request_body(question: Question, model: str) -> dict[str, Any]:
    """What is asked for: one short answer in the one shape we read."""
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": question.instructions()},
            {"role": "user", "content": question.evidence()},
        ],
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "stream": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "second_opinion", "strict": True, "schema": question.answer_schema()},
        },
    }


def content_of(body: bytes) -> str | None:
    """The words of the first choice; "" where there are none, None where this is no JSON at all.

    >>> content_of(b'{"choices": [{"message": {"content": "{}"}}]}'), content_of(b'{"choices": []}'), content_of(b"<html>")
    ('{}', '', None)
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    choices = value.get("choices") if isinstance(value, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""


class _Attempt:
    """One question on its way, in a thread of its own: no look-up of a name and no slow drip can hold up who asked."""

    def __init__(self, url: str, headers: dict[str, str], body: bytes, trust: ssl.SSLContext, timeout: float) -> None:
        self._url, self._headers, self._body, self._trust, self._timeout = url, headers, body, trust, timeout
        self._deadline = time.monotonic() + timeout
        self._done = threading.Event()
        self._answer: str | None = None
        self._lock = threading.Lock()
        self._is_given_up = False
        self._socket: socket.socket | None = None

    def outcome(self) -> str | None:
        """Send it and wait until the deadline, not longer."""
        try:
            threading.Thread(target=self._run, daemon=True).start()
        except RuntimeError:  # no more threads
            return None
        if self._done.wait(max(0.0, self._deadline - time.monotonic())):
            return self._answer
        self._give_up()
        return None

    def _run(self) -> None:
        try:
            self._answer = content_of(self._exchange())
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError, RuntimeError):
            pass  # whatever it was, there is no answer
        finally:
            self._done.set()

    def _exchange(self) -> bytes:
        """Send the question and return the body of the answer, empty where it is not one to read."""
        with (
            httpx2.Client(verify=self._trust, trust_env=False, follow_redirects=False, timeout=self._timeout) as client,
            client.stream(
                "POST",
                self._url,
                content=self._body,
                headers=self._headers,
                extensions={"trace": self._watch},
            ) as response,
        ):
            return self._body_of(response)

    def _body_of(self, response: httpx2.Response) -> bytes:
        headers = response.headers
        is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
        is_packed = headers.get("content-encoding", "identity").strip().lower() != "identity"
        if response.status_code != httpx2.codes.OK or not is_json or is_packed:
            return b""
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > LARGEST_BODY or time.monotonic() > self._deadline:
                return b""
        return bytes(body)

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Remember the connection as it is made, so that it can be cut off."""
        stream = info.get("return_value") if event.endswith((".connect_tcp.complete", ".start_tls.complete")) else None
        if stream is None:
            return
        with self._lock:
            self._socket = stream.get_extra_info("socket")
        if self._is_given_up:
            self._cut()

    def _give_up(self) -> None:
        """Cut the connection, so that its thread does not go on waiting for somebody who drips."""
        self._is_given_up = True
        self._cut()

    def _cut(self) -> None:
        with self._lock, suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
