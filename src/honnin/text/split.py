"""Words written letter by letter: 「振 込」「ふ・り・込・み」 "p a s s w o r d"."""

from __future__ import annotations

import re

from honnin.text.fold import Folded

# Words a fraud needs and a filter looks for. Two characters here are joined even where only these two are apart.
_STEMS_OF_TWO = (
    "振込 送金 口座 入金 出金 着金 支払 至急 緊急 極秘 内密 暗証 社長 会長 専務 経理 認証 承認 残高 請求 当選 副業 投資 融資"
    " 銀行 携帯 電話 番号 追加 招待 口外 他言 確認 更新 停止 制限 解約 未納 滞納 逮捕 個人"
).split()
_LONGER_STEMS = (
    "振り込 ふりこ ふり込 フリコミ おかね こうざ コウザ パスワード ぱすわーど ログイン カード かーど アカウント ギフト プリペイド"
    " ポイント コンビニ グループ ライン らいん メール クリック リンク ビットコイン 秘密 ひみつ しきゅう そうきん"
).split()
_LATIN_STEMS = frozenset("pin otp sms cvv cvc url atm btc".split())
_SPLIT_WORD = "".join(sorted({stem[0] for stem in _STEMS_OF_TWO}))
_SECOND = "".join(sorted({stem[1] for stem in _STEMS_OF_TWO}))
_SENSITIVE = re.compile("|".join(_STEMS_OF_TWO + _LONGER_STEMS))
_SENSITIVE_LATIN = re.compile(
    "pass|word|login|logon|bank|gift|card|code|wire|transfer|account|urgent|secret|verify|paypal|amazon|apple|line|money|crypto",
    re.IGNORECASE,
)

_JA = "ぁ-ゖァ-ヺー々一-鿿"
_JA_APART = r"( {1,3}|[.・･,、_\-*|/~。:;+=^\"'])"
_LATIN_APART = r"( {1,3}|[._\-*|/~+=^・])"
_JA_RUN = re.compile(rf"[{_JA}]{_JA_APART}[{_JA}](?:\1[{_JA}])+")
_JA_PAIR = re.compile(rf"[{_SPLIT_WORD}]{_JA_APART}[{_SECOND}]")
_LATIN_RUN = re.compile(
    rf"(?<![A-Za-z0-9/@:._\-*|~+=^%&?#])[A-Za-z0-9]{_LATIN_APART}[A-Za-z0-9](?:\1[A-Za-z0-9])+(?![A-Za-z0-9/@:_\-*|~+=^%&?#])"
)
_LISTING = "日月火水木金土祝 一二三四五六七八九十 上下左右前後中 大中小 東西南北 春夏秋冬 甲乙丙丁"
_IN_A_ROW = "0123456789 abcdefghijklmnopqrstuvwxyz 一二三四五六七八九十 月火水木金土日月火水木金土"


def join(folded: Folded) -> None:
    """Put words together again that were written letter by letter."""
    text = folded.text
    gaps: list[tuple[int, int]] = []
    for pattern, wanted in ((_LATIN_RUN, _is_latin_word), (_JA_RUN, _is_ja_word), (_JA_PAIR, _is_pair)):
        for match in pattern.finditer(text):
            verdict = wanted(text, match)
            if verdict is None:
                continue
            gaps += _gaps(match)
            if verdict:
                start, end = folded.origin(*match.span())
                folded.report("split_letters", start, end, folded.original[start:end][:24])
    if gaps:
        folded.keep(_between(gaps, len(text)))


def _gaps(match: re.Match[str]) -> list[tuple[int, int]]:
    width = len(match.group(1))
    return [(at, at + width) for at in range(match.start() + 1, match.end() - 1, width + 1)]


def _between(gaps: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    position = 0
    for start, end in sorted(set(gaps)):
        pieces.append((position, start))
        position = end
    return [*pieces, (position, size)]


def _joined(match: re.Match[str]) -> str:
    return match.group()[:: len(match.group(1)) + 1]


def _is_latin_word(_text: str, match: re.Match[str]) -> bool | None:
    """True for a suspicious word, False for one that is merely written wide, None for anything else."""
    word = _joined(match).lower()
    if word in _IN_A_ROW:
        return None
    if word.isdigit():
        return False if len(word) >= 6 and match.group(1) not in "/:" else None
    if not word.isalpha() or len(word) < 4:
        return True if word in _LATIN_STEMS else None
    return _SENSITIVE_LATIN.search(word) is not None


def _is_ja_word(text: str, match: re.Match[str]) -> bool | None:
    word = _joined(match)
    sensitive = _SENSITIVE.search(word) is not None
    if sensitive:
        return not word.endswith("書")  # 「請 求 書」 is how a form is headed
    alone = len(word) - _goes_on(text, match.start() - 1) - _goes_on(text, match.end())
    if alone < 3 or match.group(1) in {"・", "、", "/", ",", "。", "~", ":", ";", "+", "="} or _is_listing(word):
        return None
    return False


def _goes_on(text: str, at: int) -> bool:
    return 0 <= at < len(text) and re.match(f"[{_JA}]", text[at]) is not None


def _is_listing(word: str) -> bool:
    return any(set(word) <= set(listing) for listing in _LISTING.split())


def _is_pair(text: str, match: re.Match[str]) -> bool | None:
    if _joined(match) not in _STEMS_OF_TWO:
        return None
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    attached = ("一" <= before <= "鿿") + ("一" <= after <= "鿿")
    if attached == 2 or (attached and match.group(1)[0] in " 、,。/"):
        return None  # 「支社 長田」, 「窓口 座席」
    return True
