"""A real Chromium for tests, controlled over a pipe with the DevTools protocol.

The tests need no further package: the messages are JSON that ends with a null character. Where no
Chromium is installed, `find_chromium` returns `None`.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator
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
    # Processes copy the storage of a page to each other with a delay: a page that was opened again
    # in a new process can read an old state. One process has one state.
    options += ["--renderer-process-limit=1", "--disable-features=BackForwardCache"]
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

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for an event of a page or of the browser, and return it."""
        while not any(map(wanted, self.events)):
            self.events.append(self._read())
        return next(filter(wanted, self.events))

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            is_ready, _, _ = select.select([self._answers], [], [], MAX_WAIT_S)
            assert is_ready, "Chromium gives no answer"
            piece = os.read(self._answers.fileno(), 2**20)
            assert piece, "Chromium has ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


class Page:
    """One tab of a browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def open(self, path: Path, *, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        """Load an HTML file and wait until it is complete.

        Args:
            path: The file.
            width: The width of the window in pixels; below 500 it is a phone.
            height: Its height.
            dark: Whether the reader prefers a dark theme.
        """
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[theme])
        self._browser.events.clear()
        self.send("Page.navigate", url=path.resolve().as_uri())
        self._browser.wait_for(lambda one: one["method"] == "Page.loadEventFired")

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

    def download(self, selector: str, folder: Path) -> None:
        """Click an element that downloads a file into a folder, and wait for the file."""
        self._browser.events.clear()
        self._browser.send(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=str(folder),
            eventsEnabled=True,
        )
        self.click(selector)
        begun = self._browser.wait_for(lambda one: one["method"] == "Browser.downloadWillBegin")
        # An event of an earlier download may still arrive.
        done = {"guid": begun["params"]["guid"], "state": "completed"}
        self._browser.wait_for(
            lambda one: (
                one["method"] == "Browser.downloadProgress"
                and done.items() <= one["params"].items()
            )
        )

    def wait_for_request(self, url: str) -> None:
        """Wait until the page requests a URL."""
        self._browser.wait_for(
            lambda one: (
                one["method"] == "Network.requestWillBeSent"
                and one["params"]["request"]["url"] == url
            )
        )

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
