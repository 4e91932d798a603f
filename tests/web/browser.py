"""A real browser on a site of ours, and what tests look at: how large a window is, what can be read, what can be pressed."""

import shutil
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@contextmanager
def serving(app):
    """Serve an application on a real socket, and give its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def launched():
    """Start the Chromium of this machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@contextmanager
def windows(chromium, address):
    """Give what opens windows on a site, each with cookies of its own; anything the browser complains about fails the test."""
    complaints, contexts = [], []

    def open_it(size=DESKTOP, **more):
        context = chromium.new_context(viewport=size, base_url=address, **({"locale": "ja-JP"} | more))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert [each for each in complaints if "status of 4" not in each] == []


def contrast(page):
    """Return every text whose contrast to what lies behind it is below WCAG's AA, with the figure."""
    return page.evaluate(
        """() => {
        const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const behind = el => { for (; el; el = el.parentElement) { const c = parse(getComputedStyle(el).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = [];
        while (walker.nextNode()) {
            const el = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !el.checkVisibility() || el.closest(".skip, option, .sr")) continue;
            const style = getComputedStyle(el), a = light(parse(style.color)), b = light(behind(el));
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) bad.push(`${walker.currentNode.data.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
        }
        return bad;
    }"""
    )


def small_targets(page):
    """Return what can be pressed but is smaller than WCAG 2.2 asks for, links inside sentences excepted."""
    return page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
        .filter(el => el.checkVisibility() && el.type !== "hidden" && !el.closest("mark, .skip, .sr, .scroll") && el.type !== "checkbox")
        .map(el => [el, el.getBoundingClientRect()])
        .filter(([el, box]) => box.width > 2 && (box.width < 24 || box.height < 24) && getComputedStyle(el).display !== "inline")
        .map(([el, box]) => `${el.outerHTML.slice(0, 60)} ${box.width}x${box.height}`)"""
    )


def sign_in(page, world):
    """Sign in as the world's first user."""
    sign_in_as(page, "admin", world.password)


def sign_in_as(page, name, password):
    """Sign in on the page as it is, in whatever language."""
    page.goto("/login")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("main form:has(#password) button.button").first.click()
    page.wait_for_url("**/inbox")
