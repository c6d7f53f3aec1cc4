# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium by its DevTools protocol: pages are clicked and typed into as a person would, and looked at.

    with Chromium(directory, pickup="127.0.0.1:443") as browser:
        tab = browser.tab(360, 740, "nl")
        tab.open("https://pickup.example/p/...")
        tab.click("button")
        tab.screenshot(path)

One thread.
"""
from __future__ import annotations

import base64
import json
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import websocket

PROGRAM = "/usr/bin/chromium-headless-shell"


class Tab:
    def __init__(self, address: str, width: int, height: int, language: str, scripts: bool) -> None:
        self.socket = websocket.create_connection(address, timeout=30, suppress_origin=True)
        self.number, self.requests, self.dialogs, self.errors = 0, [], [], []
        for domain in ("Page", "Network", "DOM", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Network.clearBrowserCookies")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            self.note(message)
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        if message.get("method") == "Page.javascriptDialogOpening":
            self.dialogs.append(parameters["message"])
        if message.get("method") == "Log.entryAdded":
            self.errors.append(parameters["entry"]["text"])
        if message.get("method") == "Page.loadEventFired":
            self.loaded = True

    def wait_loaded(self) -> None:
        end = time.monotonic() + 20
        while not self.loaded and time.monotonic() < end:
            self.note(json.loads(self.socket.recv()))
        self.call("Page.getFrameTree")

    def open(self, url: str) -> None:
        self.loaded = False
        self.call("Page.navigate", url=url)
        self.wait_loaded()

    def node(self, selector: str) -> int:
        root = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        found = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        if not found:
            raise LookupError(f"{selector}: not in\n{self.html()}")
        return found

    def html(self) -> str:
        root = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        return self.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]

    def click(self, selector: str) -> None:
        """Loads another page."""
        node = self.node(selector)
        self.call("DOM.scrollIntoViewIfNeeded", nodeId=node)
        quad = self.call("DOM.getContentQuads", nodeId=node)["quads"][0]
        x, y = sum(quad[::2]) / 4, sum(quad[1::2]) / 4
        self.loaded = False
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.wait_loaded()

    def type(self, selector: str, text: str) -> None:
        self.call("DOM.focus", nodeId=self.node(selector))
        self.call("Input.insertText", text=text)

    def width(self) -> tuple[int, int]:
        """Of what there is, and of what is seen."""
        metrics = self.call("Page.getLayoutMetrics")
        return round(metrics["cssContentSize"]["width"]), round(metrics["cssLayoutViewport"]["clientWidth"])

    def screenshot(self, path: Path) -> None:
        time.sleep(0.2)
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def frame_texts(self) -> list[str]:
        """Of the frames in the page, as their processes have them."""
        tree = self.call("Page.getFrameTree")["frameTree"]
        return [child["frame"]["url"] for child in tree.get("childFrames", [])]

    def evaluate(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")


class Chromium:
    def __init__(self, directory: Path, **hosts: str) -> None:
        rules = ", ".join(f"MAP {name.replace('_', '.')} {address}" for name, address in hosts.items())
        self.log = (directory / "chromium.log").open("w+b")
        self.process = subprocess.Popen(
            [PROGRAM, "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--ignore-certificate-errors", "--remote-debugging-port=9222",
             f"--user-data-dir={directory / 'profile'}", f"--host-resolver-rules={rules}, EXCLUDE 127.0.0.1", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=self.log)

    def __enter__(self) -> Chromium:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen("http://127.0.0.1:9222/json/version", timeout=5).read()
                return self
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("Chromium does not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def tab(self, width: int, height: int, language: str, scripts: bool = True) -> Tab:
        request = urllib.request.Request("http://127.0.0.1:9222/json/new?about:blank", method="PUT")
        return Tab(json.loads(urllib.request.urlopen(request, timeout=10).read())["webSocketDebuggerUrl"], width, height, language, scripts)
