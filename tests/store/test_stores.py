from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from honnin.app.accounts import ApiKey
from honnin.app.ports import AlertFilter, StoredVerdict
from honnin.model import (
    Account,
    Channel,
    Event,
    KnownAccount,
    Level,
    OpinionFinding,
    OpinionOutcome,
    Person,
    SecondOpinion,
    Severity,
    Signal,
    Stage,
    Text,
    Turn,
    Verdict,
)
from honnin.store import (
    Database,
    SqlConversationStore,
    SqlDirectoryStore,
    SqlRelationshipStore,
    SqlUserStore,
    SqlVerdictStore,
)
from honnin.store.database import short_key
from honnin.store.schema import metadata

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def stored(event_id="m-1", level=Level.DANGER, *, at=NOW, source="chat", text="振込をお願いします", **parts):
    event = Event(event_id, channel=parts.pop("channel", Channel.CHAT), text=text, **parts)
    signals = (Signal("s", Severity.HIGH, "振込", Text("理由", "Reason"), 0, 0, 2),)
    return StoredVerdict(
        event, Verdict(event_id, level, 0.5, Stage.ASK, 0, signals, None, (), (), "pack-1"), at, source, "room-1"
    )


def ids(page):
    return [item.event.id for item in page.items]


class TestDatabase:
    def test_the_migrations_make_the_tables_of_the_schema(self, database):
        with database.transaction() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            assert compare_metadata(context, metadata) == []
            assert {index["name"] for table in metadata.tables for index in inspect(connection).get_indexes(table)} >= {
                index.name for table in metadata.tables.values() for index in table.indexes
            }

    def test_migrating_again_changes_nothing(self, database):
        database.migrate()

    def test_processes_that_start_together_take_turns(self, database_url):
        databases = [Database(database_url) for _ in range(3)]
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(Database.migrate, databases))
        for each in databases:
            each.close()

    def test_all_or_nothing_of_one_event_is_kept(self, database):
        verdicts, relations, talks = (
            SqlVerdictStore(database),
            SqlRelationshipStore(database),
            SqlConversationStore(database),
        )

        def fail_at_the_end():
            with database.transaction(locks=["room-1", "a:b"]):
                verdicts.add(stored())
                relations.record("chat:a", "chat:b", at=NOW)
                talks.save("room-1", "{}", at=NOW)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_at_the_end()

        assert verdicts.get("m-1") is None
        assert relations.get("chat:a", "chat:b") is None
        assert talks.load("room-1") is None

    def test_a_transaction_reads_what_it_wrote(self, database):
        talks = SqlConversationStore(database)
        with database.transaction():
            talks.save("room-1", "1", at=NOW)
            assert talks.load("room-1") == "1"

    def test_counting_in_many_threads_loses_nothing(self, database):
        talks = SqlConversationStore(database)

        def count(_):
            with database.transaction(locks=["room-1"]):
                talks.save("room-1", str(int(talks.load("room-1") or "0") + 1), at=NOW)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(count, range(40)))

        assert talks.load("room-1") == "40"

    def test_times_without_zone_are_refused(self, database):
        with pytest.raises(Exception, match="needs its zone"):
            SqlConversationStore(database).save("room-1", "{}", at=datetime(2026, 1, 1))  # noqa: DTZ001

    def test_keys_that_are_too_long_stay_apart(self):
        assert short_key("x" * 5000 + "a") != short_key("x" * 5000 + "b")
        assert len(short_key("x" * 5000)) < 200


class TestVerdicts:
    def test_what_was_kept_reads_back_equal(self, database):
        store = SqlVerdictStore(database)
        kept = stored(
            text="",
            turns=(Turn("\ud800 \x00 こんにちは", "sender", NOW),),
            sender=Account(name="試験\x00太郎", platform="chatwork", account_id="9"),
        )

        assert store.add(kept)
        assert store.get("m-1") == kept

    def test_an_event_of_a_source_is_kept_once(self, database):
        store = SqlVerdictStore(database)

        assert store.add(stored())
        assert not store.add(stored(level=Level.OK))
        assert store.add(stored(source="mail", level=Level.NOTICE))
        assert store.get("m-1", "chat").verdict.level is Level.DANGER
        assert store.get("m-1").source == "mail"  # the newest

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (AlertFilter(), ["d", "c", "b", "a"]),  # newest first
            (AlertFilter(level=Level.CAUTION), ["b"]),
            (AlertFilter(alerts_only=True), ["c", "b"]),
            (AlertFilter(channel=Channel.MAIL), ["b"]),
            (AlertFilter(handled=True), ["c"]),
            (AlertFilter(handled=False), ["d", "b", "a"]),
            (AlertFilter(text="ＡＢＣ商事"), ["d"]),  # width and case do not matter
            (AlertFilter(text="100%"), ["a"]),  # a per cent sign is only that
            (AlertFilter(text="abc 見積"), ["d"]),  # each word must stand
            (AlertFilter(text="abc 振込"), []),
            (AlertFilter(text="'; drop table events;--"), []),
            (AlertFilter(text="\x00\ud800"), []),
            (AlertFilter(since=NOW + timedelta(hours=2)), ["d", "c"]),
            (AlertFilter(until=NOW + timedelta(hours=1)), ["a"]),  # up to, not including
            (AlertFilter(page=2), []),
            (AlertFilter(page=-5), ["d", "c", "b", "a"]),
            (AlertFilter(page=10**30), []),
        ],
    )
    def test_a_list_is_narrowed(self, database, wanted, found):
        store = SqlVerdictStore(database)
        rows = [
            ("a", Level.OK, Channel.CHAT, "全体の100%です"),
            ("b", Level.CAUTION, Channel.MAIL, "口座の変更"),
            ("c", Level.DANGER, Channel.CHAT, "振込をお願いします"),
            ("d", Level.OK, Channel.CHAT, "abc商事の見積"),
        ]
        for hour, (event_id, level, channel, text) in enumerate(rows):
            store.add(stored(event_id, level, at=NOW + timedelta(hours=hour), channel=channel, text=text))
        store.mark_handled("c", by="見本", at=NOW)

        assert ids(store.search(wanted)) == found

    def test_pages_together_hold_everything_once(self, database):
        store = SqlVerdictStore(database)
        for number in range(120):
            store.add(stored(f"m-{number}"))

        pages = [store.search(AlertFilter(page=number)) for number in (1, 2, 3)]

        assert [len(page.items) for page in pages] == [50, 50, 20]
        assert {page.total for page in pages} == {120}
        assert len({event_id for page in pages for event_id in ids(page)}) == 120

    def test_handling_is_noted_once_with_who_and_when(self, database):
        store = SqlVerdictStore(database)
        store.add(stored())

        assert store.mark_handled("m-1", by="見本", at=NOW)
        assert not store.mark_handled("m-1", by="他の人", at=NOW + timedelta(days=1))
        assert not store.mark_handled("no-such", by="見本", at=NOW)
        assert (store.get("m-1").handled_by, store.get("m-1").handled_at) == ("見本", NOW)

    def test_another_verdict_takes_the_place_of_the_one_that_is_kept(self, database):
        store = SqlVerdictStore(database)
        store.add(stored("a", Level.NOTICE, source="chat"))
        store.add(stored("a", Level.NOTICE, source="mail"))
        store.mark_handled("a", by="見本", at=NOW, source="chat")
        heard = SecondOpinion(
            "m", OpinionOutcome.RAISED, Level.NOTICE, Level.CAUTION, (OpinionFinding("secrecy", 0, 0, 2),)
        )
        raised = replace(stored("a").verdict, level=Level.CAUTION, score=0.4, second_opinion=heard)
        assert store.amend("a", raised, source="chat")
        found = store.get("a", "chat")
        assert (found.verdict, found.handled_by) == (raised, "見本")
        assert store.get("a", "mail").verdict.level is Level.NOTICE
        assert ids(store.search(AlertFilter(level=Level.CAUTION))) == ["a"]
        assert store.counts()[Level.CAUTION] == 1
        assert not store.amend("no-such", raised, source="chat")

    def test_levels_are_counted_zero_included(self, database):
        store = SqlVerdictStore(database)
        store.add(stored("a", Level.DANGER))
        store.add(stored("b", Level.DANGER, at=NOW - timedelta(days=9)))

        assert store.counts() == {Level.OK: 0, Level.NOTICE: 0, Level.CAUTION: 0, Level.DANGER: 2}
        assert store.counts(NOW)[Level.DANGER] == 1

    def test_a_conversation_reads_from_old_to_new(self, database):
        store = SqlVerdictStore(database)
        store.add(stored("a"))
        store.add(stored("b"))
        store.add(replace(stored("c"), conversation="room-2"))

        assert [item.event.id for item in store.conversation("room-1")] == ["a", "b"]

    def test_the_longest_words_fit(self, database):
        store = SqlVerdictStore(database)
        long = replace(stored("\U00020bb7" * 512, source="\U00020bb7" * 300), conversation="\U00020bb7" * 4000)

        assert store.add(long)
        assert store.get(long.event.id) is not None


class TestDirectory:
    TARO = Person(
        "試験 太郎", "しけん たろう", organization="見本商事", title="社長", accounts=(KnownAccount("chatwork", "1"),)
    )

    def test_people_read_back_with_accounts_and_addresses_in_order(self, database):
        store = SqlDirectoryStore(database)
        taro = replace(
            self.TARO,
            accounts=(KnownAccount("slack", "U1"), KnownAccount("chatwork", "1")),
            emails=("b@example.jp", "a@example.jp"),
        )

        assert store.upsert([taro]) == 1
        (found,) = store.people()
        assert replace(found, id="") == taro
        assert found.id

    def test_the_same_person_is_replaced_whatever_width_and_space(self, database):
        store = SqlDirectoryStore(database)
        store.upsert([self.TARO])
        (before,) = store.people()

        assert store.upsert([replace(self.TARO, name="試験太郎", title="会長")]) == 1
        (after,) = store.people()
        assert (after.id, after.title, after.accounts) == (before.id, "会長", self.TARO.accounts)

    def test_the_revision_grows_only_with_a_change(self, database):
        store = SqlDirectoryStore(database)
        seen = [store.revision()]
        for change in ([self.TARO], [self.TARO], [replace(self.TARO, title="会長")]):
            store.upsert(change)
            seen.append(store.revision())

        assert seen == [0, 1, 1, 2]

    def test_nothing_is_half_written(self, database):
        store = SqlDirectoryStore(database)

        def people():
            yield self.TARO
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.upsert(people())
        assert store.people() == ()

    def test_a_person_given_twice_at_once_is_who_was_given_last(self, database):
        store = SqlDirectoryStore(database)

        assert store.upsert([self.TARO, replace(self.TARO, title="会長", emails=("t@example.jp",))]) == 1
        (person,) = store.people()
        assert (person.title, person.emails) == ("会長", ("t@example.jp",))

    def test_a_person_can_be_taken_out(self, database):
        store = SqlDirectoryStore(database)
        store.upsert([self.TARO])
        (person,) = store.people()

        assert store.remove(person.id)
        assert not store.remove(person.id)
        assert store.people() == ()
        assert store.revision() == 2


class TestMemory:
    def test_messages_are_counted_from_the_first_seen(self, database):
        store = SqlRelationshipStore(database)
        store.record("chat:a", "chat:b", at=NOW)
        store.record("chat:a", "chat:b", at=NOW - timedelta(days=30), messages=5)  # an import of the past comes later

        found = store.get("chat:a", "chat:b")

        assert (found.first_seen, found.messages, found.verified) == (NOW - timedelta(days=30), 6, None)
        assert store.get("chat:b", "chat:a") is None

    def test_the_state_of_a_conversation_is_the_last_one_saved(self, database):
        store = SqlConversationStore(database)

        assert store.load("room-1") is None
        store.save("room-1", '{"stage":"probe"}', at=NOW)
        store.save("room-1", '{"stage":"ask"}', at=NOW)
        assert store.load("room-1") == '{"stage":"ask"}'


class TestUsers:
    def test_a_name_is_taken_once(self, database):
        store = SqlUserStore(database)

        assert not store.has_users()
        assert store.create_user("admin", "hash-1", at=NOW)
        assert not store.create_user("admin", "hash-2", at=NOW)
        assert store.has_users()
        assert store.password_hash("admin") == "hash-1"
        assert store.password_hash("nobody") is None

    def test_a_revoked_key_no_longer_opens(self, database):
        store = SqlUserStore(database)
        store.add_key(ApiKey("hk_1", "連携", NOW, "admin"), "digest")

        assert store.find_key("digest", at=NOW).name == "連携"
        assert store.find_key("other", at=NOW) is None
        assert store.keys()[0].last_used_at == NOW
        assert store.revoke_key("hk_1", at=NOW)
        assert not store.revoke_key("hk_1", at=NOW)
        assert store.find_key("digest", at=NOW).revoked_at == NOW
        assert store.keys()[0].revoked_at == NOW
