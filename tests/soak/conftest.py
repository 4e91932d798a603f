from tests.store.conftest import database_url

__all__ = ["database_url"]
