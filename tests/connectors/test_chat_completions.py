"""The endpoint may do what it likes: there is an answer in time, or there is none."""

import json
import logging
import ssl
import subprocess
import threading
import time

import pytest
from tests.connectors import emulator as e
from tests.connectors.emulator import serving

from honnin.connectors.chat_completions import LARGEST_BODY, ChatCompletions, content_of
from honnin.screening.opinion import Line, Question, vocabulary

QUESTION = Question((Line("経理の方を入れた[name 1]のグループを作ってください。", 0, 0, 24),), channel="chat")
KEY = "sk-invented-0000"


def reader(server, timeout=0.6, **more):
    return ChatCompletions(server.url, "small-model", key=KEY, timeout=timeout, **more)


class TestAsking:
    def test_an_answer_comes_back_as_it_was_written(self, emulator):
        emulator.behave = e.says("whatever was said")
        assert reader(emulator).read(QUESTION) == "whatever was said"

    def test_what_is_sent(self, emulator):
        reader(emulator).read(QUESTION)
        (sent,), (headers,) = emulator.bodies, emulator.headers
        assert emulator.paths == ["/v1/chat/completions"]
        assert sent["model"] == "small-model"
        assert (sent["temperature"], sent["stream"]) == (0, False)
        assert [message["role"] for message in sent["messages"]] == ["system", "user"]
        assert json.loads(sent["messages"][1]["content"]) == json.loads(QUESTION.evidence())
        schema = sent["response_format"]["json_schema"]["schema"]
        assert schema["properties"]["findings"]["items"]["properties"]["tactic"]["enum"] == list(vocabulary().tactics)
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["accept-encoding"] == "identity"
        assert "cookie" not in headers

    def test_without_a_key_none_is_sent(self, emulator):
        ChatCompletions(emulator.url, "m", timeout=2).read(QUESTION)
        assert "authorization" not in emulator.headers[0]

    def test_half_characters_do_not_keep_it_from_asking(self, emulator):
        assert reader(emulator).read(Question((Line("\ud800", 0, 0, 1),))) is not None

    def test_cookies_are_not_kept(self, emulator):
        emulator.behave = e.body(e.completion("x"), set_cookie="id=1; Path=/")
        asks = reader(emulator)
        assert [asks.read(QUESTION), asks.read(QUESTION)] == ["x", "x"]
        assert "Cookie" not in emulator.headers[1]
        assert "cookie" not in emulator.headers[1]

    def test_a_proxy_of_the_environment_is_not_used(self, emulator, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1/")
        assert reader(emulator).read(QUESTION) is not None

    def test_several_ask_at_once(self, emulator):
        asks, found = reader(emulator, timeout=5), []
        threads = [threading.Thread(target=lambda: found.append(asks.read(QUESTION))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [json.dumps(e.OPINION)] * 8


BAD = {
    "says nothing": e.silence,
    "hangs up": e.hang_up,
    "drips its body": e.dripping_body,
    "drips its head": e.dripping_head,
    "never ends": e.endless,
    "is a bomb": e.bomb,
    "is a bomb that does not say so": e.unannounced_bomb,
    "is too large": e.body(e.completion(json.dumps(e.OPINION)) + b" " * LARGEST_BODY),
    "claims to be larger than it is": e.body(e.completion("x"), content_length="1000000"),
    "is no HTTP": lambda handler: handler.wfile.write(b"\x00\xff" * 1000),
    "has a head without end": lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 2_000_000),
    "has too many heads": lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200_000),
    "only says wait": e.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
    "is an error": e.body(e.completion(json.dumps(e.OPINION)), 500),
    "refuses": e.body(b"{}", 401),
    "is busy": e.body(b"{}", 429, retry_after="3600"),
    "is empty": e.body(b""),
    "is no content": lambda handler: handler.answer(b"", 204),
    "is a page": e.body(b"<html>all is well</html>", content_type="text/html"),
    "is an answer that says it is a page": e.body(e.completion(json.dumps(e.OPINION)), content_type="text/html"),
    "is no JSON": e.body(b"harmless"),
    "is cut off": e.body(e.completion(json.dumps(e.OPINION))[:-10]),
    "is not UTF-8": e.body(b'{"choices": "\xff"}'),
    "is nested without end": e.body(b"[" * 60_000),
    "holds an endless number": e.body(b'{"choices": ' + b"9" * 50_000 + b"}"),
}


@pytest.mark.parametrize("behave", BAD.values(), ids=BAD.keys())
def test_an_endpoint_that_behaves_badly_gives_no_answer_and_is_never_late(emulator, behave):
    emulator.behave = behave
    began = time.monotonic()
    assert reader(emulator).read(QUESTION) is None
    assert time.monotonic() - began < 1.2
    assert len(emulator.paths) == 1  # one try


@pytest.mark.parametrize("behave", [e.dripping_body, e.dripping_head, e.silence], ids=["body", "head", "silence"])
def test_a_question_that_was_given_up_does_not_go_on_in_the_background(emulator, behave):
    emulator.behave = behave
    before = threading.active_count()
    reader(emulator, timeout=0.2).read(QUESTION)
    emulator.stopping.set()
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.02)
    assert threading.active_count() <= before


def test_the_one_who_drips_is_cut_off_even_while_it_goes_on(emulator):
    emulator.behave = e.dripping_head
    names = {thread.ident for thread in threading.enumerate()}
    reader(emulator, timeout=0.2).read(QUESTION)
    for _ in range(100):  # the server still drips; the thread that asked must be gone all the same
        left = [t for t in threading.enumerate() if t.ident not in names and "_run" in repr(t._target)]
        if not left:
            break
        time.sleep(0.02)
    assert left == []


def test_a_redirect_is_not_followed(emulator):
    with serving() as other:
        emulator.behave = e.redirect_to(f"{other.url}/chat/completions")
        assert reader(emulator).read(QUESTION) is None
        assert other.paths == []


def test_nobody_listening_is_no_answer_at_once():
    began = time.monotonic()
    assert ChatCompletions("http://127.0.0.1:1/v1", "m", timeout=5).read(QUESTION) is None
    assert time.monotonic() - began < 1


def test_a_name_that_nobody_can_look_up_in_time_is_no_answer(monkeypatch):
    forever = threading.Event()

    def slow(*_args, **_more):
        forever.wait(20)
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", slow)
    began = time.monotonic()
    assert ChatCompletions("https://second.example.jp/v1", "m", timeout=0.3).read(QUESTION) is None
    forever.set()
    assert time.monotonic() - began < 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=second.example.jp", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


class TestEncryption:
    def serving(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        return serving(context)

    def test_a_certificate_that_is_trusted(self, certificate):
        trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        with self.serving(certificate) as server:
            assert reader(server, timeout=5, trust=trust).read(QUESTION) == json.dumps(e.OPINION)

    def test_one_that_nobody_vouches_for_gets_not_a_word(self, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))  # the environment has no say in it
        with self.serving(certificate) as server:
            assert reader(server, timeout=5).read(QUESTION) is None
            assert server.bodies == []

    def test_one_who_drips_is_cut_off_here_as_well(self, certificate):
        trust = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        with self.serving(certificate) as server:
            server.behave = e.dripping_body
            began = time.monotonic()
            assert reader(server, timeout=0.5, trust=trust).read(QUESTION) is None
            assert time.monotonic() - began < 1.2


@pytest.mark.parametrize(
    "url",
    ["http://second.example.jp/v1", "http://10.0.0.1/v1", "https://me:key@second.example.jp/v1", "ftp://127.0.0.1", ""],
)
def test_an_address_that_others_could_read_along_is_refused(url):
    with pytest.raises(ValueError, match="https"):
        ChatCompletions(url, "m", key=KEY, timeout=1)


def test_the_key_is_told_to_nobody_else(emulator, caplog):
    caplog.set_level(logging.DEBUG)
    asks = reader(emulator)
    asks.read(QUESTION)
    emulator.behave = e.hang_up
    asks.read(QUESTION)
    assert KEY not in caplog.text
    assert KEY not in repr(asks)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (e.completion("x"), "x"),
        (b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}', ""),  # it answered, but with nothing for us
        (b'{"choices": [{"message": {"content": ["x"]}}]}', ""),
        (b'{"choices": [{"message": "x"}]}', ""),
        (b'{"choices": {"0": "x"}}', ""),
        (b"[]", ""),
        (b"null", ""),
        (b"", None),
        (b"data: {}\n\n", None),  # a stream, which nobody asked for
    ],
)
def test_where_the_words_stand(answer, expected):
    assert content_of(answer) == expected
