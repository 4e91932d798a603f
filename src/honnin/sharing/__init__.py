"""Sharing with others: indicators, requests by investigators and others, redaction on copies, and yearly counts."""
