"""Connectors: the services outside of us that are asked or served, each behind a port of ``honnin.app``."""
