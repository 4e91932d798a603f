"""Take the pictures of the documentation from the running demo, in a headless Chromium.

Run it with ``.venv/bin/python scripts/screenshots.py``; the pictures go to ``docs/images/``.
"""

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
READMES = {"ja": "README.ja.md", "en": "README.md"}


@contextmanager
def demo() -> Iterator[str]:
    """Serve the demo on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "honnin", "serve", "--demo", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield ready(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def ready(address: str) -> str:
    """Wait until the demo answers."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{address}/healthz"):
                return address
        except OSError:
            time.sleep(0.25)
    sys.exit("The demo did not start.")


def sample(language: str) -> str:
    """Return the message that the README tells people to paste, so that the picture shows what they will see."""
    readme = (ROOT / READMES[language]).read_text(encoding="utf-8")
    block = re.search(r"```text\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    return "\n".join(line.strip() for line in block[1].strip().splitlines())


def check(page: Page, address: str, language: str) -> None:
    """Paste the README's message into the check page and take a picture of the answer."""
    page.goto(f"{address}/check?lang={language}")
    page.locator("#text").fill(sample(language))
    page.locator("#ask button[type=submit]").click()
    page.locator(".verdict").wait_for()
    page.screenshot(path=IMAGES / f"check.{language}.png")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language in READMES:
            context = browser.new_context(viewport={"width": 960, "height": 1270}, locale=language)
            check(context.new_page(), address, language)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
