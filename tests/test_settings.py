import pytest

from honnin.errors import BadInputError
from honnin.settings import Settings, settings_from


def test_nothing_set_serves_one_machine():
    assert settings_from({}) == Settings(database_url="sqlite:///var/honnin.db", host="127.0.0.1", port=8700)


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("HONNIN_PORT", " 9000 ", "port", 9000),
        ("HONNIN_PORT", "", "port", 8700),  # set to nothing is not set
        ("HONNIN_PUBLIC_URL", "https://honnin.example.jp/", "public_url", "https://honnin.example.jp"),
        (
            "HONNIN_DATABASE_URL",
            "postgresql://db.example.jp/honnin",
            "database_url",
            "postgresql://db.example.jp/honnin",
        ),
    ],
)
def test_a_variable_sets_its_field(name, value, field, expected):
    assert getattr(settings_from({name: value}), field) == expected


def test_every_mistake_is_named_at_once():
    with pytest.raises(BadInputError) as caught:
        settings_from(
            {
                "HONNIN_PORT": "99999",
                "HONNIN_CALLS_PER_MINUTE": "²",
                "HONNIN_DATABASE_URL": "mysql://x",
                "HONNIN_REPORT_REPLIES": "maybe",
                "HONNIN_PUBLIC_URL": "honnin.example.jp",
            }
        )

    assert [mistake.field for mistake in caught.value.mistakes] == [
        "HONNIN_PORT",
        "HONNIN_CALLS_PER_MINUTE",
        "HONNIN_DATABASE_URL",
        "HONNIN_PUBLIC_URL",
        "HONNIN_REPORT_REPLIES",
    ]


def test_https_is_known_by_the_public_address():
    assert settings_from({"HONNIN_PUBLIC_URL": "https://h.example.jp"}).is_https
    assert not settings_from({}).is_https


class TestSecondOpinion:
    URL, MODEL, KEY = "HONNIN_SECOND_OPINION_URL", "HONNIN_SECOND_OPINION_MODEL", "HONNIN_SECOND_OPINION_KEY"

    def test_nobody_is_asked_unless_told(self):
        assert settings_from({self.MODEL: "m", self.KEY: "k"}).second_opinion_url == ""

    @pytest.mark.parametrize(
        "url",
        [
            "https://llm.example.jp/v1",
            "https://10.0.0.5:8443/v1",
            "http://127.0.0.1:8080/v1",
            "http://localhost/v1",
            "http://[::1]:1/",
        ],
    )
    def test_addresses_nobody_can_read_along(self, url):
        assert settings_from({self.URL: url, self.MODEL: "m"}).second_opinion_url == url.rstrip("/")

    @pytest.mark.parametrize(
        "url",
        [
            "http://llm.example.jp/v1",  # everybody on the way reads it
            "http://127.0.0.1.example.jp/v1",
            "http://localhost.example.jp/v1",
            "http://0.0.0.0/v1",
            "http://[::ffff:10.0.0.1]/v1",
            "https://me:secret@llm.example.jp/v1",  # would stand in logs
            "https://llm.example.jp/v1?key=secret",
            "https://llm.example.jp/v1#x",
            "https:///v1",
            "https://llm.example.jp:99999/v1",
            "https://llm.example.jp/v 1",
            "file:///etc/passwd",
            "llm.example.jp/v1",
        ],
    )
    def test_other_addresses_are_refused(self, url):
        with pytest.raises(BadInputError) as caught:
            settings_from({self.URL: url, self.MODEL: "m"})
        assert [mistake.field for mistake in caught.value.mistakes] == [self.URL]

    def test_every_mistake_is_named_at_once_and_the_key_is_not_repeated(self):
        with pytest.raises(BadInputError) as caught:
            settings_from(
                {
                    self.URL: "https://llm.example.jp/v1",
                    self.KEY: "secret\nhost: evil.example",
                    "HONNIN_SECOND_OPINION_TIMEOUT": "31",
                    "HONNIN_SECOND_OPINION_FROM": "95",
                }
            )
        assert [mistake.field.removeprefix("HONNIN_SECOND_OPINION_") for mistake in caught.value.mistakes] == [
            "TIMEOUT",
            "MODEL",
            "KEY",
            "FROM",
        ]
        assert "secret" not in str(caught.value)

    def test_the_key_is_not_shown_with_the_settings(self):
        assert "secret-0000" not in repr(settings_from({self.KEY: "secret-0000"}))
