"""What we tell people about a link, in both languages: what is seen and what to do, never how it is weighed."""

from __future__ import annotations

from honnin.model import LinkCheck, LinkLevel, Text
from honnin.model.text import Language

# {ja}/{en} = the brand's name, {host} = the address as people read it, {more} = a second address.
REASONS: dict[str, Text] = {
    "mismatch": Text(
        "文面には「{ja}」とありますが、リンク先（{host}）は{ja}の公式サイトではありません。",
        "The message speaks of {en}, but the link leads to {host}, which is not an official site of {en}.",
    ),
    "brand_subdomain": Text(
        "アドレスの前半に「{ja}」を思わせる言葉がありますが、実際の持ち主は{host}で、{ja}の公式サイトではありません。",
        "The address begins with words that suggest {en}, but it really belongs to {host}, not to {en}.",
    ),
    "brand_registered": Text(
        "アドレスに「{ja}」を思わせる言葉が入っていますが、{ja}の公式サイトとして確認できていません。",
        "The address contains words that suggest {en}, but it is not known to be an official site of {en}.",
    ),
    "lookalike": Text(
        "「{ja}」のアドレスとよく似た、別のアドレスです（{host}）。",
        "This address looks very much like that of {en}, but it is a different one ({host}).",
    ),
    "inner_domain": Text(
        "アドレスの前半に別のサイトの名前が書かれていますが、実際の持ち主は{host}です。",
        "The address begins with the name of another site, but it really belongs to {host}.",
    ),
    "official_path": Text(
        "アドレスの後半は「{ja}」のログインページと同じ形ですが、{ja}のサイトではありません。",
        "The end of the address copies the sign-in page of {en}, but the site is not {en}.",
    ),
    "brand_path": Text(
        "アドレスの後半に「{ja}」を思わせる言葉がありますが、{ja}の公式サイトとして確認できていません。",
        "The end of the address suggests {en}, but the site is not known to be an official one of {en}.",
    ),
    "shown_mismatch": Text(
        "画面に見えているアドレス（{more}）と、実際に開くアドレス（{host}）が違います。",
        "The address you see ({more}) and the one that would open ({host}) are different.",
    ),
    "userinfo": Text(
        "「@」より前は行き先ではありません。実際に開くのは{host}です。",
        "What stands before the “@” is not where it leads. It would open {host}.",
    ),
    "ip_host": Text(
        "サイトの名前ではなく、数字の番号（{host}）で書かれています。会社や公的機関がこう案内することはまずありません。",
        "It is written as a number ({host}) instead of a site's name. Companies and public offices hardly ever do that.",
    ),
    "punycode": Text(
        "ふだん見かけない文字が使われたアドレスです（{host}）。見た目だけで判断しないでください。",
        "The address uses unusual letters ({host}). Please do not go by its looks alone.",
    ),
    "shortener": Text(
        "短縮されたアドレスで、本当の行き先が書かれていません。送り主に元のアドレスを尋ねてください。",
        "It is a shortened address that does not show where it leads. Please ask the sender for the full one.",
    ),
    "hosting": Text(
        "だれでもすぐに作れる場所（{more}）に置かれたページです。",
        "The page lives in a place where anyone can put one up at once ({more}).",
    ),
    "port": Text(
        "アドレスの途中に、ふつうは書かない番号（:{more}）が付いています。",
        "The address carries a number that is not usually written (:{more}).",
    ),
    "random_label": Text(
        "意味のない文字の並びが使われたアドレスです。",
        "The address is made of letters that mean nothing.",
    ),
    "many_hyphens": Text(
        "言葉を「-」でいくつもつないだアドレスです。公式サイトではあまり使われません。",
        "The address strings many words together with hyphens, which official sites rarely do.",
    ),
    "login_words": Text(
        "「ログイン」「確認」などを思わせる言葉がアドレスに入っています。会社名の代わりにはなりません。",
        "The address contains words such as “login” or “verify”. They say nothing about who is behind it.",
    ),
    "suffix_hint": Text(
        "末尾が「.{more}」のアドレスは、なりすましにも使われています。",
        "Addresses ending in “.{more}” are also used for impersonation.",
    ),
    "shape": Text(
        "使い捨てのアドレスによく似た形をしています。",
        "The address looks like those that are made to be thrown away.",
    ),
    "wrapped": Text(
        "別のサイト（{more}）を経由して、{host}を開くリンクです。",
        "The link goes through another site ({more}) and then opens {host}.",
    ),
    "unreadable": Text(
        "リンクとして読み取れませんでした。開かずに、公式アプリやご自分のブックマークからお進みください。",
        "This could not be read as a link. Please do not open it; use the official app or your own bookmark.",
    ),
    "internal": Text(
        "社内や手元の機器を指すアドレスです。",
        "The address points into your own network.",
    ),
    "own_domain": Text(
        "あなたの組織が登録しているアドレスです。",
        "The address is one your organisation has registered.",
    ),
    "official": Text(
        "「{ja}」の公式サイトのアドレスです。",
        "The address belongs to the official site of {en}.",
    ),
    "government": Text(
        "国や自治体だけが使えるアドレスです。",
        "Only public offices of Japan can use addresses like this.",
    ),
    "popular": Text(
        "広く知られたサイトのアドレスです。ページの中身までは確かめていません。",
        "The address is that of a widely known site. What the page says has not been checked.",
    ),
}

_NOTHING = Text(
    "気になる点は見つかりませんでした。送り主に心当たりがないときは、開く前に別の方法で確かめてください。",
    "Nothing odd was found. If you do not know the sender, please confirm another way before opening it.",
)
_INSTEAD = Text("正しい窓口はこちらです: {official}", "The real address is: {official}")


def reason_text(reason: str, *, ja: str = "", en: str = "", host: str = "", more: str = "") -> Text:
    """The sentence of one reason with its names filled in."""
    text = REASONS[reason]
    return Text(text.ja.format(ja=ja, en=en, host=host, more=more), text.en.format(ja=ja, en=en, host=host, more=more))


def summary(check: LinkCheck, language: Language = "ja") -> str:
    """One line for people: the weightiest reason, and the address to use instead where a brand is claimed."""
    first = check.reasons[0].text if check.reasons else _NOTHING
    line = first.in_language(language)
    if check.official and check.level in {LinkLevel.DANGER, LinkLevel.SUSPICIOUS}:
        gap = " " if language == "en" else ""
        line = f"{line}{gap}{_INSTEAD.in_language(language).format(official=check.official)}"
    return line
