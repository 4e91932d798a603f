"""Who an account claims to be, and whether it is theirs."""

from honnin.identity.directory import Directory
from honnin.identity.introduction import Introduction, introductions
from honnin.identity.matcher import compare, match
from honnin.identity.rows import account_from_claimed, person_from_dict

__all__ = [
    "Directory",
    "Introduction",
    "account_from_claimed",
    "compare",
    "introductions",
    "match",
    "person_from_dict",
]
