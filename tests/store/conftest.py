import uuid
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from honnin.store import Database

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@contextmanager
def empty_database(request, folder):
    """Yield the address of an empty database of the kind that the fixture is asked for."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder}/honnin.db"
        return
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"honnin_{uuid.uuid4().hex}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BOTH)
def database_url(request, tmp_path):
    """Address of an empty database, once of each kind."""
    with empty_database(request, tmp_path) as url:
        yield url


@pytest.fixture(params=BOTH, scope="module")
def shared_database(request, tmp_path_factory):
    """A database for all tests of a file, once of each kind; they clear what they fill."""
    with empty_database(request, tmp_path_factory.mktemp("shared")) as url:
        database = Database(url)
        database.migrate()
        yield database
        database.close()


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()
