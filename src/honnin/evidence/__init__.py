"""Evidence: items, the log that seals them, and bundles that anyone can verify."""
