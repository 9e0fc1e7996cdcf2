"""``python -m app.cli``: the same as ``seawall``."""

from app.cli import main

main(prog_name="seawall")
