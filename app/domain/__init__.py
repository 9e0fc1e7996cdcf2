"""The nouns: frozen dataclasses and enums that cross from one room to another."""
