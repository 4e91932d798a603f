"""Timestamps by a real authority: OpenSSL's own, run here for the tests."""

import subprocess
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.evidence.making import KEY, files_of, make_bundle, spread

from honnin.app.locker import NoTimestampError
from honnin.connectors.timestamps import LARGEST_ANSWER, TimestampAuthority, stamped_at
from honnin.errors import HonninError
from honnin.evidence.bundle import finish, lay_out
from honnin.evidence.verifier import verify_path

# Without "certs": an answer with the whole chain in it is one that the client's parser refuses.
CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[tsa_config]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(folder, *words):
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Return a folder with an authority in it: ca.pem is its root."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    for name in ("ca", "other"):
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN=Test {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-config", "tsa.cnf",
                "-extensions", "ca")  # fmt: skip
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Test TSA",
            "-keyout", "tsa.key", "-out", "tsa.csr", "-config", "tsa.cnf")  # fmt: skip
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", "tsa.cnf", "-extensions", "tsa", "-out", "tsa.pem")  # fmt: skip
    return folder


def answer(folder, query):
    (folder / "query").write_bytes(query)
    return openssl(folder, "ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf", "-section", "tsa_config")


def asking(folder, change=lambda reply: reply, roots="ca.pem"):
    def handle(request):
        assert request.headers["content-type"] == "application/timestamp-query"
        return httpx2.Response(200, stream=httpx2.ByteStream(change(answer(folder, request.content))))

    return TimestampAuthority(
        "https://tsa.test/", (folder / roots).read_bytes(), transport=httpx2.MockTransport(handle)
    )


def test_a_timestamp_is_taken_and_says_when(authority):
    made = asking(authority).stamp(b"manifest")
    at = stamped_at(made.token, b"manifest", made.chain)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=2)
    assert stamped_at(made.token, b"manifest!", made.chain) is None
    assert stamped_at(made.token, b"manifest", (authority / "other.pem").read_bytes()) is None
    assert stamped_at(made.token[:-9], b"manifest", made.chain) is None
    assert stamped_at(made.token, b"manifest", b"") is None


def test_a_bundle_with_it_verifies_also_by_openssl(authority, tmp_path):
    layout = lay_out(make_bundle())
    made = asking(authority).stamp(layout.manifest)
    folder = spread(tmp_path / "bag", {each.name: each.load() for each in finish(layout, KEY, made)})
    result = verify_path(folder, KEY.public)
    assert (result.status, result.has_timestamp) == (0, True)
    command = "ts -verify -data manifest-sha256.txt -in timestamp/manifest.tsr -CAfile timestamp/tsa-chain.pem"
    openssl(folder, *command.split())
    assert command in (folder / "VERIFY.txt").read_text("utf-8-sig")
    assert "ts -verify" not in files_of(make_bundle())["VERIFY.txt"].decode("utf-8-sig")


def test_one_of_another_list_is_named(authority, tmp_path):
    made = asking(authority).stamp(b"another list")
    folder = spread(tmp_path / "bag", files_of(make_bundle(), made))
    assert [one.code for one in verify_path(folder, KEY.public).findings] == ["timestamp"]


@pytest.mark.parametrize(
    ("change", "roots"),
    [
        (lambda reply: reply, "other.pem"),  # somebody we do not trust
        (lambda reply: reply[:-1], "ca.pem"),
        (lambda reply: reply[:-5] + bytes([reply[-5] ^ 1]) + reply[-4:], "ca.pem"),
        (lambda _reply: b"", "ca.pem"),
        (lambda _reply: b"<html>", "ca.pem"),
        (lambda _reply: bytes(LARGEST_ANSWER + 1), "ca.pem"),
    ],
)
def test_an_answer_that_is_not_right_is_refused(authority, change, roots):
    with pytest.raises(NoTimestampError):
        asking(authority, change, roots).stamp(b"manifest")


def test_an_old_answer_is_refused(authority):
    kept = []

    def replay(reply):
        kept.append(reply)
        return kept[0]

    asker = asking(authority, replay)
    asker.stamp(b"manifest")
    with pytest.raises(NoTimestampError):
        asker.stamp(b"manifest")


@pytest.mark.parametrize("trouble", [httpx2.ConnectError("no"), httpx2.ReadTimeout("slow"), httpx2.Response(503)])
def test_no_answer_is_told(authority, trouble):
    def handle(_request):
        if isinstance(trouble, Exception):
            raise trouble
        return trouble

    transport = httpx2.MockTransport(handle)
    asker = TimestampAuthority("https://tsa.test/", (authority / "ca.pem").read_bytes(), transport=transport)
    with pytest.raises(NoTimestampError):
        asker.stamp(b"manifest")


def test_certificates_that_cannot_be_read_are_told(tmp_path):
    with pytest.raises(HonninError, match="HONNIN_TIMESTAMP_CA"):
        TimestampAuthority.from_file("https://tsa.test/", tmp_path / "none.pem")
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(HonninError, match="HONNIN_TIMESTAMP_CA"):
        TimestampAuthority.from_file("https://tsa.test/", tmp_path / "empty.pem")
