"""Reports and cases: what we were told, and the work on it."""
