"""The whole book as one PDF, from the built site: `make pdf`, after `make book`.

All pages go into one document, so that a link from one chapter to another leads there on paper too,
and Chromium prints it once: tagged, with an outline. It prints twice, in fact; the first time tells
on which page each chapter begins, for the contents. Live figures stand as they start, each with the
address where it moves.
"""

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from posixpath import dirname, normpath
from shutil import which

import yaml
from address import address
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
LEFT_OUT = ("book/api/", "book/running_times", "book/find")  # made to be searched, not read
SHEET = {
    "format": "A4",
    "margin": {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
    "tagged": True,  # for those who listen to it
    "outline": True,
    "print_background": True,
    "display_header_footer": True,
    "header_template": "<i></i>",
    "footer_template": '<div style="width:100%;text-align:center;font:9px sans-serif">'
    '<span class="pageNumber"></span></div>',
}
STYLE = """
body { padding: 0; } article { break-before: page; max-width: none; }
#paper-contents li { list-style: none; display: flex; gap: 1em; }
#paper-contents li span { margin-left: auto; }
p.paper-address { font-size: 0.8em; }
"""


def listed():
    """The pages of the table of contents that are printed, in order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    names = [toc["root"], *(entry["file"] for entry in entries)]
    return [name for name in names if not name.startswith(LEFT_OUT)]


def anchor(name, fragment=""):
    """What an anchor of a page is called in the one document."""
    return re.sub(r"[^\w-]+", "-", name) + (f"--{fragment}" if fragment else "")


def article(name, names, site=""):
    """The text of one page: its anchors renamed, its links led to their places in the document."""
    soup = BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    text = soup.select_one("article.bd-article")
    text["id"] = anchor(name)
    for element in text.select("script, a.headerlink, .prev-next-footer"):
        element.decompose()
    for figure in text.select("figure.live"):
        said = soup.new_tag("p", attrs={"class": "paper-address"})
        said.string = f"It moves at {site}{name}.html#{figure['id']}"
        figure.append(said)
    for element in text.find_all(id=True):
        if element is not text:
            element["id"] = anchor(name, element["id"])
    for element in text.find_all(True):
        for key, value in list(element.attrs.items()):
            if key in ("href", "src", "xlink:href"):
                element[key] = _led(value, name, names, site)
                if not element[key]:
                    del element[key]
            elif isinstance(value, str) and "url(#" in value:
                element[key] = value.replace("url(#", f"url(#{anchor(name)}--")
    return text


def _led(address, name, names, site):
    """Where an address of the page `name` leads now; "" where the paper has no such place."""
    if re.match(r"[a-z]+:", address):
        return address
    path, _, fragment = address.partition("#")
    page = normpath(f"{dirname(name)}/{path}") if path else f"{name}.html"
    if page.removesuffix(".html") in names:
        return "#" + anchor(page.removesuffix(".html"), fragment)
    if page.endswith((".html", ".ipynb")):
        return site and f"{site}{page}" + (fragment and f"#{fragment}")
    return page


def document(pages=None, names=None, site=""):
    """The book as one page of HTML; `pages`, where known, are the numbers for its contents."""
    names = names or listed()
    home = BeautifulSoup((HTML / f"{names[0]}.html").read_text(encoding="utf-8"), "html.parser")
    for element in home.select("head script, head link"):
        src = element.get("src") or element.get("href") or ""
        if element.name == "link" and "stylesheet" in element.get("rel", []):
            element["href"] = _led(src, names[0], (), "")
        else:
            element.decompose()
    head = str(home.head).replace("</head>", f"<style>{STYLE}</style></head>")
    articles = [article(name, names, site) for name in names]
    rows = "".join(
        f'<li><a href="#{text["id"]}">{_title(text)}</a><span>{(pages or {}).get(_title(text), "")}'
        "</span></li>"
        for text in articles
    )
    script = (
        "<script>window.MathJax = {options: {enableMenu: false, "
        'processHtmlClass: "tex2jax_process|mathjax_process|math|output_area"}}</script>'
        '<script src="_static/mathjax/tex-chtml.js"></script>'
    )
    contents = f'<nav id="paper-contents"><h1>Gradients Through Time</h1><ul>{rows}</ul></nav>'
    body = contents + "".join(map(str, articles))
    return (
        f'<!doctype html><html lang="en-GB" data-theme="light">{head}<body class="bd-content">'
        f"{body}{script}</body></html>"
    )


def _title(text):
    return " ".join(text.select_one("h1").get_text().split())


def pages_of(pdf):
    """{title: page number}, from the outline."""
    reader, found = PdfReader(pdf), {}
    for entry in _flat(reader.outline):
        found.setdefault(said_once(entry.title), reader.get_destination_page_number(entry) + 1)
    return found


def _flat(entries):
    for entry in entries:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def said_once(title):
    """Chromium says a heading twice where it begins a sheet of paper."""
    words, half = " ".join(title.split()), len(title) // 2
    return words[:half].strip() if words[:half].strip() == words[half:].strip() else words


def mend(pdf):
    """Give the file its title, and each heading of the outline once."""
    writer = PdfWriter(clone_from=pdf)
    entries = [writer.root_object["/Outlines"]]
    while entries:
        entry = entries.pop().get_object()
        if "/Title" in entry:
            entry[NameObject("/Title")] = TextStringObject(said_once(entry["/Title"]))
        entries += [entry[key] for key in ("/First", "/Next") if key in entry]
    writer.add_metadata({"/Title": "Gradients Through Time"})
    writer.write(pdf)


def write(out, browser, names=None):
    """Print the book, or the pages named, to the file `out`, in an open browser."""
    _, site = address()
    site = f"{site.rstrip('/')}/" if site else ""
    server = ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    whole, pages = HTML / "paper.html", None
    page = browser.new_page(viewport={"width": 660, "height": 1000})  # the text of A4
    page.set_default_timeout(600_000)
    try:
        for _ in range(2):
            whole.write_text(document(pages, names, site), encoding="utf-8")
            page.goto(f"http://localhost:{server.server_port}/{whole.name}")
            page.evaluate("MathJax.startup.promise")
            page.pdf(path=out, **SHEET)
            pages = pages_of(out)
    finally:
        whole.unlink(missing_ok=True)
        page.close()
        server.shutdown()
        server.server_close()
    mend(out)
    return out


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def main():
    if not (HTML / "index.html").exists():
        raise SystemExit("Nothing is built yet. Type: make book")
    chromium = which("chromium") or which("google-chrome")
    if not chromium:
        raise SystemExit("The PDF is printed by Chromium. Install it, then type: make pdf")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        book = write(ROOT / "_build" / "gradients_through_time.pdf", browser)
        browser.close()
    print(f"{book}: {len(PdfReader(book).pages)} pages")


if __name__ == "__main__":
    main()
