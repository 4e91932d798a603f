"""The things a text names: bank, branch, account, holder, amount, phone, mail address, LINE id, deadline.

Banks and branches are checked against the published list of codes (zengin-code); what is not on it is still shown, without a
code. Links are read by ``honnin.links``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from honnin.language.banks import bank_names, branch_names
from honnin.model import Entity

_BANK = re.compile(r"[一-龥ぁ-んァ-ヶーA-Za-z]{1,14}?(?:銀行|信用金庫|信用組合|労働金庫|信金|信組)|ゆうちょ")
_BRANCH = re.compile(
    r"[一-龥ァ-ヶーぁ-んA-Za-z0-9]{1,12}?(?:支店|営業部|出張所)|(?:支店|店番|店舗)(?:番号|コード|名)?\s*[::]?\s*[0-9]{3}(?![0-9])"
)
_ACCOUNT = re.compile(
    r"(?:口座番号|普通預金|当座預金|普通|当座|貯蓄|口座|account\s*(?:number|no\.?|#)|a/c\s*(?:no\.?)?|iban"
    r"|\b(?:acct|sort(?:\s*code)?|routing(?:\s*(?:number|no\.?))?|bsb|transit(?:\s*number)?|bank),?)[^0-9\n]{0,12}([0-9][0-9 \-]{4,20}[0-9])",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    r"(?:口座名義人?|名義人?|受取人名?|account\s*name|beneficiary(?:\s*name)?|account\s*holder)\s*[はが::\-]?\s*([^\n、。,;:]{2,40})",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|法人|組合|協会|事務所|\(株\)|\(有\)|^[カユドシ]\)|\([カユド]\)?|カブシキ|商店|商事|ltd|inc\b|llc|corp|company|co\.|gmbh",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"[ァ-ヶー]{2,8}[ \u3000・][ァ-ヶー]{2,8}|[一-龥々]{1,4}[ \u3000]?[一-龥々ぁ-んァ-ヶ]{1,4}|[A-Za-z]{2,15} [A-Za-z]{2,20}"
)
_AMOUNT = re.compile(
    r"([0-9][0-9,]{0,14}(?:\.[0-9]{1,2})?)\s?(億|千万|百万|万|千)?(円|えん|yen|ドル|ユーロ|usd|eur|gbp|dollars|euros|pounds)"
    r"|(?:[¥$£€]|us\$|usd|jpy|eur|gbp|rs\.?|inr)\s?([0-9][0-9,]{0,14}(?:\.[0-9]{1,3})?)\s?(million|m\b|k\b)?",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z./=\-])(?:\+[0-9]{1,3}[\s\-]?)?\(?0[0-9]{1,4}\)?[\s\-]?[0-9]{1,4}[\s\-]?[0-9]{3,4}(?![0-9\-])|\+[0-9][0-9\s\-]{8,16}[0-9]"
)
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9][A-Za-z0-9\-]{0,62}(?:\.[A-Za-z0-9\-]{1,63}){1,6}")
_LINE_ID = re.compile(
    r"(?:line|ライン)\s*(?:の)?(?:id|アイディ|ＩＤ)\s*[はが::]?\s*(@?[A-Za-z0-9._\-]{4,20})", re.IGNORECASE
)
_DEADLINE = re.compile(
    r"(?:本日|今日|当日|明日|午前|午後)?\s?[0-9]{1,2}\s?(?:時|:00|:30)(?:[0-9]{2}分|半)?\s?まで|(?:本日|今日|明日|当日|今週|週末|月末)中?(?:に|まで)|(?:本日|今日|当日)中|[0-9]{1,3}\s?(?:時間|日|営業日)以内"
    r"|within (?:the next )?[0-9]{1,3} (?:hours?|days?)|by (?:end of day|eod|noon|tonight|tomorrow|today|[0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm))",
    re.IGNORECASE,
)
_HOLDER_SIGN = re.compile(r"名義|受取人|account|beneficiary", re.IGNORECASE)
_DEADLINE_SIGN = re.compile(r"まで|以内|日中|[日週末]に|within|by ", re.IGNORECASE)
_SCALE = {
    "億": 100_000_000,
    "千万": 10_000_000,
    "百万": 1_000_000,
    "万": 10_000,
    "千": 1_000,
    "million": 1_000_000,
    "m": 1_000_000,
    "k": 1_000,
}
_DIGIT = re.compile(r"[0-9]")

_NO_BANKS = frozenset(
    f"{word}銀行"
    for word in ("", "この", "その", "貴", "当", "各", "他", "同", "弊", "取引", "どの", "仕向", "大手", "地方")
)
_NAMED_AFTER = re.compile(r"[ \u3000]{1,3}([ァ-ヶー]{2,8}[ \u3000][ァ-ヶー]{2,8})(?![ァ-ヶー])")

Found = tuple[Entity, int, int, str]


def find_entities(text: str) -> Iterator[Found]:
    """Yield (kind, start, end, value) of what the folded text names."""
    if _DIGIT.search(text):
        yield from _numbered(text)
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Entity.EMAIL, match.start(), match.end(), match.group().lower()
    if "銀行" in text or "信" in text or "ゆうちょ" in text or "金庫" in text:
        yield from _banks(text)
    if _HOLDER_SIGN.search(text):
        for match in _HOLDER.finditer(text):
            yield from _holder(match)
    if _DEADLINE_SIGN.search(text):
        for match in _DEADLINE.finditer(text):
            yield Entity.DEADLINE, match.start(), match.end(), match.group()


def _numbered(text: str) -> Iterator[Found]:
    for match in _ACCOUNT.finditer(text):
        digits = re.sub(r"\D", "", match.group(1))
        if 5 <= len(digits) <= 18:
            yield Entity.ACCOUNT_NUMBER, match.start(1), match.end(1), digits
            if name := _NAMED_AFTER.match(text, match.end(1)):
                yield Entity.PERSONAL_HOLDER, name.start(1), name.end(1), name.group(1)
    for match in _AMOUNT.finditer(text):
        yield Entity.AMOUNT, match.start(), match.end(), _amount(match)
    for match in _PHONE.finditer(text):
        yield from _phone(match)
    for match in _LINE_ID.finditer(text):
        yield Entity.LINE_ID, match.start(1), match.end(1), match.group(1)


def _amount(match: re.Match[str]) -> str:
    digits = (match.group(1) or match.group(4) or "0").replace(",", "")
    scale = _SCALE.get((match.group(2) or match.group(5) or "").lower(), 1)
    return str(round(float(digits) * scale))


def _phone(match: re.Match[str]) -> Iterator[Found]:
    digits = re.sub(r"\D", "", match.group())
    if not 9 <= len(digits) <= 15:
        return
    try:
        number = phonenumbers.parse(match.group(), None if match.group().startswith("+") else "JP")
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.is_possible_number(number):
        yield (
            Entity.PHONE,
            match.start(),
            match.end(),
            phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        )


def _holder(match: re.Match[str]) -> Iterator[Found]:
    name = match.group(1).strip()
    start = match.start(1) + (len(match.group(1)) - len(match.group(1).lstrip()))
    yield Entity.HOLDER, start, start + len(name), name
    if not _COMPANY.search(name) and _PERSON.fullmatch(name):
        yield Entity.PERSONAL_HOLDER, start, start + len(name), name


def _banks(text: str) -> Iterator[Found]:
    bank_code = ""
    for match in _BANK.finditer(text):
        code = _bank_code(match.group())
        bank_code = code or bank_code
        if code or match.group() not in _NO_BANKS:
            yield Entity.BANK, match.start(), match.end(), code
    if not bank_code:
        return
    for match in _BRANCH.finditer(text):
        yield Entity.BRANCH, match.start(), match.end(), _branch_code(bank_code, match.group())


@lru_cache(maxsize=1024)
def _bank_code(written: str) -> str:
    """Return the code of the bank a name ends with ("先方の青空銀行" names 青空), or an empty string."""
    stem = re.sub(r"(?:銀行|信用金庫|信用組合|労働金庫|信金|信組)$", "", written)
    names = bank_names()
    for start in range(len(stem)):
        for candidate in (written[start:], stem[start:]):
            if candidate in names and len(candidate) > 1:
                return names[candidate]
    return ""


@lru_cache(maxsize=1024)
def _branch_code(bank_code: str, written: str) -> str:
    branches = branch_names(bank_code)
    digits = re.search(r"[0-9]{3}$", written)
    if digits:
        return digits.group() if digits.group() in branches else ""
    stem = re.sub(r"(?:支店|営業部|出張所)$", "", written)
    return next((code for code, name in branches.items() if name and stem.endswith(name)), "")
