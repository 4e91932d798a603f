import pytest
from tests.connectors.emulator import serving


@pytest.fixture
def emulator():
    with serving() as server:
        yield server
