"""Local exchanges that speak real wire formats, over one small market with scenarios and faults."""

from app.sandbox.accounts import ACCOUNTS, DemoAccount
from app.sandbox.faults import FaultKind
from app.sandbox.server import Sandbox

__all__ = ["ACCOUNTS", "DemoAccount", "FaultKind", "Sandbox"]
