import pytest

from honnin.screening import Engine


@pytest.fixture(scope="session")
def engine():
    return Engine.load()
