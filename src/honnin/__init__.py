"""Honnin (本人): is it really them? A guard against impersonation fraud in business chat, mail and SMS."""

__version__ = "0.1.0"
