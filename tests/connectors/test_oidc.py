"""Single sign-on against a provider of our own that can lie in every way, and rotate its keys."""

import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from honnin.app.single_sign_on import SingleSignOnError
from honnin.connectors import oidc
from honnin.connectors.oidc import OpenIdProvider, challenge_of

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CLIENT, SECRET, BACK = "honnin", "a client secret of some length", "http://localhost:8700/login/sso/callback"
FIRST_KEY, SECOND_KEY, STRANGER = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("k1", "k2", "k1"))


class Lying:
    """What the provider says, to be changed by a test."""

    def __init__(self):
        self.keys, self.signs_with, self.algorithm = [FIRST_KEY], FIRST_KEY, "RS256"
        self.claims, self.discovery, self.answers = {}, {}, {}
        self.asked = []

    def token(self, issuer):
        claims = {"iss": issuer, "sub": "s-1", "aud": CLIENT, "nonce": "n-1"}
        claims |= {"iat": NOW.timestamp(), "exp": NOW.timestamp() + 300, "groups": ["desk"]}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        if self.algorithm == "none":
            head, body = (oidc.base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                          for part in ({"alg": "none"}, claims))  # fmt: skip
            return f"{head}.{body}."
        header = {"alg": self.algorithm, "kid": self.signs_with.kid}
        return jwt.encode(header, claims, self.signs_with, algorithms=[self.algorithm])


@pytest.fixture
def lying():
    return Lying()


@pytest.fixture
def issuer(lying):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            address = f"http://127.0.0.1:{self.server.server_port}"
            described = {"issuer": address, "authorization_endpoint": f"{address}/authorize"}
            described |= {"token_endpoint": f"{address}/token", "jwks_uri": f"{address}/jwks"}
            self.answer(described | lying.discovery if "well-known" in self.path else KeySet(lying.keys).as_dict())

        def do_POST(self):
            form = self.rfile.read(int(self.headers["content-length"])).decode()
            lying.asked.append((self.headers["authorization"], parse_qs(form)))
            self.answer({"id_token": lying.token(f"http://127.0.0.1:{self.server.server_port}")})

        def answer(self, value):
            path = urlsplit(self.path).path
            status, body = lying.answers.get(path, (200, json.dumps(value).encode()))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def provider(issuer):
    return OpenIdProvider(issuer, CLIENT, SECRET)


def finish(provider):
    return provider.finish("c-1", redirect_uri=BACK, nonce="n-1", verifier="v" * 43, at=NOW)


def test_the_browser_is_sent_with_everything_that_ties_the_answer_to_it(provider, issuer):
    url = provider.begin(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)
    asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}

    assert url.startswith(f"{issuer}/authorize?")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "scope": "openid profile email",
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge_of("v" * 43),
        "code_challenge_method": "S256",
    }


def test_who_it_is_is_told_and_the_code_was_exchanged_with_its_verifier(provider, lying, issuer):
    found = finish(provider)

    assert (found.issuer, found.subject, found.claims["groups"]) == (issuer, "s-1", ["desk"])
    authorization, form = lying.asked[0]
    assert authorization.startswith("Basic ")
    assert form["code_verifier"] == ["v" * 43]
    assert SECRET not in str(form)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example.test"}, "iss"),
        ({"aud": "somebody-else"}, "aud"),
        ({"aud": [CLIENT, "somebody-else"]}, "azp"),  # for several, and not said for whom
        ({"azp": "somebody-else"}, "azp"),
        ({"nonce": "another"}, "nonce"),  # a token of another visit
        ({"nonce": None}, "nonce"),
        ({"exp": NOW.timestamp() - 121}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"iat": NOW.timestamp() + 121}, "iat"),
        ({"nbf": NOW.timestamp() + 121}, "nbf"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "sub"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused_by_its_name(provider, lying, claims, why):
    lying.claims = claims
    with pytest.raises(SingleSignOnError) as refused:
        finish(provider)
    assert refused.value.why == f"id_token: {why}"


def test_a_signature_of_somebody_else_is_refused(provider, lying):
    lying.signs_with = STRANGER
    with pytest.raises(SingleSignOnError):
        finish(provider)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_real_signature_is_refused(provider, lying, algorithm):
    lying.algorithm = algorithm
    if algorithm == "HS256":  # the known trick: the public key, or the shared secret, taken for a secret
        lying.signs_with = OctKey.import_key(SECRET, {"kid": "k1"})
        lying.keys = [FIRST_KEY, OctKey.import_key(SECRET, {"kid": "oct"})]
    with pytest.raises(SingleSignOnError):
        finish(provider)


def test_a_new_key_is_asked_for_once_and_an_old_one_ends(provider, lying, monkeypatch):
    finish(provider)
    lying.keys, lying.signs_with = [SECOND_KEY], SECOND_KEY
    with pytest.raises(SingleSignOnError):
        finish(provider)  # not for every bad token, and not within half a minute
    later = time.monotonic() + 31
    monkeypatch.setattr(oidc.time, "monotonic", lambda: later)
    assert finish(provider).subject == "s-1"
    lying.signs_with = FIRST_KEY
    with pytest.raises(SingleSignOnError):
        finish(provider)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", (302, b"")),
        ("/.well-known/openid-configuration", (200, b"<html>")),
        ("/.well-known/openid-configuration", (200, b"[]")),
        ("/.well-known/openid-configuration", (200, b"[" * 300_000)),
        ("/jwks", (200, b'{"keys": []}')),
        ("/jwks", (200, b'{"keys": [7]}')),
        ("/jwks", (500, b"")),
        ("/token", (400, b'{"error": "invalid_grant"}')),
        ("/token", (200, b'{"id_token": 7}')),
        ("/token", (200, b'{"id_token": "a.b.c"}')),
        ("/token", (302, b"")),
    ],
)
def test_whatever_else_comes_is_a_refusal(provider, lying, path, answer):
    lying.answers = {path: answer}
    with pytest.raises(SingleSignOnError):
        finish(provider)


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example.test"},
        {"token_endpoint": "http://evil.example.test/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
def test_a_description_that_leads_astray_is_refused(provider, lying, said):
    lying.discovery = said
    with pytest.raises(SingleSignOnError):
        provider.begin(redirect_uri=BACK, state="s", nonce="n", verifier="v" * 43)


def test_a_provider_is_asked_over_https_or_on_this_machine():
    with pytest.raises(ValueError, match="https"):
        OpenIdProvider("http://login.example.jp", CLIENT, SECRET)


def test_one_that_is_not_there_is_a_refusal():
    with pytest.raises(SingleSignOnError):
        finish(OpenIdProvider("http://127.0.0.1:9", CLIENT, SECRET))
