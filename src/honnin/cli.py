"""The command line. Each command reads, asks a use case, and prints; what is heavy is imported by the command that needs it."""

# ruff: noqa: PLC0415 - what a command does not need is not imported, so that every command starts at once
from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

import click

from honnin import __version__
from honnin.errors import BadInputError, HonninError
from honnin.model import Event, Text, Verdict

if TYPE_CHECKING:
    from honnin.app.copies import CopyKeeper
    from honnin.app.indicators import IndicatorKeeper
    from honnin.app.jsonl import Answer
    from honnin.app.locker import Locker
    from honnin.app.reports import ReportDesk
    from honnin.copies import Memory
    from honnin.identity import Directory
    from honnin.rules import Pack
    from honnin.screening import Engine
    from honnin.settings import Settings
    from honnin.store import Database

Read = Callable[[int], bytes]

COMMAND_LINE = "command line"
"""Who did it, in the record, where it was done from here."""

LANG = click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="Language of the answer."
)
PACK = click.option(
    "--pack",
    "pack_dir",
    type=click.Path(exists=True, file_okay=True, path_type=str),
    envvar="HONNIN_PACK_DIR",
    help="Your own rules, beside the shipped ones.",
)
SECOND_OPINION = click.option(
    "--second-opinion",
    is_flag=True,
    help="Also ask the endpoint of HONNIN_SECOND_OPINION_URL, with names and numbers masked.",
)
CORPUS = click.option(
    "--corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("../shared/corpus"),
    show_default=True,
    help="Folder of the labelled messages.",
)
TRAINING = click.option(
    "--training",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("training"),
    show_default=True,
    help="Folder of the messages written for training.",
)


class Group(click.Group):
    """Commands in the order in which they are written, with errors told in both languages instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadInputError as error:
            for mistake in error.mistakes:
                click.echo(str(mistake), err=True)
            ctx.exit(1)
        except HonninError as error:
            click.echo(f"{error.text.ja}\n{error.text.en}", err=True)
            ctx.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="honnin")
def main() -> None:
    """Is it really them? A guard against impersonation fraud in chat, mail and SMS.

    本人からの連絡かどうかを確かめる手助けをします。
    """


@main.command()
@click.argument("file", default="-")
@click.option(
    "--format", "form", type=click.Choice(["jsonl"]), default="jsonl", show_default=True, help="One event a line."
)
@click.option("--public", is_flag=True, help="Leave out what outsiders may not see: scores, rule ids, the pack.")
@click.option("--directory", "directory_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="CSV of people to use instead of those who were imported.")  # fmt: skip
@SECOND_OPINION
@PACK
@click.pass_context
def screen(
    ctx: click.Context,
    file: str,
    form: str,
    *,
    public: bool,
    directory_file: Path | None,
    second_opinion: bool,
    pack_dir: str | None,
) -> None:
    """Screen events: one a line in, one verdict a line out, in order.

    1行に1件の連絡を読み、1行に1件の判定を書きます。FILE は - で標準入力です。

    A line that cannot be read gets an error in its place; the rest is screened, and the exit status is 1.
    """
    del form  # there is one so far
    from honnin.app.jsonl import screen_lines
    from honnin.bootstrap import engine

    ready = engine(pack_dir or "")
    people, memory = _installed(directory_file, ready.pack)
    screen_one = _screener(ready, people, memory, second_opinion=second_opinion)
    with _opened(file) as read:
        failed = _write(screen_lines(read, screen_one, public=public))
    ctx.exit(1 if failed else 0)


@main.command()
@click.argument("text")
@click.option("--subject", default="", help="Subject, where it is a mail.")
@click.option("--sender", default="", help="Display name of the account it came from.")
@SECOND_OPINION
@LANG
@PACK
def check(text: str, subject: str, sender: str, *, second_opinion: bool, lang: str, pack_dir: str | None) -> None:
    """Screen one message and answer in sentences. TEXT may be - for standard input.

    メッセージを1つ調べ、理由と次にすることを文章で答えます。
    """
    from honnin.app.contract import event_from_json
    from honnin.app.report import describe
    from honnin.bootstrap import engine

    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    event = event_from_json(
        {"id": "check", "text": text, "subject": subject, "sender": {"name": sender} if sender else None}
    )
    ready = engine(pack_dir or "")
    people, memory = _installed(None, ready.pack)
    verdict = _screener(ready, people, memory, second_opinion=second_opinion)(event)
    click.echo(describe(verdict, "en" if lang == "en" else "ja"))
    if second_opinion and verdict.second_opinion is None:
        click.echo(
            "この結果については、二つめの読み取りに尋ねていません。 / Nobody else was asked about this.", err=True
        )


@main.group(cls=Group)
def link() -> None:
    """Examine links without opening them. リンクを開かずに調べます。"""


@link.command("check")
@click.argument("file", default="-")
@click.option(
    "--format", "form", type=click.Choice(["csv"]), default="csv", show_default=True, help="With a column url."
)
@click.pass_context
def link_check(ctx: click.Context, file: str, form: str) -> None:
    """Judge the links of a CSV: writes url,level,score,reason."""
    del form
    from honnin.app.bulk import check_links
    from honnin.links import Links

    with _opened(file) as read:
        failed = _write(check_links(read, Links().check))
    ctx.exit(1 if failed else 0)


@main.group(cls=Group)
def identity() -> None:
    """Compare claims with real people. 名乗りと本人を比べます。"""


@identity.command("match")
@click.argument("file", default="-")
@click.option(
    "--format", "form", type=click.Choice(["jsonl"]), default="jsonl", show_default=True, help="One pair a line."
)
@click.pass_context
def identity_match(ctx: click.Context, file: str, form: str) -> None:
    """Compare pairs of a claimed profile and a person: writes id, score, same and the features."""
    del form
    from honnin.app.bulk import match_claims

    with _opened(file) as read:
        failed = _write(match_claims(read))
    ctx.exit(1 if failed else 0)


@main.group("import", cls=Group)
def import_() -> None:
    """Bring in what you know already. 名簿や過去のやり取りを取り込みます。"""


@import_.command("directory")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_directory(file: Path) -> None:
    """Import people and their verified accounts from a CSV (UTF-8 or CP932).

    With a mistake in the file nothing is imported, and every mistake is named with its line.
    """
    from honnin.app.directory_csv import read_people
    from honnin.bootstrap import database, settings
    from honnin.store import SqlDirectoryStore

    people = read_people(file.read_bytes(), file=str(file))
    with database(settings().database_url) as kept:
        count = SqlDirectoryStore(kept).upsert(people)
    click.echo(f"{count}人を取り込みました。 / {count} people imported.")


@import_.command("history")
@click.argument("file")
@click.pass_context
def import_history(ctx: click.Context, file: str) -> None:
    """Count past messages: who has written to whom, since when, how often. Texts are not used.

    CSV with the columns platform,account,other,sent_at, or JSON with these keys, one message a line. The same file again
    goes on where the last import ended and counts nothing twice.
    """
    from honnin.app.history import import_history as run
    from honnin.bootstrap import database, now, settings
    from honnin.store import SqlConversationStore, SqlRelationshipStore

    with database(settings().database_url) as kept, _opened(file, bar=True) as read:
        source = "-" if file == "-" else str(Path(file).resolve())
        report = run(
            read,
            source=source,
            relationships=SqlRelationshipStore(kept),
            marks=SqlConversationStore(kept),
            now=now(),
        )
    for mistake in report.mistakes:
        click.echo(str(mistake), err=True)
    click.echo(
        f"{report.messages}件を数えました（取込済み {report.skipped}行、読めない行 {report.wrong}）。 / "
        f"{report.messages} messages counted ({report.skipped} lines known already, {report.wrong} unreadable)."
    )
    ctx.exit(1 if report.wrong else 0)


@main.group(cls=Group)
def copies() -> None:
    """Fraud that was confirmed here, known again by its words. 確認した詐欺を、文面で見分けます。"""


@copies.command("list")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="50 a page, newest first.")
def copies_list(page: int) -> None:
    """List what is remembered: id, until when, how often seen again, tactic, and where it is from."""
    with _keeper() as keeper:
        found = keeper.page(page)
    for one in found.items:
        origin = one.origin or one.remembered_by
        click.echo(f"{one.id}  {one.expires_at:%Y-%m-%d}  {one.sightings:>5}  {one.tactic or '-'}  {origin}")
    click.echo(f"{found.total}件を覚えています。 / {found.total} remembered.", err=True)


@copies.command("export")
@click.option("--all", "everything", is_flag=True, help="Those that were imported, too.")
def copies_export(*, everything: bool) -> None:
    """Write the fingerprints for another site, one a line: no words, no people, no events.

    ほかの会社や団体と分け合うための行を書き出します。文面は含みません。
    """
    with _keeper() as keeper:
        for line in keeper.export(everything=everything):
            sys.stdout.buffer.write(line)


@copies.command("import")
@click.argument("file")
@click.option("--from", "origin", default="", help="Who it is from; all of it can be forgotten by this name.")
@click.pass_context
def copies_import(ctx: click.Context, file: str, origin: str) -> None:
    """Take in what another site has exported. Lines that cannot be read are named, the others are taken."""
    with _keeper() as keeper, _opened(file, bar=True) as read:
        name = origin or ("" if file == "-" else Path(file).stem)
        report = keeper.import_lines(read, by=COMMAND_LINE, origin=name)
    for mistake in report.mistakes:
        click.echo(str(mistake), err=True)
    click.echo(
        f"{report.new}件を新しく覚えました（取込済み {report.known}件、読めない行 {report.refused}）。 / "
        f"{report.new} newly remembered ({report.known} known already, {report.refused} lines refused)."
    )
    ctx.exit(1 if report.refused else 0)


@copies.command("forget")
@click.argument("ids", nargs=-1)
@click.option("--from", "origin", default="", help="Forget all that was imported under this name.")
def copies_forget(ids: tuple[str, ...], origin: str) -> None:
    """Forget some of what is remembered, by IDS as they are listed."""
    if not ids and not origin:
        raise click.UsageError("Name what to forget: IDS, or --from NAME.")
    with _keeper() as keeper:
        count = sum(keeper.forget(each) for each in ids) + (keeper.forget_origin(origin) if origin else 0)
    click.echo(f"{count}件を忘れました。 / {count} forgotten.")


@contextmanager
def _keeper() -> Iterator[CopyKeeper]:
    from honnin.bootstrap import copy_keeper, database, settings
    from honnin.rules import shipped_pack

    given = settings()
    with database(given.database_url) as kept:
        yield copy_keeper(given, kept, shipped_pack())


@main.group(cls=Group)
def evidence() -> None:
    """Keep, export and verify evidence. 証拠を保全し、書き出し、確かめます。"""


FOLDER = click.argument("folder")
REASON = click.option("--reason", prompt="理由 / reason", help="Why; it is written into the log.")


@evidence.command("list")
@click.argument("folder", default="")
def evidence_list(folder: str) -> None:
    """List the evidence of FOLDER (such as case/2026-0001), or all folders."""
    with _locker("evidence.read", folder) as locker:
        if not folder:
            for kept in locker.store.kept_folders():
                click.echo(f"{kept.folder}\t{kept.items}\t{kept.last.isoformat(timespec='seconds')}")
            return
        for item in locker.items(folder):
            name = "".join(char if char.isprintable() else "?" for char in item.file_name)
            click.echo(
                f"{item.id}\t{item.kind}\t{item.captured_at.isoformat(timespec='seconds')}\t{item.sha256}\t{name}"
            )
        for hold in locker.holds(folder):
            click.echo(f"hold {hold.id}\t{hold.folder}\t{hold.reason}")


@evidence.command("export")
@FOLDER
@click.option(
    "--for",
    "recipient",
    type=click.Choice(["police", "bank", "consumer", "lawyer"]),
    required=True,
    help="Who gets it; what they ask first comes first.",
)
@click.option("--to", default="", help="Name and office of who receives it.")
@click.option("--purpose", default="", help="What for; it is written into the log.")
@click.option(
    "--into", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(), help="Folder to write to."
)
def evidence_export(folder: str, recipient: str, to: str, purpose: str, into: Path) -> None:
    """Write a bundle of all evidence of FOLDER that anyone can verify, and print its name."""
    from honnin.app.case_summary import plain_summary
    from honnin.app.locker import Wish
    from honnin.app.readable import make_readable
    from honnin.bootstrap import locker as locker_of
    from honnin.bootstrap import summaries
    from honnin.evidence.summary import Recipient
    from honnin.store.files import write_whole

    with _site_for("evidence.export", f"evidence:{folder}") as (given, kept):
        locker = locker_of(given, kept)
        make_readable(locker, folder, by=COMMAND_LINE)
        summary = summaries(kept).summary(folder) or plain_summary(folder, locker.items(folder))
        made = locker.export(folder, summary, Wish(Recipient(recipient), purpose, to), by=COMMAND_LINE)
        write_whole(into / made.name, made.pieces())
        if made.note is not None:
            click.echo(f"{made.note.ja}\n{made.note.en}", err=True)
        click.echo(str(into / made.name))


@evidence.command("verify")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False), help="The issuer's public key (PEM).")
@click.option("--tsa-roots", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Certificates (PEM) that the timestamp has to lead to.")  # fmt: skip
@click.pass_context
def evidence_verify(ctx: click.Context, bundle: Path, key: str | None, tsa_roots: Path | None) -> None:
    """Verify a bundle (ZIP or folder), and name each thing that does not fit. It needs no database.

    The exit status is 0 where all fits and --key is the signer's, 1 where something does not fit, 2 without --key.
    """
    from honnin.evidence.verifier import main as verify

    status = verify([*(["--key", key] if key else []), str(bundle)])
    if tsa_roots is not None:
        from honnin.connectors.timestamps import stamped_bundle

        at = stamped_bundle(bundle, tsa_roots.read_bytes())
        if at is None:
            click.echo("タイムスタンプがないか、指定した証明書のものではありません。")
            click.echo("There is no timestamp, or it does not lead to these certificates.")
            status = 1
        else:
            when = at.isoformat(timespec="seconds")
            click.echo(f"タイムスタンプ：{when} にはこの内容でした。 / Timestamp: it was like this at {when}.")
    ctx.exit(status)


@evidence.command("head")
@click.option("--timestamp", is_flag=True, help="Have it stamped by the authority of HONNIN_TIMESTAMP_URL.")
@click.option("--since", type=click.File("rb"), help="A head that was printed before; prove that the log only grew.")
@click.pass_context
def evidence_head(ctx: click.Context, *, timestamp: bool, since: IO[bytes] | None) -> None:
    """Print the signed head of the log. Keep it outside of this machine: in a mail, or on paper."""
    from honnin.app.heads import only_grew, read_head, written_head

    with _locker("evidence.read", "log") as locker:
        head, stamp = locker.publish_head(stamp=timestamp)
        click.echo(written_head(head, stamp))
        if since is None:
            return
        old = read_head(since.read())
        fits = only_grew(locker, old, head)
        click.echo(
            f"{old.head.size}件のときの先頭値から、記録は追記だけで続いています。 / "
            f"Since {old.head.size} entries the log has only grown."
            if fits
            else "その先頭値の後で、記録が書き換えられています。 / The log was rewritten after that head.",
            err=True,
        )
        ctx.exit(0 if fits else 1)


@evidence.command("key")
def evidence_key() -> None:
    """Print the public key with which bundles are verified; give it to those who receive them."""
    with _locker("evidence.read", "key") as locker:
        click.echo(locker.key.pem.decode(), nl=False)
        click.echo(f"指紋 / fingerprint: {locker.key.fingerprint}", err=True)


@evidence.command("hold")
@FOLDER
@REASON
def evidence_hold(folder: str, reason: str) -> None:
    """Keep the evidence of FOLDER whatever its time is; prints the hold's id."""
    with _locker("evidence.hold", folder) as locker:
        click.echo(locker.hold(folder, reason=reason, by=COMMAND_LINE).id)


@evidence.command("release")
@click.argument("hold_id")
@REASON
def evidence_release(hold_id: str, reason: str) -> None:
    """End a hold."""
    with _locker("evidence.hold", hold_id) as locker:
        locker.release(hold_id, reason=reason, by=COMMAND_LINE)


@evidence.command("due")
def evidence_due() -> None:
    """List the folders whose time is over and that nobody holds."""
    with _locker("evidence.read", "due") as locker:
        for kept in locker.due():
            click.echo(f"{kept.folder}\t{kept.items}\t{kept.last.isoformat(timespec='seconds')}")


@evidence.command("erase")
@FOLDER
@REASON
def evidence_erase(folder: str, reason: str) -> None:
    """Erase the evidence of FOLDER whose time is over; that it was there stays in the log."""
    with _locker("evidence.hold", folder) as locker:
        count = locker.erase(folder, reason=reason, by=COMMAND_LINE)
        click.echo(f"{count}点を消去しました。 / {count} items were erased.")


@contextmanager
def _site_for(right: str, thing: str) -> Iterator[tuple[Settings, Database]]:
    """The site's settings and database; that somebody reached for them at the command line is in the record."""
    from honnin.app.access import Access, Actor, Right
    from honnin.bootstrap import database, now, settings
    from honnin.store import SqlAuditStore

    given = settings()
    with database(given.database_url) as kept:
        Access(SqlAuditStore(kept), now).permit(Actor.system(COMMAND_LINE), Right(right), thing)
        yield given, kept


@contextmanager
def _locker(right: str, thing: str) -> Iterator[Locker]:
    """The evidence locker over the site's database."""
    from honnin.bootstrap import locker

    with _site_for(right, f"evidence:{thing}") as (given, kept):
        yield locker(given, kept)


@main.group(cls=Group)
def indicators() -> None:
    """Clues that were reported, shared with others. 通報された手がかりを、ほかと分け合います。"""


@indicators.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["stix", "misp", "taxii"]),
    default="stix",
    show_default=True,
    help="STIX 2.1, MISP, or the files of a TAXII collection as a ZIP.",
)
@click.option(
    "--tlp",
    type=click.Choice(["clear", "green", "amber", "amber+strict", "red"]),
    default="amber",
    show_default=True,
    help="The circle that may have them.",
)
@click.option("--all", "everything", is_flag=True, help="What others shared and allow to be passed on, too.")
def indicators_export(form: str, tlp: str, *, everything: bool) -> None:
    """Write what may leave for others: reported, unconfirmed, nothing of people, cases or criteria.

    外へ出してよいものだけを書き出します。人、案件、見分ける条件は含みません。
    """
    from honnin.app.indicators import Form
    from honnin.sharing.indicator import Tlp

    with _indicators("indicators.export", f"indicators:{form}:{tlp}") as keeper:
        found = keeper.export(Form(form), widest=Tlp(tlp), everything=everything)
    sys.stdout.buffer.write(found.content)
    click.echo(f"{found.count}件を書き出しました。 / {found.count} written.", err=True)


@indicators.command("import")
@click.argument("file")
@click.option("--from", "origin", default="", help="Who it is from; all of it can be forgotten by this name.")
@click.pass_context
def indicators_import(ctx: click.Context, file: str, origin: str) -> None:
    """Take in what another shared as STIX or MISP. What cannot be read is named by object and field, the rest is taken."""
    from honnin.app.indicators import LARGEST_FILE

    name = origin or ("" if file == "-" else Path(file).stem)
    with _indicators("indicators.change", f"indicators:{name}") as keeper, _opened(file) as read:
        report = keeper.import_file(_all_of(read, LARGEST_FILE + 1), by=COMMAND_LINE, origin=name)
    for mistake in report.mistakes:
        click.echo(str(mistake), err=True)
    click.echo(
        f"新しく{report.new}件、更新{report.renewed}件、変わらない{report.known}件、取り込めない{report.refused}件。 / "
        f"{report.new} new, {report.renewed} renewed, {report.known} unchanged, {report.refused} refused."
    )
    ctx.exit(1 if report.refused else 0)


def _all_of(read: Read, most: int) -> bytes:
    """Read to the end, but no more than so much."""
    parts, size = [], 0
    while size < most and (part := read(min(1 << 20, most - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


@contextmanager
def _indicators(right: str, thing: str) -> Iterator[IndicatorKeeper]:
    """The indicators of the site."""
    from honnin.bootstrap import indicator_keeper

    with _site_for(right, thing) as (given, kept):
        yield indicator_keeper(given, kept)


@main.group(cls=Group)
def cooperation() -> None:
    """Requests for records by investigators and others. 捜査機関などからの照会。"""


@cooperation.command("expire")
def cooperation_expire() -> None:
    """Erase requests whose time of keeping is over and that nobody holds; only counts are left."""
    from honnin.app.access import Access, Actor
    from honnin.bootstrap import cooperation_desk, database, now, settings
    from honnin.store import SqlAuditStore

    given = settings()
    with database(given.database_url) as kept:
        desk = cooperation_desk(given, kept, Access(SqlAuditStore(kept), now))
        count = desk.erase_due(Actor.system(COMMAND_LINE))
    click.echo(f"{count}件の記録を消しました。 / {count} requests erased.")


@main.group(cls=Group)
def report() -> None:
    """Copies, and the forgetting, of what reporters told us. 通報した人の情報を写し、消します。"""


@report.command("export")
@click.argument("number")
def report_export(number: str) -> None:
    """Write everything that the report NUMBER holds, as JSON, for the person who asks for their data."""
    from honnin.app.receipts import typed_number
    from honnin.app.reports import exported

    with _report_desk("reports.read", number) as desk:
        found = desk.store.get(typed_number(number))
        if found is None:
            raise HonninError(Text("その受付番号の通報はありません。", "There is no report of that number."))
        click.echo(json.dumps(exported(found), ensure_ascii=False, indent=2).encode("utf-8", "replace"))


@report.command("erase")
@click.argument("number")
def report_erase(number: str) -> None:
    """Forget whom to write to about the report NUMBER, unless its evidence is on hold."""
    from honnin.app.receipts import typed_number

    with _report_desk("reports.answer", number) as desk:
        if not desk.erase_contact(typed_number(number)):
            raise HonninError(
                Text(
                    "消す連絡先がないか、証拠が保全中（ホールド）です。",
                    "There is no contact to erase, or the evidence is on hold.",
                )
            )
        click.echo("連絡先を消しました。 / The contact was erased.")


@report.command("tidy")
def report_tidy() -> None:
    """Forget whom to write to where reports were closed long ago (HONNIN_REPORT_CONTACT_DAYS). Let it run every day."""
    with _report_desk("reports.answer", "tidy") as desk:
        count = desk.tidy()
        click.echo(f"{count}件の連絡先を消しました。 / {count} contacts were erased.")


@contextmanager
def _report_desk(right: str, number: str) -> Iterator[ReportDesk]:
    """The report desk over the site's database."""
    from honnin.bootstrap import report_desk

    with _site_for(right, f"report:{number}") as (given, kept):
        yield report_desk(given, kept)


@main.group(cls=Group)
def rules() -> None:
    """Write and try rules. ルールを確かめます。"""


@rules.command("lint")
@click.argument("packs", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def rules_lint(ctx: click.Context, packs: tuple[Path, ...]) -> None:
    """Name all mistakes in rules at once, with file and line. PACKS stand beside the shipped rules."""
    from importlib.resources import files

    from honnin.rules import lint

    named = packs or ((Path(os.environ["HONNIN_PACK_DIR"]),) if os.environ.get("HONNIN_PACK_DIR") else ())
    mistakes = lint([files("honnin.rules") / "packs" / "shipped", *named])
    for mistake in mistakes:
        click.echo(str(mistake))
    click.echo(
        f"直すところが{len(mistakes)}か所あります。 / {len(mistakes)} mistakes."
        if mistakes
        else "書き間違いは見つかりませんでした。 / No mistakes found."
    )
    ctx.exit(1 if mistakes else 0)


@rules.command("test")
@PACK
@click.pass_context
def rules_test(ctx: click.Context, pack_dir: str | None) -> None:
    """Run the examples that stand beside the rules."""
    from honnin.app.trial import run_examples
    from honnin.bootstrap import engine

    ready = engine(pack_dir or "")
    failures = run_examples(ready, ready.pack)
    for failure in failures:
        click.echo(str(failure))
    tried = [rule for rule in ready.pack.rules if rule.state.is_evaluated]
    examples = sum(len(rule.fires_on) + len(rule.silent_on) for rule in tried)
    click.echo(
        f"{len(tried)}個のルールの例{examples}件のうち、{len(failures)}件が食い違いました。 / "
        f"{len(failures)} of {examples} examples of {len(tried)} rules failed."
    )
    ctx.exit(1 if failures else 0)


@rules.command("backtest")
@click.argument("files", nargs=-1, required=True)
@PACK
@click.pass_context
def rules_backtest(ctx: click.Context, files: tuple[str, ...], pack_dir: str | None) -> None:
    """Show what the rules would have said about past events (FILES of one JSON event a line)."""
    from honnin.app.trial import Backtest, backtest
    from honnin.bootstrap import engine

    ready, report = engine(pack_dir or ""), Backtest()
    for file in files:
        with _opened(file, bar=True) as read:
            backtest(ready, read, report)
    click.echo(f"{'events':>8}  rule")
    for count in sorted(report.rules.values(), key=lambda count: (-count.events, count.rule)):
        click.echo(f"{count.events:>8}  {count.rule} ({count.state.value}) {' '.join(count.first)}".rstrip())
    levels = ", ".join(f"{level} {report.levels[level]}" for level in ("ok", "notice", "caution", "danger"))
    click.echo(f"{report.events:>8}  {levels}; {report.unreadable} unreadable")
    ctx.exit(1 if report.unreadable else 0)


@main.command("eval")
@CORPUS
@TRAINING
@click.option(
    "--papers",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("probe"),
    show_default=True,
    help="Folder of the rows written to be judged only.",
)
@click.option("--every-source", is_flag=True, help="Show sources with few rows too.")
@click.option("--parts", is_flag=True, help="Show what each part of the product finds by itself instead.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write the reliability plot (SVG) here.")
def eval_(corpus: Path, training: Path, papers: Path, *, every_source: bool, parts: bool, plot: Path | None) -> None:
    """Measure recall and false alerts on labelled messages, each source judged by weights fitted without it.

    ラベルの付いた文面で、見つけた割合と誤った警告の割合を測ります。
    """
    if parts:
        click.echo(_learning().main_parts(corpus, training, papers, _note))
    else:
        click.echo(_learning().main_eval(corpus, training, papers, _note, every_source=every_source, picture=plot))


@main.command()
@CORPUS
@TRAINING
def fit(corpus: Path, training: Path) -> None:
    """Fit the weights again, and write them into the package's data files. 重みを求め直します。"""
    for path in _learning().main_fit(corpus, training, _note, today=datetime.now(UTC).date()):
        click.echo(path)


def _learning() -> ModuleType:
    """The measuring and fitting parts, which need the libraries of the "fit" extra."""
    try:
        from honnin.learning import run
    except ModuleNotFoundError as missing:
        raise HonninError(
            Text(
                f"{missing.name} がありません。pip install 'honnin[fit]' を実行してください。",
                f"{missing.name} is not installed. Run: pip install 'honnin[fit]'",
            )
        ) from missing
    return run


def _note(progress: str) -> None:
    """Say on the error stream how far a long work is, over the line before where someone watches."""
    click.echo(f"\r\033[K{progress}" if sys.stderr.isatty() else progress, err=True, nl=not sys.stderr.isatty())


@main.command()
@click.option("--host", help="Address to listen on.  [default: HONNIN_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on.  [default: HONNIN_PORT or 8700]")
@click.option(
    "--demo", is_flag=True, help="An invented company under attack, in a database that is thrown away afterwards."
)
def serve(host: str | None, port: int | None, *, demo: bool) -> None:
    """Serve the check page, the staff pages and the HTTP API.

    確認ページ、担当者の画面、HTTP API を開きます。
    """
    from honnin import bootstrap

    given = bootstrap.settings()
    given = replace(given, host=host or given.host, port=port or given.port)
    with contextlib.suppress(KeyboardInterrupt):
        bootstrap.serve(given, demo=demo, say=click.echo)


ROLES = ["staff", "analyst", "accounting", "approver", "admin", "auditor"]
SCOPES = ["screening", "copies", "reports", "cases", "evidence", "indicators"]


@main.group(cls=Group)
def user() -> None:
    """Members of staff who may sign in. サインインできる担当者。"""


@user.command("add")
@click.argument("name")
@click.password_option(help="Asked for where it is not given.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    default=["staff"],
    show_default=True,
    help="May be given several times.",
)
def user_add(name: str, password: str, roles: tuple[str, ...]) -> None:
    """Add a member of staff."""
    from honnin.app.access import roles_from
    from honnin.bootstrap import add_user, database, settings

    with database(settings().database_url) as kept:
        add_user(kept, name, password, roles_from(roles))
    click.echo(f"「{name}」を加えました。 / {name} was added.")


@user.command("reset")
@click.argument("name")
def user_reset(name: str) -> None:
    """Forget the second factors of NAME, end their sessions and print a one-time link for a new password."""
    from honnin.bootstrap import database, reset_user, settings

    given = settings()
    with database(given.database_url) as kept:
        path = reset_user(given, kept, name)
    click.echo(
        "表示は一度だけです。24時間使えます。本人にだけ渡してください。 / Shown once, works for 24 hours; for them alone.",
        err=True,
    )
    click.echo(f"{given.public_url or f'http://localhost:{given.port}'}{path}")


@main.group(cls=Group)
def audit() -> None:
    """The record of who saw and did what. だれが何を見て、何をしたかの記録。"""


@audit.command("verify")
@click.pass_context
def audit_verify(ctx: click.Context) -> None:
    """Go through the whole record and tell whether every line follows from the one before."""
    from honnin.app.audit import AuditFilter, broken_at
    from honnin.bootstrap import database, settings
    from honnin.store import SqlAuditStore

    with database(settings().database_url) as kept:
        broken = broken_at(SqlAuditStore(kept).each(AuditFilter()))
    click.echo(
        "すべての行がつながっています。 / Every line follows from the one before."
        if broken is None
        else f"{broken}行目で鎖が切れています。 / The chain breaks at line {broken}."
    )
    ctx.exit(0 if broken is None else 1)


@audit.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="jsonl",
    show_default=True,
    help="One line a row, or one object a line.",
)
def audit_export(form: str) -> None:
    """Write the whole record, oldest line first."""
    from honnin.app.audit import AuditFilter, to_csv, to_jsonl
    from honnin.bootstrap import database, settings
    from honnin.store import SqlAuditStore

    with database(settings().database_url) as kept:
        for part in (to_csv if form == "csv" else to_jsonl)(SqlAuditStore(kept).each(AuditFilter())):
            sys.stdout.buffer.write(part)


@main.group(cls=Group)
def key() -> None:
    """Keys for programs that call the API. プログラムから呼ぶための鍵。"""


@key.command("create")
@click.argument("name", default=COMMAND_LINE)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=["screening", "copies"],
    show_default=True,
    help="What it may be used for; may be given several times.",
)
def key_create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and show it this once. NAME says which program it is for."""
    from honnin.app.access import scopes_from
    from honnin.bootstrap import add_key, database, settings

    with database(settings().database_url) as kept:
        secret = add_key(kept, name, COMMAND_LINE, scopes_from(scopes))
    click.echo("表示は一度だけです。控えてください。 / Shown only once; keep it now.", err=True)
    click.echo(secret)


def _screener(
    ready: Engine, people: Directory | None, memory: Memory | None, *, second_opinion: bool
) -> Callable[[Event], Verdict]:
    """How an event is screened: by ourselves, or with a second opinion where that was asked for by name."""
    if not second_opinion:
        return lambda event: ready.screen(event, directory=people, memory=memory)
    from honnin.bootstrap import second_reading, settings

    second = second_reading(settings(), ready)
    if second is None:
        raise HonninError(
            Text(
                "--second-opinion を使うには、HONNIN_SECOND_OPINION_URL と HONNIN_SECOND_OPINION_MODEL を設定してください。",
                "To use --second-opinion, set HONNIN_SECOND_OPINION_URL and HONNIN_SECOND_OPINION_MODEL.",
            )
        )
    return lambda event: second.of(event, ready.screening(event, directory=people, memory=memory))


def _installed(file: Path | None, pack: Pack) -> tuple[Directory | None, Memory | None]:
    """The people of a file, or those who were imported, and the confirmed fraud that is remembered here."""
    from honnin.bootstrap import installed, settings

    people, memory = installed(settings(), pack)
    if file is None:
        return people, memory
    from honnin.app.directory_csv import read_people
    from honnin.identity import Directory

    return Directory(read_people(file.read_bytes(), file=str(file))), memory


@contextmanager
def _opened(file: str, *, bar: bool | None = None) -> Iterator[Read]:
    """A way to read a file or standard input by chunks as they come.

    Reading a file moves a progress bar on standard error, where somebody is looking; without ``bar`` only while the
    answers go elsewhere.
    """
    if file == "-":
        yield partial(os.read, sys.stdin.fileno())
        return
    wanted = sys.stderr.isatty() and (bar or not sys.stdout.isatty())
    try:
        with Path(file).open("rb", buffering=0) as stream:
            if not wanted:
                yield stream.read
                return
            size = os.fstat(stream.fileno()).st_size
            with click.progressbar(length=size, label=Path(file).name, file=sys.stderr) as moving:
                yield partial(_read_and_move, stream, moving.update)
    except OSError as error:
        if error.filename != file:
            raise
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from None


def _read_and_move(stream: IO[bytes], move: Callable[[int], None], size: int) -> bytes:
    data = stream.read(size)
    move(len(data))
    return data


def _write(answers: Iterable[Answer]) -> bool:
    """Write each answer as it comes; True where any of them tells of an error."""
    failed = False
    out = sys.stdout.buffer
    for answer in answers:
        out.write(answer.line)
        out.flush()
        failed |= answer.failed
    return failed
