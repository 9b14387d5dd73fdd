"""What a reader opens in Jupyter shows no directive, no key, and no answer before it is asked."""

import re

import nbformat
import pytest

from tests.pages import ROOT, module

plain = module("book/_extensions/plain.py")
RAW = re.compile(r"^:{3,}|^`{3,}\{|\{[a-z:]+\}`", re.M)


@pytest.mark.parametrize("path", plain.sources(), ids=lambda path: path.stem)
def test_a_launched_notebook_needs_no_myst(path):
    before = nbformat.read(path, as_version=4)
    after = nbformat.reads(plain.plain_text(path), as_version=4)
    nbformat.validate(after)
    assert len(after.cells) == len(before.cells)
    for cell, source in zip(after.cells, before.cells, strict=True):
        if cell.cell_type == "code":
            assert cell.source == source.source
            hidden = plain.FOLDED & set(cell.metadata.get("tags", []))
            assert not hidden or cell.metadata["jupyter"]["source_hidden"], cell.source
            continue
        assert not RAW.search(cell.source), cell.source
        folds = source.source.count(":class: dropdown")
        assert cell.source.count("<details>") == cell.source.count("</details>") == folds
        assert not re.search(r"<details [^>]*open", cell.source)


def test_every_kind_has_its_plain_form():
    text = """Known since long {cite}`griewank2008evaluating,frank2022automatic`;
{term}`tapes <tape>` are short.

:::{admonition} The gaps of `f`
:class: dropdown
First $x$, then

```python
g(x)
```
:::

Then more {cite:t}`carpenter2018predator`.

:::{admonition} Known
:class: note
A caution.
:::

- {cite}`carpenter2018predator`: rates (as in {py:func}`~mini_autodiff.grad`; {py:func}`ad.vjp`)."""
    assert (
        plain.plain_markdown(text, "../", "https://site/")
        == """Known since long (Griewank and Walther, 2008; [Frank, 2022]\
(https://doi.org/10.3389/fevo.2022.1010278));
[tapes](https://site/book/glossary.html#term-tape) are short.

<details><summary><b>The gaps of <code>f</code></b></summary>

First $x$, then

```python
g(x)
```

</details>

Then more [Carpenter (2018)]\
(https://mc-stan.org/users/documentation/case-studies/lotka-volterra-predator-prey.html).

**Known**

A caution.

- [Carpenter (2018)]\
(https://mc-stan.org/users/documentation/case-studies/lotka-volterra-predator-prey.html): \
rates (as in `grad`; `ad.vjp`)."""
    )


def test_a_kind_without_a_plain_form_is_refused():
    with pytest.raises(ValueError, match=r"no plain form for the role \{doc\}"):
        plain.plain_markdown("see {doc}`intro`")
    assert RAW.search(plain.plain_markdown(":::{note}\nx\n:::"))  # seen by the test above


def test_work_in_a_copy_stays_and_an_untouched_one_is_renewed(tmp_path, monkeypatch, capsys):
    source = ROOT / "book" / "intro.ipynb"
    before = source.read_bytes()
    monkeypatch.setattr(plain, "sources", lambda: [source])
    copy = tmp_path / "book" / "intro.ipynb"
    plain.write(tmp_path)
    first = copy.read_text("utf-8")
    monkeypatch.setattr(plain, "plain_text", lambda path: first + "\n")  # another edition
    plain.write(tmp_path)
    assert copy.read_text("utf-8") == first + "\n"
    copy.write_text("mine", "utf-8")
    plain.write(tmp_path)
    assert capsys.readouterr().out == ""  # no newer edition
    monkeypatch.setattr(plain, "plain_text", lambda path: first)
    plain.write(tmp_path)
    assert copy.read_text("utf-8") == "mine"
    assert "has your changes and stays" in capsys.readouterr().out
    assert source.read_bytes() == before


def test_binder_and_colab_open_the_plain_branch():
    urls = [
        "https://mybinder.org/v2/gh/who/main/main?urlpath=lab/tree/book/x.ipynb",
        "https://colab.research.google.com/github/who/book/blob/main/book/x.ipynb",
        "https://github.com/who/book/edit/main/book/x.ipynb",
    ]
    context = {"header_buttons": [{"buttons": [{"url": url} for url in urls]}, {"type": "link"}]}
    plain.launch_plain(None, "book/x", "page.html", context, None)
    assert [button["url"] for button in context["header_buttons"][0]["buttons"]] == [
        "https://mybinder.org/v2/gh/who/main/notebooks?urlpath=lab/tree/book/x.ipynb",
        "https://colab.research.google.com/github/who/book/blob/notebooks/book/x.ipynb",
        urls[2],
    ]
