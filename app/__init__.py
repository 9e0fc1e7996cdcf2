"""Seawall: liquidation distance, insurance funds and loss models for leveraged positions."""

__version__ = "0.1.0"
