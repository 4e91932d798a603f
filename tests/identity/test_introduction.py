"""Who says in a text that he is somebody."""

import time

import pytest

from honnin.identity import introductions


@pytest.mark.parametrize(
    ("text", "name", "role", "organisation"),
    [
        ("代表の山田です。", "山田", "代表", ""),
        ("お疲れ様です。社長の山田太郎と申します。", "山田太郎", "社長", ""),
        ("株式会社青葉の佐藤です", "佐藤", "", "株式会社青葉"),
        ("いつもお世話になっております。青葉商事の佐藤でございます。", "佐藤", "", "青葉商事"),
        ("青葉の佐藤です。", "佐藤", "", "青葉"),
        ("山田です。新しい業務用アカウントです。", "山田", "", ""),
        ("お世話になります。株式会社青葉 経理部の佐藤です。", "佐藤", "経理部", "株式会社青葉"),
        ("青葉商事 代表取締役 山田太郎です。", "山田太郎", "代表取締役", "青葉商事"),
        ("弊社社長の山田です", "山田", "社長", ""),
        ("山田（やまだ）と申します。", "山田", "", ""),  # reading in brackets
        ("山田だけど、今いい?", "山田", "", ""),
        ("社長です。すぐ返事を。", "", "社長", ""),  # role only
        ("山\u200b田です。", "山田", "", ""),  # hidden characters
        ("よろしくお願いします。\n株式会社青葉\n代表取締役 山田太郎", "山田太郎", "代表取締役", ""),  # signature
        ("This is John Smith, CEO of Northwind Labs. Are you free?", "John Smith", "CEO", "Northwind Labs"),
        ("Hello, my name is Ken Sato.", "Ken Sato", "", ""),
        ("Hi, it's Ken from accounting.", "Ken", "", "accounting"),
        ("I'm Alice Brown, the finance director at Acme Foods", "Alice Brown", "finance director", "Acme Foods"),
        ("Bob here, quick question", "Bob", "", ""),
    ],
)
def test_a_writer_who_introduces_himself_is_heard(text, name, role, organisation):
    found = introductions(text)
    assert [(one.name, one.organisation) for one in found] == [(name, organisation)]
    assert role.startswith(found[0].role) if found[0].role else not role


@pytest.mark.parametrize(
    "text",
    [
        "山田社長からの指示です。",  # reported
        "山田さんですか。",  # asked
        "山田さんです。",  # somebody else
        "担当は山田です。",  # somebody else
        "「社長の山田です」と名乗る電話がありました。",  # quoted
        "社長の山田ですと名乗る人から電話がありました。",
        "転送します。\n> 社長の山田です。",  # quoted mail
        "大丈夫です。",
        "至急です。",
        "緊急の案件です。",
        "今日の議題はこちらです。",
        "本人確認のためのコードです。",
        "明日の予定です。",
        "Is this John Smith?",
        "This is urgent.",
        "This is John's account.",
        "He said this is John Smith",
        "I'm the CEO",
        "I am very sorry",
        "",
    ],
)
def test_other_words_are_no_introduction(text):
    assert introductions(text) == ()


def test_a_message_of_quoted_lines_alone_is_its_sender_s():
    assert [one.name for one in introductions("> 社長の山田です。\n> 至急お願いします。")] == ["山田"]


def test_positions_lead_back_to_the_words_as_written():
    text = "お疲れ様です。社長の山\u200b田です。"
    (found,) = introductions(text)
    assert text[found.start : found.end] == "社長の山\u200b田です"


@pytest.mark.parametrize(
    "unit", ["です", "山田です。", "(", "の", "this is ", "My name is A ", " ", "社長の", "\n社長 ", "A here"]
)
def test_time_grows_with_the_length_only(unit):
    start = time.perf_counter()
    introductions(unit * (200_000 // len(unit)))
    assert time.perf_counter() - start < 3
