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
                "HONNIN_PUBLIC_URL": "honnin.example.jp",
            }
        )

    assert [mistake.field for mistake in caught.value.mistakes] == [
        "HONNIN_PORT",
        "HONNIN_CALLS_PER_MINUTE",
        "HONNIN_DATABASE_URL",
        "HONNIN_PUBLIC_URL",
    ]


def test_https_is_known_by_the_public_address():
    assert settings_from({"HONNIN_PUBLIC_URL": "https://h.example.jp"}).is_https
    assert not settings_from({}).is_https
