"""The ``seawall`` command. Modules of this room import what is heavy when a command runs."""

from __future__ import annotations

import click

from app import __version__
from app.cli import (
    access,
    accounts,
    backtest,
    bundles,
    funds,
    joint,
    linking,
    reading,
    scenario,
    serving,
    thresholds,
    upkeep,
)
from app.cli.command import EPILOG, PlainGroup


@click.group(
    cls=PlainGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, package_name="seawall", message="seawall %(version)s")
def main() -> None:
    """How far your liquidation is, how healthy the fund behind it is, and what comes after it."""


for command in (
    serving.up,
    serving.demo,
    serving.web,
    serving.worker,
    linking.link,
    linking.verify_key,
    accounts.accounts,
    accounts.unlink,
    reading.positions,
    joint.joint,
    funds.funds,
    scenario.scenario,
    reading.venues,
    thresholds.thresholds,
    backtest.backtest,
    bundles.record,
    bundles.replay,
    access.sign_in,
    access.pair,
    upkeep.keys,
    upkeep.migrate,
    upkeep.export_openapi,
):
    main.add_command(command)
