"""Everything that is kept: SQLite for one company, PostgreSQL when it outgrows that; the same code and tests for both."""

from __future__ import annotations

from honnin.store.audit import SqlAuditStore
from honnin.store.cases import SqlCaseStore
from honnin.store.copies import SqlCopyStore
from honnin.store.credentials import SqlCredentialStore
from honnin.store.database import Database
from honnin.store.directory import SqlDirectoryStore
from honnin.store.evidence import SqlEvidenceStore
from honnin.store.memory import SqlConversationStore, SqlRelationshipStore
from honnin.store.reports import SqlReportStore
from honnin.store.users import SqlUserStore
from honnin.store.verdicts import SqlVerdictStore

__all__ = [
    "Database",
    "SqlAuditStore",
    "SqlCaseStore",
    "SqlConversationStore",
    "SqlCopyStore",
    "SqlCredentialStore",
    "SqlDirectoryStore",
    "SqlEvidenceStore",
    "SqlRelationshipStore",
    "SqlReportStore",
    "SqlUserStore",
    "SqlVerdictStore",
]
