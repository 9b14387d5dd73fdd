"""The built site in a real browser: served from localhost, and cut off from everything else.

Every test that takes `page` also fails on a console error, an uncaught exception, or a request
that leaves localhost.
"""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.pages import HTML, ROOT

AXE = ROOT / "build" / "node" / "node_modules" / "axe-core" / "axe.min.js"
# A colour that is still on its way from light to dark has a contrast that no reader meets.
AT_REST = """() => document.getAnimations().forEach(moving => {
  try { moving.finish() } catch { moving.cancel() }  // one without an end has no last frame
})"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line of log for each."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def serve():
    """serve(folder, handler) -> base url, until the last test of the file is done."""
    servers = []

    def start(folder, handler=Quiet):
        server = ThreadingHTTPServer(("localhost", 0), partial(handler, directory=str(folder)))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://localhost:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def site(serve):
    """Base url of the built site."""
    if not (HTML / "index.html").exists():
        pytest.skip("the site is not built: make book")
    return serve(HTML)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium, for one file: its event loop would be in the way of other tests."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine")
    only_localhost = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", only_localhost]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A fresh page, 1280 pixels wide; what it complained of is checked at the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    errors, strangers = [], []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: _is_strange(request.url) and strangers.append(request.url))
    yield page
    context.close()
    assert not strangers, f"requests that leave localhost: {strangers}"
    assert not errors, f"the console shows: {errors}"


def _is_strange(url):
    return not url.startswith(("http://localhost:", "data:", "blob:", "about:"))


@pytest.fixture
def dark(page):
    """Call dark() before page.goto to see the site in its dark theme."""
    return lambda: page.add_init_script(
        "localStorage.setItem('mode', 'dark'); localStorage.setItem('theme', 'dark')"
    )


@pytest.fixture
def axe():
    """axe(page) -> the serious and critical faults of accessibility, as (rule, element).

    axe(page, "color-contrast") asks for one rule only: all that another theme can change.
    """
    if not AXE.exists():
        pytest.skip("axe-core is not here: make node-tools")

    def run(page, *rules):
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=AXE)
        page.evaluate(AT_REST)
        options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [
            (fault["id"], node["target"][-1], node["html"][:120])
            for fault in found
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]

    return run
