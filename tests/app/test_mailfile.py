from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.mailfile import MAX_BYTES, decoded, read_mail
from honnin.errors import BadInputError
from honnin.model import Channel

HEAD = "From: {name} <taro@example.test>\r\nTo: hanako@example.jp\r\nSubject: {subject}\r\nDate: Tue, 24 Nov 2026 09:30:00 +0900\r\n"


def mail(body: bytes, charset: str, encoding="8bit"):
    head = HEAD.format(name="Taro", subject="Hi")
    kind = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return (head + kind).encode() + body


def test_a_mail_becomes_an_event_with_its_head():
    message = EmailMessage()
    message["From"] = "試験 太郎 <taro@example.test>"
    message["Reply-To"] = "other@example.com"
    message["To"] = "見本 花子 <hanako@example.jp>"
    message["Subject"] = "お支払いについて"
    message["Date"] = "Tue, 24 Nov 2026 09:30:00 +0900"
    message.set_content("口座が変わりました。")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="請求書.pdf")

    found = read_mail(message.as_bytes(policy=SMTP), event_id="m-1")

    event = found.event
    assert (event.id, event.channel, event.subject) == ("m-1", Channel.MAIL, "お支払いについて")
    assert event.text == "口座が変わりました。"
    assert (event.sender.name, event.sender.email, event.sender.reply_to) == (
        "試験 太郎",
        "taro@example.test",
        "other@example.com",
    )
    assert event.sent_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert event.recipient.name == "見本 花子"
    assert found.attachments == ("請求書.pdf",)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (mail("至急お願いします①".encode("cp932"), "Shift_JIS"), "至急お願いします①"),  # more than Shift_JIS has
        (mail("至急お願いします".encode("iso2022_jp"), "ISO-2022-JP", "7bit"), "至急お願いします"),
        (mail("至急お願いします".encode("euc_jp"), "EUC-JP"), "至急お願いします"),
        (mail("至急お願いします".encode(), "utf-8"), "至急お願いします"),
        (mail("至急お願いします".encode(), "us-ascii"), "至急お願いします"),  # declared wrongly
        (mail("至急お願いします".encode("cp932"), "x-unknown"), "至急お願いします"),
        ("至急お願いします".encode("cp932"), "至急お願いします"),  # a text file
        ("至急お願いします".encode("utf-16"), "至急お願いします"),
        (b"\xef\xbb\xbf" + "至急お願いします".encode(), "至急お願いします"),
    ],
)
def test_encodings_of_japanese_mail_are_read(data, text):
    assert read_mail(data, event_id="m").event.text.strip() == text


def test_html_is_read_as_people_see_it_with_the_real_address():
    message = EmailMessage()
    message["From"] = "bank@example.test"
    message["Subject"] = "x"
    message.set_content(
        "<style>p{}</style><p>確認は<a href='https://evil.example.test/'>https://bank.example.jp/</a>へ<script>1</script>",
        subtype="html",
    )

    assert read_mail(message.as_bytes(), event_id="m").event.text == (
        "確認はhttps://bank.example.jp/ ( https://evil.example.test/ ) へ"
    )


def test_a_subject_in_raw_bytes_is_read():
    data = "From: a@example.jp\nSubject: 至急\n\nx".encode("cp932")

    assert read_mail(data, event_id="m").event.subject == "至急"


def test_a_large_file_is_refused():
    with pytest.raises(BadInputError, match="2 MB"):
        read_mail(b"x" * (MAX_BYTES + 1), event_id="m")


@given(st.binary())
def test_any_bytes_are_read(data):
    read_mail(data, event_id="m")


@given(st.binary(), st.sampled_from(["utf-7", "idna", "rot13", "hex", "utf-8", "undefined", "iso-2022-jp", "zip"]))
def test_any_declared_charset_is_survived(data, charset):
    read_mail(mail(data, charset), event_id="m")
    assert isinstance(decoded(data, charset), str)


def test_many_parts_and_deep_nesting_end_in_time():
    boundary = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n"
    data = b"From: a@example.jp\nSubject: x\n" + b"".join(boundary % (n, n) for n in range(2_000))

    read_mail(data, event_id="m")
    read_mail(HEAD.format(name="a", subject="<" * 500_000).encode() + b"\r\nx", event_id="m")
    read_mail(HEAD.format(name="(" * 500_000, subject="x").encode() + b"\r\nx", event_id="m")
