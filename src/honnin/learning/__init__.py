"""Fitting the weights and measuring the whole, on labelled corpora, never on the source that is judged."""
