import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bookkit import live
from tests.bookkit import live_gallery


@pytest.fixture(scope="session")
def gallery():
    return live_gallery.make()


@pytest.fixture(scope="session")
def node():
    """Run JavaScript under Node: `node(source, input)` calls its `main(input, live)`, where
    `live` is what live.js exports, and returns the answer. NaN and infinity survive the trip."""
    if not shutil.which("node"):
        message = "Node.js is not installed"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    runtime = Path(live.__file__).with_name("live.js")
    frame = """
      const live = require(%s), NONE = {nan: NaN, inf: Infinity, "-inf": -Infinity};
      const revive = (_, v) => v && v.none ? NONE[v.none] : v;
      const keep = (_, v) => typeof v === "number" && !Number.isFinite(v)
        ? {none: v !== v ? "nan" : v > 0 ? "inf" : "-inf"} : v;
      %s
      const input = JSON.parse(require("fs").readFileSync(0, "utf8"), revive);
      process.stdout.write(JSON.stringify(main(input, live), keep));
    """

    def run(source, value):
        done = subprocess.run(
            ["node", "-e", frame % (json.dumps(str(runtime)), source)],
            input=json.dumps(value), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(
            done.stdout, object_hook=lambda d: float(d["none"]) if set(d) == {"none"} else d
        )

    return run
