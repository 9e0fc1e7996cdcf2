"""``python -m app.sandbox --port N --scenario calm|crash|fund_drain``: serve until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from app.sandbox.scenarios import SCENARIOS
from app.sandbox.server import Sandbox


def main(arguments: list[str] | None = None) -> int:
    """Serve the sandbox; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free)")
    parser.add_argument("--scenario", choices=list(SCENARIOS), default="calm")
    options = parser.parse_args(arguments)
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    try:
        sandbox = Sandbox(port=options.port, scenario=options.scenario)
    except OSError as error:
        sys.stderr.write(f"cannot listen on 127.0.0.1:{options.port}: {error.strerror}\n")
        return 1
    with sandbox:
        sys.stdout.write(
            f"Sandbox exchanges at {sandbox.url} ({options.scenario}); Ctrl-C ends.\n"
            f"Point Seawall at them with SEAWALL_UPSTREAM={sandbox.url}\n"
        )
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
