"""Exchanges without a facts file: accounts can be linked; positions and candles are read."""
