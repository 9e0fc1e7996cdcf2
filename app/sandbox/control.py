"""``/_sandbox/…``: steering the sandbox from another process.

``GET /_sandbox/state`` and ``/_sandbox/requests``; ``POST /_sandbox/scenario`` with
``{"name", "elapsed", "still"}`` or ``{"advance": seconds}``; ``POST /_sandbox/faults`` with a fault's fields;
``DELETE /_sandbox/faults`` and ``/_sandbox/requests``. Bodies are JSON and must say so, so that no
web page in a browser can steer it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.sandbox.contracts import OPENING_PRICES
from app.sandbox.scenarios import SCENARIOS
from app.sandbox.wire import Answer, Request

if TYPE_CHECKING:
    from app.sandbox.server import Sandbox


def control(sandbox: Sandbox, request: Request) -> Answer:
    """Answer one control request; 400 with what is wrong when it cannot be understood."""
    step = _STEPS.get((request.method, request.path))
    if step is None:
        problem = {"error": f"nothing at {request.method} {request.path}"}
        return Answer(status=404, payload=problem)
    try:
        return Answer(payload=step(sandbox, request))
    except (TypeError, ValueError) as error:
        return Answer(status=400, payload={"error": str(error)})


def _body(request: Request) -> dict[str, object]:
    if not request.header("content-type").startswith("application/json"):
        raise ValueError("send JSON, with Content-Type: application/json")
    body = json.loads(request.body or b"{}")
    if not isinstance(body, dict):
        raise TypeError("send a JSON object")
    return body


def _state(sandbox: Sandbox, _: Request) -> object:
    state = sandbox.market.state()
    return {
        "scenario": state.scenario,
        "scenarios": list(SCENARIOS),
        "elapsed": round(state.elapsed, 3),
        "at": state.at.isoformat(),
        "prices": {coin: state.usd(coin) for coin in OPENING_PRICES},
        "writes": [asdict(write) for write in sandbox.writes],
        **_faults(sandbox),
    }


def _play(sandbox: Sandbox, request: Request) -> object:
    body = _body(request)
    name = str(body.get("name") or sandbox.market.scenario)
    elapsed, advance = body.get("elapsed", 0.0), body.get("advance", 0.0)
    if not isinstance(elapsed, int | float) or not isinstance(advance, int | float):
        raise TypeError("elapsed and advance are seconds")
    if "name" in body or "elapsed" in body:
        sandbox.market.play(name, elapsed=float(elapsed), still=body.get("still") is True)
    sandbox.market.advance(float(advance))
    return _state(sandbox, request)


def _add_fault(sandbox: Sandbox, request: Request) -> object:
    number = sandbox.faults.add(**_body(request))  # type: ignore[arg-type]  # bad ones raise
    return {"id": number, **_faults(sandbox)}


def _clear_faults(sandbox: Sandbox, request: Request) -> object:
    sandbox.faults.clear(request.params.get("venue"))
    return _faults(sandbox)


def _faults(sandbox: Sandbox) -> dict[str, object]:
    return {"faults": [asdict(fault) for fault in sandbox.faults.active()]}


def _requests(sandbox: Sandbox, _: Request) -> object:
    return sandbox.requests.counts()


def _forget_requests(sandbox: Sandbox, _: Request) -> object:
    sandbox.requests.reset()
    return sandbox.requests.counts()


_STEPS: dict[tuple[str, str], Callable[[Sandbox, Request], object]] = {
    ("GET", "/state"): _state,
    ("POST", "/scenario"): _play,
    ("POST", "/faults"): _add_fault,
    ("DELETE", "/faults"): _clear_faults,
    ("GET", "/requests"): _requests,
    ("DELETE", "/requests"): _forget_requests,
}
