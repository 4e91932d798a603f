"""How fast a message, a conversation and the command line are screened, on one core and warm, against the bars asked for."""

import gc
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime

from honnin.app.demo import Demo
from honnin.bootstrap import engine, now
from honnin.identity import Directory
from honnin.model import Account, Channel, Event, Kind, Relationship, Turn

ORDINARY = """
お疲れ様です。先週の議事録を共有フォルダに置きました。お時間のあるときにご確認ください。
本日の定例は15時から5階の会議室に変更になりました。よろしくお願いします。
見積書ありがとうございます。社内で確認のうえ、明日中にお返事します。
すみません、電車が遅れているので10分ほど遅れます。先に始めていてください。
来月の出張ですが、新幹線は各自で手配をお願いします。領収書は総務へ提出してください。
請求書を受け取りました。お支払いは月末締めの翌月末で手続きします。
昨日のデプロイで検索が遅くなっているようです。ログを見て原因を調べています。
お客様から納期の問い合わせがありました。在庫はあと何個ありますか。
お昼、駅前の新しい蕎麦屋に行きませんか。12時に受付で待っています。
パスワードの有効期限が近い方は、社内ポータルから変更してください。リンクはいつもの場所です。
Morning! The samples arrived today and look great. Could we move our call to Thursday at four?
I pushed a fix for the flaky test, could you have a look when you get a minute?
Thanks for the invoice. We will pay it with the next run at the end of the month.
Lunch is in the kitchen, please help yourself. The vegetarian boxes are on the left.
Running ten minutes late, the train is stuck again. Please start without me.
Can you share the slides from yesterday? I would like to reuse the chart on page six.
The customer asks whether we can deliver two weeks earlier. What does the plan say?
Reminder: please submit your travel expenses by Friday. Receipts go to the front desk.
I will be out of office next week. For anything urgent please write to the team address.
""".strip().splitlines()

FRAUD = """
社長の三田村です。いま社内にいますか。急ぎで頼みたいことがあります。
新しい案件のためLINEグループを作成してください。作成したらQRコードを送ってください。
本日15時までに下記の口座へ480万円を振り込んでください。テスト銀行(9999) 中央支店 普通 0001234 ヤマモト タロウ
【テスト銀行】口座のご利用を一時停止しました。こちらから本人確認をお願いします。https://test-bank-login.example.invalid/verify
お荷物をお届けしましたが不在のため持ち帰りました。ご確認ください。http://delivery-9999.example.invalid/
新しい業務用アカウントです。承認をお願いします。今後はこちらへ連絡してください。
Are you at your desk? I am in a meeting and cannot take calls. I need a quick favour.
Please buy five gift cards for a client and send me photos of the codes. Keep this between us.
Your mailbox is almost full. Log in within 24 hours to keep your account: http://mail-quota.example.invalid/login
We noticed an unusual sign-in. Verify your account at https://secure-check.example.invalid/ or it will be closed.
Our bank details have changed. Please send this month's payment to the new account below, it is urgent.
""".strip().splitlines()

SENDER = Account(platform="chatwork", account_id="7770001", name="三田村 一郎", organization="株式会社テスト商会")
ACCOUNTS, ROUNDS = 20, 2
ONE_IN_TEN = [
    text for n in range(len(FRAUD)) for text in (*(ORDINARY[(9 * n + m) % len(ORDINARY)] for m in range(9)), FRAUD[n])
]
"""A stream of messages in which one in ten is fraud; real streams hold far less, and ordinary messages cost less."""


def main() -> None:
    ready, demo = engine(), Demo.load()
    people = Directory(demo.people())
    at = now()
    messages, frauds = stream(ONE_IN_TEN, at), stream(FRAUD, at)
    talk = Event(
        "c",
        Kind.CONVERSATION,
        Channel.CHAT,
        sender=SENDER,
        sent_at=at,
        turns=tuple(Turn(text, "sender") for text in (*ORDINARY[3:8], *FRAUD[:5])),
    )
    rows = []
    for event in [*messages, *frauds, talk]:
        ready.screen(event, directory=people)
    gc.collect()
    times = timed(lambda event: ready.screen(event, directory=people), messages * ROUNDS)
    rows += [("chat messages a second", len(times) / sum(times), ">=", 3000)]
    slow = timed(lambda event: ready.screen(event, directory=people), frauds * ROUNDS)
    rows += [("fraudulent chat messages a second", len(slow) / sum(slow), "", None)]
    rows += [("chat message, median, ms", percentile(times, 50) * 1000, "", None)]
    rows += [("chat message, p99, ms", percentile(times, 99) * 1000, "<=", 2)]
    times = timed(lambda event: ready.screen(event, directory=people), [talk] * 100)
    rows += [("10-turn conversation, median, ms", percentile(times, 50) * 1000, "<=", 5)]
    rows += [("10-turn conversation, p99, ms", percentile(times, 99) * 1000, "", None)]
    big = replace(messages[0], text=" ".join(ONE_IN_TEN) * 150)
    rows += [(f"message of {len(big.text.encode()) / 1e6:.1f} MB, s", timed(ready.screen, [big])[0], "<=", 10)]
    long = replace(talk, turns=tuple(Turn(ONE_IN_TEN[n % len(ONE_IN_TEN)], "sender") for n in range(10_000)))
    rows += [("10,000 turns, s", timed(ready.screen, [long])[0], "<=", 10)]
    rows += [("memory, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "<=", 400)]
    rows += [("command line, start to first verdict, s", min(first_verdict() for _ in range(3)), "<=", 1.5)]
    for name, value, sign, bar in rows:
        met = "" if bar is None else "met" if (value >= bar if sign == ">=" else value <= bar) else "NOT MET"
        print(f"{name:<42}{value:>12,.2f}   {f'{sign} {bar:,}' if bar is not None else '':<10} {met}")


def stream(texts: list[str], at: datetime) -> list[Event]:
    """Each text from many accounts that came lately."""
    return [
        Event(
            f"m-{person}-{number}",
            channel=Channel.CHAT,
            text=text,
            sender=replace(SENDER, account_id=str(7_770_000 + person)),
            sent_at=at,
            relationship=Relationship(first_seen=at, messages=3),
        )
        for person in range(ACCOUNTS)
        for number, text in enumerate(texts)
    ]


def timed(run, events) -> list[float]:
    """Seconds of one core for each event; time in which the machine did something else does not count."""
    times = []
    for event in events:
        start = time.process_time()
        run(event)
        times.append(time.process_time() - start)
    return times


def percentile(times: list[float], share: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * share // 100)]


def first_verdict() -> float:
    """Seconds from starting the command to its first line, while its input stays open."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "honnin", "screen", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(json.dumps({"id": "first", "text": FRAUD[2]}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == "first"
        took = time.perf_counter() - start
        process.stdin.close()
    return took


if __name__ == "__main__":
    main()
