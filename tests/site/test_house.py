"""The top of the repository, and facts that must be the same in more than one file."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = "https://github.com/gradients-through-time/gradients-through-time"
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


def test_requirements_are_what_colab_installs():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert wanted == [*project["optional-dependencies"]["chapters"], "-e ."]


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
    """A copy of the project under another name has one string to replace."""
    github = re.compile(r"https://github\.com/[\w.-]+/[\w-]+")
    for name in ("_config.yml", "pyproject.toml", "CITATION.cff", "CONTRIBUTING.md", "README.md"):
        assert set(github.findall((ROOT / name).read_text(encoding="utf-8"))) <= {HOME}, name


def test_no_file_knows_the_machine_it_was_written_on():
    absolute = re.compile(r"(?<![\w.:/~-])/(work|tmp|home|root|Users)/\w")
    found = {}
    for path in tracked():
        if path.suffix in {".py", ".md", ".ipynb", ".yml", ".toml", ".txt", ".js", ".json"}:
            hits = absolute.findall(path.read_text(encoding="utf-8"))
            if hits and path != Path(__file__):
                found[path.relative_to(ROOT).as_posix()] = hits
    assert not found
