"""The top of the repository, and facts that must be the same in more than one file."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.pages import module

ROOT = Path(__file__).parents[2]
address = module("book/_extensions/address.py")
TOP = {
    *(".ci", ".github", ".gitignore", "Makefile", "pyproject.toml", "requirements.txt"),
    *("README.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", "LICENSE-text", "runtime.txt"),
    *("_config.yml", "_toc.yml", "book", "bookkit", "mini_autodiff", "alfi"),
    *("assignments", "benchmarks", "tests"),
}


def tracked():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout, so what belongs to it is not known")
    return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


def test_the_top_is_the_design():
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} == TOP


COLABS_OWN = ("matplotlib", "ipywidgets", "ipykernel", "numpy", "scipy")


def test_requirements_are_what_colab_installs():
    """Less what Colab has itself, and what would be upgraded under its running kernel."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert wanted == [*extras["chapters"], "-e ."]
    assert extras["colab"] == [
        each for each in extras["chapters"] if not each.startswith(COLABS_OWN)
    ]


def test_an_installed_copy_has_every_file():
    """Colab installs the packages without their repository."""
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    carried = {".py"} | {pattern.removeprefix("*") for pattern in setup["package-data"]["*"]}
    packages = [path for path in tracked() if path.is_relative_to(ROOT / "bookkit")]
    packages += [path for path in tracked() if path.is_relative_to(ROOT / "alfi")]
    assert {path.suffix for path in packages} <= carried


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"version: {project['version']}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"{{{project['version']}}}" in (ROOT / "book" / "citing.md").read_text(encoding="utf-8")


def test_one_address():
    """pyproject.toml says where the book lives; every other file says the same, or nothing."""
    for path, text in address.texts(*address.address()).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: make adopt mends it"
    known = {*address.address(), ""}
    for name in ("CITATION.cff", "CONTRIBUTING.md", "README.md", "_config.yml", "pyproject.toml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        found = set(re.findall(r"https://(?:github\.com|[\w-]+\.github\.io)/[\w./-]*", text))
        assert found <= known | {"https://github.com/owner/name"}, name


@pytest.mark.parametrize(
    "home",
    [("https://github.com/someone/a-copy", "https://someone.github.io/a-copy/"),
     ("https://codeberg.org/someone/a-copy", ""), ("", "")],
)  # fmt: skip
def test_a_copy_is_adopted_and_given_back(tmp_path, home):
    mine = address.address()
    before = {path.relative_to(ROOT): text for path, text in address.texts(*mine).items()}
    for name, text in before.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    address.adopt(*home, root=tmp_path)
    assert address.address(tmp_path) == home
    for name in before:
        text = (tmp_path / name).read_text(encoding="utf-8")
        if home[0] and (
            name.suffix == ".ipynb" or name.name in ("CITATION.cff", "CONTRIBUTING.md")
        ):
            assert home[0] in text, name
        assert (home[1] in text) or not home[1] or name.name not in ("README.md", "citing.md")
        assert not mine[0] or mine == home or mine[0] not in text, name
    address.adopt(*mine, root=tmp_path)
    for name, text in before.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text


def test_no_button_leads_nowhere():
    nowhere = address.buttons("")
    assert not any(nowhere[key] for key in nowhere if key.startswith(("use_", "launch_")))
    elsewhere = address.buttons("https://codeberg.org/someone/a-copy")
    assert elsewhere["use_repository_button"] and not elsewhere["launch_buttons"]
    assert len(address.buttons("https://github.com/someone/a-copy")["launch_buttons"]) == 3


def test_no_file_knows_the_machine_it_was_written_on():
    absolute = re.compile(r"(?<![\w.:/~-])/(work|tmp|home|root|Users)/\w")
    found = {}
    for path in tracked():
        if path.suffix in {".py", ".md", ".ipynb", ".yml", ".toml", ".txt", ".js", ".json"}:
            hits = absolute.findall(path.read_text(encoding="utf-8"))
            if hits and path != Path(__file__):
                found[path.relative_to(ROOT).as_posix()] = hits
    assert not found


@pytest.mark.parametrize("arrives", [True, False])
def test_the_first_cell_installs_once_and_says_when_it_could_not(monkeypatch, arrives):
    cell = address.first_cell("https://github.com/who/book").replace("%pip install", "pip('")
    cell = re.sub(r"pip\('.*", "pip()", cell)
    have = {"bookkit": None}
    monkeypatch.setattr("importlib.util.find_spec", have.get)
    calls = []

    def pip():
        calls.append(1)
        have["bookkit"] = arrives or None

    for _ in range(2):
        if arrives:
            exec(cell, {"pip": pip})
        else:
            with pytest.raises(ImportError, match="could not be installed; pip says why"):
                exec(cell, {"pip": pip})
    assert len(calls) == (1 if arrives else 2)
