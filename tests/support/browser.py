"""A real Chromium for tests, controlled over a pipe with the DevTools protocol.

The tests need no further package: the messages are JSON that ends with a null character. Where no
Chromium is installed, `find_chromium` returns `None`.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAX_WAIT_S = 60


def find_chromium() -> str | None:
    """Return the program, from the packages of a distribution or from Google."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium(program: str, profile: Path) -> Iterator[Browser]:
    """Start a Chromium with an empty profile, and end it with the block."""
    to_browser, from_test = os.pipe()
    to_test, from_browser = os.pipe()
    options = (
        "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --remote-debugging-pipe"
    ).split()
    # No name has an address, so no request leaves the machine.
    options.append("--host-resolver-rules=MAP * ~NOTFOUND")
    # Chromium reads the messages from file 3 and writes them to file 4.
    script = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
    command = ["bash", "-c", script, "bash", program, *options, f"--user-data-dir={profile}"]
    with subprocess.Popen(
        command,
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(to_browser)
        os.close(from_browser)
        try:
            with (
                os.fdopen(from_test, "wb", buffering=0) as out,
                os.fdopen(to_test, "rb") as answers,
            ):
                browser = Browser(out, answers)
                yield browser
                browser.send("Browser.close")
        finally:
            try:
                process.wait(MAX_WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()


class Browser:
    """The pipe to a Chromium."""

    def __init__(self, out: Any, answers: Any) -> None:
        self._out, self._answers = out, answers
        self._number, self._rest = 0, b""
        self.events: list[dict[str, Any]] = []

    def send(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Send a command and return its result; events before it are kept in `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, event: str, session: str | None, **values: Any) -> None:
        """Wait for an event of a page or of the browser, and forget the events until then."""
        while True:
            one = self.events.pop(0) if self.events else self._read()
            is_event = one["method"] == event and one.get("sessionId") == session
            if is_event and values.items() <= one["params"].items():
                return

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._answers.fileno(), 2**20)
            assert piece, "Chromium has ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Page:
    """One page of a Chromium.

    Args:
        browser: The browser.
        path: The HTML file.
        width: The width of the window in pixels; below 500 it is a phone.
        dark: Whether the reader prefers a dark theme.
        downloads: The folder for downloaded files.
    """

    def __init__(
        self,
        browser: Browser,
        path: Path,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        downloads: Path | None = None,
    ) -> None:
        self._browser = browser
        self._target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[theme])
        if downloads:
            browser.send(
                "Browser.setDownloadBehavior",
                behavior="allow",
                downloadPath=str(downloads),
                eventsEnabled=True,
            )
        self.open(path)

    def open(self, path: Path) -> None:
        """Load a file and wait until it is complete."""
        self._browser.events.clear()
        self.send("Page.navigate", url=path.resolve().as_uri())
        self._browser.wait_for("Page.loadEventFired", self._session)

    def close(self) -> None:
        self._browser.send("Target.closeTarget", targetId=self._target)

    def send(self, method: str, **parameters: Any) -> Any:
        return self._browser.send(method, self._session, **parameters)

    def run(self, script: str) -> Any:
        """Return the value of an expression of JavaScript."""
        result = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key: a character, or a name such as `Enter`."""
        text = {"text": key} if len(key) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def texts(self, selector: str) -> list[str]:
        """Return the visible text of each element."""
        return self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.innerText)"
        )

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def wait_for_download(self) -> None:
        """Wait until a download is complete."""
        self._browser.wait_for("Browser.downloadProgress", None, state="completed")

    def requests(self) -> list[str]:
        """Return the URLs that the page requested, without the page itself and its own data."""
        urls = [
            one["params"]["request"]["url"]
            for one in self._browser.events
            if one["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith(("file:", "blob:", "data:"))]

    def errors(self) -> list[str]:
        """Return the errors of the page, also what its policy has stopped."""
        found: list[str] = []
        for one in self._browser.events:
            if one["method"] == "Runtime.exceptionThrown":
                found.append(str(one["params"]["exceptionDetails"]))
            if one["method"] == "Log.entryAdded" and one["params"]["entry"]["level"] == "error":
                found.append(one["params"]["entry"]["text"])
        return found

    def screenshot(self, path: Path) -> None:
        data = self.send("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))
