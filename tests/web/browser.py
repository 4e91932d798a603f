"""What tests in a real browser look at: how large a window is, what can be read, what can be pressed."""

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


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
    """Sign in on the page as it is, in whatever language."""
    page.goto("/login")
    page.locator("#name").fill("admin")
    page.locator("#password").fill(world.password)
    page.locator("main form:has(#password) button.button").first.click()
    page.wait_for_url("**/inbox")
