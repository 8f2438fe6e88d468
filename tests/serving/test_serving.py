"""The console in a browser: over real requests, who may come in and what the page asks for."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import aiohttp
import pytest

from reviewconsole.cli.run import run
from reviewconsole.errors import UsageError
from reviewconsole.serving import loopback
from tests.tui.conftest import commit, git

FOREIGN = re.compile(r"""(?:src|href|url|action)\s*[=(]\s*["']?\s*((?:https?:|wss?:)?//[^"')\s]+)""", re.IGNORECASE)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com", "127.evil.example", ""])
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="no address of this machine"):
        loopback(host)


def test_loopback_addresses_are_taken() -> None:
    assert [loopback(host) for host in ("localhost", "127.0.0.1", "127.0.0.9", "::1")] == [
        "127.0.0.1", "127.0.0.1", "127.0.0.9", "::1",
    ]  # fmt: skip


def test_what_is_missing_is_named(tmp_path, monkeypatch, capsys) -> None:
    git(tmp_path, "init", "-q")
    monkeypatch.setitem(sys.modules, "reviewconsole.serving", None)
    assert run(["-C", str(tmp_path), "serve"], {}) == 64
    assert "needs textual-serve" in capsys.readouterr().err


SHOWS = {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}


async def until_shown(console: aiohttp.ClientWebSocketResponse, words: bytes) -> None:
    shown = b""
    while words not in shown:
        message = await console.receive(timeout=30)
        assert message.type in SHOWS, message
        shown += message.data if isinstance(message.data, bytes) else message.data.encode()


async def ask(port: int, address: str) -> None:
    page = urlsplit(address)
    own = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as answer:
            text = await answer.text()
            assert answer.status == 200
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert FOREIGN.findall('<link href="https://fonts.example/x">') == ["https://fonts.example/x"]
        named = re.findall(r'(?:src|href)="([^"?]+)"|url\("([^"]+)"\)', text)
        assert len(named) >= 4, "style, script, two fonts"
        for place in (found for pair in named for found in pair if found and not found.startswith("data:")):
            assert place.startswith(f"{own}{page.path}static/")
            async with session.get(place) as answer:
                assert answer.status == 200, place
                if place.endswith("css"):
                    assert not FOREIGN.findall(await answer.text())
        assert {urlsplit(found).netloc for found in FOREIGN.findall(text)} == {page.netloc}
        for place, headers, wanted in (
            (f"{own}/", {}, 404),
            (f"{own}/static/js/textual.js", {}, 404),
            (f"{own}/{'x' * 32}/", {}, 404),
            (address, {"Host": f"console.example:{port}"}, 403),
            (address, {"Origin": "http://page.example"}, 403),
            (f"{address}ws", {}, 403),
            (f"{address}ws", {"Origin": f"http://127.0.0.1:{port + 1}"}, 403),
        ):
            async with session.get(place, headers=headers) as answer:
                assert answer.status == wanted, (place, headers)
        async with session.ws_connect(f"{address}ws?width=100&height=30", headers={"Origin": own}) as console:
            await until_shown(console, b"gone")
            await console.send_json(["stdin", "?"])
            await until_shown(console, b"keys of the queue")
            await console.send_json(["resize", {"width": 80, "height": 24}])
            await console.send_json(["stdin", "\x1b"])
            await console.send_json(["stdin", "\x11"])
            while (message := await console.receive(timeout=30)).type in SHOWS:
                pass
            assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED}


def test_the_page_is_whole_and_answers_nobody_else(tmp_path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {"a.py": b"one\n"})
    git(folder, "checkout", "-q", "-b", "gone")
    commit(folder, {"a.py": b"two\n"})
    git(folder, "commit", "-q", "--amend", "-m", "x\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "reviewconsole", "-C", str(folder), "serve", "--port", str(port)]
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stderr.readline()
            address = re.search(r"http://\S+", said)[0]
            asyncio.run(ask(port, address))
            second = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=30)
            assert (second.returncode, f"port {port} cannot be used" in second.stderr) == (64, True)
        finally:
            process.terminate()
