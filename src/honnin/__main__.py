"""``python -m honnin`` is ``honnin``."""

from honnin.cli import main

main()
