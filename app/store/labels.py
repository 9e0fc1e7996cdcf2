"""The names people give things: one line, short, and nothing in it that does not show."""

from __future__ import annotations

from unicodedata import category

from app.domain.errors import InvalidInput

LONGEST = 80
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset({"\u200c", "\u200d"})
"""Part letters of some scripts, and hold the parts of one emoji together."""


def checked_label(label: str) -> str:
    """``label`` without needless space. Raises ``InvalidInput``.

    Characters that move a terminal, turn text around or end a string are refused: a label is
    shown in many places, and some would obey.
    """
    label = " ".join(label.split())
    if not 0 < len(label) <= LONGEST:
        raise InvalidInput(f"A label has 1 to {LONGEST} characters.")
    if any(does_not_show(one) for one in label):
        raise InvalidInput("A label has printable characters only.")
    return label


def does_not_show(character: str) -> bool:
    """Whether a character is a command to who shows it, rather than something to be seen."""
    return category(character) in _UNSEEN and character not in _JOINERS
