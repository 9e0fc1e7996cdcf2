"""Exchanges without a facts file: their accounts can be linked, and only positions are read."""
