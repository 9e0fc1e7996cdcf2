"""The application at an address of its own, and a browser that visits it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app import clock
from app.store import codes
from app.store.vault import Sealer
from app.web import create_app
from tests.support.api import Stage

PATIENCE_MS = 10_000


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any, **__: Any) -> None:
        """Say nothing."""


@dataclass
class Site:
    """The application at an address of its own; it can be stopped and started again."""

    stage: Stage
    address: str = ""
    asked: list[str] = field(default_factory=list)
    _server: BaseWSGIServer | None = None
    _port: int = 0

    def start(self) -> None:
        self._server = make_server(
            "127.0.0.1", self._port, self._answer, threaded=True, request_handler=Quiet
        )
        self._port = self._server.server_port
        self.address = f"http://127.0.0.1:{self._port}"
        self._app = create_app(
            replace(self.stage.settings, allowed_hosts=(f"127.0.0.1:{self._port}",)),
            self.stage.database,
            self.stage.queue,
            Sealer(self.stage.folder / "vault-public.json"),
        )
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._app.extensions["seawall"].demand.settle()
            self._server = None

    def _answer(self, environ: Any, start_response: Any) -> Any:
        self.asked.append(environ["RAW_URI"])
        return self._app(environ, start_response)

    def sign_in_link(self) -> str:
        with self.stage.database.write() as conn:
            code = codes.issue(
                conn,
                user_id=self.stage.user_id,
                purpose="sign_in",
                ttl_seconds=900,
                now=clock.now(),
            )
        return f"{self.address}/sign-in#{code}"

    def session_cookie(self) -> Any:
        return {
            "name": "seawall_session",
            "value": self.stage.token("read", "admin", kind="session"),
            "url": self.address,
            "httpOnly": True,
            "sameSite": "Strict",
        }


@dataclass
class Visitor:
    """Opens pages, and notes what the browser complains of."""

    browser: Browser
    site: Site
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str = "/", *, signed_in: bool = True, **context: Any) -> Page:
        made = self.browser.new_context(**({"viewport": {"width": 360, "height": 780}} | context))
        made.set_default_timeout(PATIENCE_MS)
        self._contexts.append(made)
        if signed_in:
            made.add_cookies([self.site.session_cookie()])
        page = made.new_page()
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if context.get("java_script_enabled", True):
            page.clock.install()
        page.goto(path if path.startswith("http") else self.site.address + path)
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def expected(self, *parts: str) -> None:
        """Complaints that hold one of ``parts`` are part of the test."""
        self.complaints = [c for c in self.complaints if not any(part in c for part in parts)]

    def leave(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()


def refresh(page: Page, seconds: int = 6) -> Response:
    """Let so much time pass that the page asks again; its answer."""
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers) as asked:
        page.clock.fast_forward(seconds * 1000)
    asked.value.finished()
    return asked.value
