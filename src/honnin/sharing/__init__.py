"""Sharing what is known about fraud, and answering those who may ask."""
