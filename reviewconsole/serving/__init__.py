"""The console in a browser on this machine, through textual-serve.

Every visit starts the command in a process of its own and shows it. Whoever reaches the page can sign what the
person can sign, so it is offered on loopback only, below a path that nobody can guess, to pages of its own alone:
the host is compared (against names that are made to point here), and so is the origin of a connection (against
pages of others that are open in the same browser). Nothing of the page is fetched from another host.
"""

import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from shlex import join
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from textual_serve.server import Server

from reviewconsole.errors import UsageError

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' {socket}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Content Security Policy Level 3: nothing from elsewhere, whatever the page says."""


class ConsoleServer(Server):
    """Serves one command below a secret path of one loopback address."""

    def __init__(self, command: Sequence[str], *, host: str, port: int, title: str) -> None:
        """UsageError for an address that other machines could reach."""
        shown = f"[{loopback(host)}]" if ":" in loopback(host) else loopback(host)
        super().__init__(
            join(command), host=loopback(host), port=port, title=title, public_url=f"http://{shown}:{port}"
        )
        self._name = f"{shown}:{port}"
        self._secret = secrets.token_urlsafe(24)
        self.address = f"{self.public_url}/{self._secret}/"

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._guarded()])
        folder = str(resources.files("reviewconsole.serving").joinpath("templates"))
        aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(folder), autoescape=True)
        app.add_routes([
            web.get(f"/{self._secret}/", self.handle_index, name="index"),
            web.get(f"/{self._secret}/ws", self.handle_websocket, name="websocket"),
            web.get(f"/{self._secret}/download/{{key}}", self.handle_download, name="download"),
            web.static(f"/{self._secret}/static", self.statics_path, name="static"),
        ])  # fmt: skip
        return app

    def _guarded(self) -> Any:  # noqa: ANN401 - what the decorator gives has no public name
        @web.middleware
        async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if request.host != self._name or origin not in (None, self.public_url):
                raise web.HTTPForbidden(text="this console answers to its own page only")
            if request.path.endswith("/ws") and origin is None:
                raise web.HTTPForbidden(text="a browser says where a connection comes from")
            return await handler(request)

        return guard

    async def on_response(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Forbid the browser what the page does not need."""
        response.headers["Content-Security-Policy"] = _POLICY.format(socket=f"ws://{self._name}")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"

    async def application(self) -> web.Application:
        """The web application, with its headers."""
        app = await self._make_app()
        app.on_response_prepare.append(self.on_response)
        return app


def loopback(host: str) -> str:
    """The address of a host that is this machine alone; UsageError for any other."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise UsageError(
            f"{host} is no address of this machine alone, and whoever reaches the page could sign as you",
            remedy="use 127.0.0.1, and a tunnel (ssh -L) from elsewhere",
        )
    return str(address)


def serve(command: Sequence[str], *, host: str, port: int, title: str, tell: Callable[[str], None]) -> None:
    """Serve until interrupted; `tell` gets the address once. UsageError for a foreign host or a port in use."""
    server = ConsoleServer(command, host=host, port=port, title=title)
    try:
        web.run_app(
            server.application(), host=server.host, port=port, print=lambda *_: tell(server.address), access_log=None
        )
    except OSError as error:
        raise UsageError(f"port {port} cannot be used: {error.strerror}", remedy="name another with --port") from error
