"""Letters that look like others: раypal with Cyrillic letters, 力ード with a kanji, 入カ with a katakana."""

from __future__ import annotations

import re

from honnin.text.fold import Folded

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТХУаеѕіјорсухһԁԛԝгп", "ABESIJKMHOPCTXYaesijopcyxhdqwrn", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυχτκ", "ABEZHIKMNOPTYXaivopuxtk", strict=True))
_OTHERS = dict(zip("ӏıɑɡɩʟᴀʙᴄᴅᴇꜰɢʜɪᴊᴋᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢօոսցհ", "liagilabcdefghijkmnoprstuvwyzonughh"[:35], strict=False))
_LATIN_LIKE = _CYRILLIC | _GREEK | _OTHERS
_LIKE = re.compile(f"[{''.join(_LATIN_LIKE)}]")
_WORD = re.compile(
    "[A-Za-z\u00c0-\u024f\u0250-\u02af\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u1d00-\u1d7f\ua720-\ua7ff]+"
)
_TO_LATIN = str.maketrans(_LATIN_LIKE)
_LATIN = re.compile("[A-Za-z]")

# Kanji, dashes and what they pose as between katakana.
_POSES_AS = dict(zip("力口二夕卜八一工干于-—―─–", "カロニタトハーエチテーーーーー", strict=True))
_POSERS = re.escape("".join(_POSES_AS))
_KATA = "ァ-ヺー"
_KATAKANA_AND_POSERS = re.compile(rf"[{_KATA}{_POSERS}]+")
_MET = re.compile(rf"[{_KATA}][{_POSERS}]|[{_POSERS}][{_KATA}]")
_TO_KATAKANA = str.maketrans(_POSES_AS)
_WORDS = frozenset(
    (
        "カード メール サービス ユーザー パスワード アカウント セキュリティ セキュリティー ログイン リンク クリック コード ページ データ"
        " メッセージ サポート センター インターネット ネット ネットバンク バンキング スマート スマートフォン タップ ポイント キャンペーン"
        " プレゼント プリペイド ギフト コンビニ ウェブマネー クレジット クレジットカード キャッシュカード キャッシュ ローン ビットコイン"
        " ウォレット アドレス パスコード ワンタイム トークン ロック アクセス アプリ ダウンロード インストール エラー トラブル ウイルス"
        " ニュース キャンセル オーダー ショップ アマゾン メルカリ ヤマト エポス ライフ オリコ セゾン ドコモ ソフトバンク ヤフー フリマ"
        " グループ チャット ライン トーク チーム マネージャー オーナー リーダー パートナー ビジネス プロジェクト スケジュール カレンダー"
        " ファイル フォルダ フォーム フォロー テキスト ロゴ ログ ログアウト ハガキ ハッキング ハッカー ハック トランザクション エントリー"
        " スタート ニックネーム カスタマー カスタマ カウンター カメラ タイムライン オンライン オフライン システム メンテナンス サーバー"
        " サーバ ブラウザ ホームページ トップ メニュー テスト コピー ペースト コメント タクシー コロナ ワクチン チケット チェック チャージ"
        " チャンス チャンネル テレビ テレワーク オフィス ボーナス ローソン ファミリーマート セブン イレブン ペイペイ ドル ユーロ レート"
        " トレード エクスチェンジ バイナンス コイン チェーン カンパニー ディレクター エンジニア アシスタント スタッフ メンバー ナンバー"
        " マイナンバー ポータル ホテル ルーター パソコン モニター データベース アップデート バージョン プラン オプション プロフィール"
    ).split()
)
_LONGEST_WORD = max(map(len, _WORDS))
_STAY = frozenset(
    "入力 出力 能力 協力 努力 電力 動力 重力 体力 学力 実力 権力 圧力 魅力 勢力 火力 水力 風力 人力 全力 有力 主力 戦力 武力 暴力 助力"
    " 労力 視力 聴力 握力 筋力 気力 馬力 引力 強力 怪力 財力 国力 余力 尽力 自力 他力 効力 死力 底力 人口 入口 出口 窓口 蛇口 悪口"
    " 早口 西口 東口 南口 北口 中口 正口 大口 小口 一口 裏口 河口 火口 糸口 間口 戸口 甘口 辛口 七夕 朝夕 今夕 第一 統一 唯一 均一 単一"
    " 大工 加工 人工 施工 着工 商工 竣工 図工 起工 完工 細工 十八 尺八 第二 十二 第八 若干 第一".split()
)
_SMALL_AFTER = "ァィゥェォャュョ"
# Katakana in a word of kanji, by the side from which more katakana would make it another word.
_BACK = {
    "ロ座": "口座",
    "タ方": "夕方",
    "タ刻": "夕刻",
    "エ事": "工事",
    "エ場": "工場",
    "ニ段階": "二段階",
    "ニ重": "二重",
    "ー括": "一括",
}
_BACK |= {
    f"{kanji}{kata}": f"{kanji}{meant}"
    for kanjis, kata, meant in (("窓人入出", "ロ", "口"), ("入出協能努電", "カ", "力"))
    for kanji in kanjis
}
_OPENS = "|".join(wrong for wrong in _BACK if wrong[0] in "ロタエニー")
_CLOSES = "|".join(wrong for wrong in _BACK if wrong[0] not in "ロタエニー")
_WRONG = re.compile(rf"(?<![{_KATA}])(?:{_OPENS})(?!標)|(?:{_CLOSES})(?![{_KATA}])")
_NUMBER_DASH = re.compile("(?<=[0-9])[ー―—─](?=[0-9])")


def unmask(folded: Folded) -> None:
    """Put the letter that is meant in place of the one that poses as it."""
    text = folded.text
    if text.isascii():
        return
    if _LIKE.search(text):
        _latin(folded)
    if _MET.search(text):
        _katakana(folded)
    if _WRONG.search(folded.text):
        _kanji(folded)
    if _NUMBER_DASH.search(folded.text):
        folded.text = _NUMBER_DASH.sub("-", folded.text)


def _changed(folded: Folded, start: int, end: int) -> None:
    first, last = folded.origin(start, end)
    folded.report("homoglyph", first, last, folded.original[first:last][:24])


def _latin(folded: Folded) -> None:
    """Fold words of mixed scripts, and words of lookalikes alone in a text that has no other such letters."""

    def fold(match: re.Match[str]) -> str:
        word = match.group()
        if not _LIKE.search(word):
            return word
        latin = word.translate(_TO_LATIN)
        if not latin.isascii() or len(word) < 3 or (len(_LATIN.findall(word)) < 2 and not _is_fancy(word)):
            return word
        _changed(folded, match.start(), match.end())
        return latin

    folded.text = _WORD.sub(fold, folded.text)


def _is_fancy(word: str) -> bool:
    return all(char in _OTHERS for char in word)


def _katakana(folded: Folded) -> None:
    text = folded.text

    def fold(match: re.Match[str]) -> str:
        token = match.group()
        meant = token.translate(_TO_KATAKANA)
        if meant == token:
            return token
        before = text[match.start() - 1] if match.start() else ""
        real = [char not in _POSES_AS for char in token]
        if not any(real):
            return token
        out = list(token)
        for at, char in enumerate(token):
            if not real[at] and _poses(token, meant, at, before):
                out[at] = _POSES_AS[char]
        changed = "".join(out)
        if any(a != b and a not in "-—―─–" for a, b in zip(token, changed, strict=True)):
            _changed(folded, match.start(), match.end())
        return changed

    folded.text = _KATAKANA_AND_POSERS.sub(fold, text)


def _kanji(folded: Folded) -> None:
    def fold(match: re.Match[str]) -> str:
        _changed(folded, match.start(), match.end())
        return _BACK[match.group()]

    folded.text = _WRONG.sub(fold, folded.text)


def _poses(token: str, meant: str, at: int, before: str) -> bool:
    """Whether the character at this place of a katakana word is meant as katakana."""
    char = token[at]
    if (token[at - 1] if at else before) + char in _STAY:
        return False
    after = token[at + 1 : at + 2]
    if char in "力口二夕卜工" and after and after in _SMALL_AFTER:
        return True
    if char == "力" and after == "ー" and len(token) > at + 2:
        return True
    left = at > 0 and token[at - 1] not in _POSES_AS
    right = bool(after) and after not in _POSES_AS
    if char in "卜夕" and left and (right or not after):
        return True
    return _in_word(meant, at)


def _in_word(meant: str, at: int) -> bool:
    """Whether a known word covers the place; what is left of the katakana beside it must be long enough to be a word."""
    for start in range(max(0, at - _LONGEST_WORD + 1), at + 1):
        if start == 1:
            continue
        for end in range(min(len(meant), start + _LONGEST_WORD), max(at, start + 2), -1):
            if len(meant) - end != 1 and meant[start:end] in _WORDS:
                return True
    return False
