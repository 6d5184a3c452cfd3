"""What the image leaves out is loaded by nothing of ours; the image's own test runs without it."""

import re
import subprocess
import sys

from tests.machine import ROOT

LEFT_OUT = (ROOT / "requirements" / "image.sh").read_text()
LOADS_EVERYTHING = """
import importlib, pkgutil, sys
from dash import Dash
Dash(use_pages=True, pages_folder="")
for package in ("bem", "dashboard", "pages", "components", "master_node", "db", "cycling"):
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if not module.name.startswith("db.migrations") and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
import polars, pyarrow.compute, pyarrow.csv
sys.modules.update(dict.fromkeys(("pyarrow._s3fs", "pyarrow._flight")))  # as if left out
import fastnda.nda, fastnda.ndax, pyarrow.parquet, python_calamine
from plotly.io.json import to_json_plotly
to_json_plotly({"data": []})
print(*(name for name, module in sys.modules.items() if module))
"""


def test_nothing_of_ours_loads_what_the_image_leaves_out():
    command = [sys.executable, "-W", "ignore", "-c", LOADS_EVERYTHING]
    loaded = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = loaded.split()
    assert {"pages.users.page", "dash.dcc.Graph", "numpy", "plotly.offline"} <= set(names)
    gone = re.findall(
        r"(?<=\s)(pandas|setuptools|pkg_resources|\w+/\w+)(?=[\s.])",
        "\n".join(line for line in LEFT_OUT.splitlines() if not line.startswith("#")),
    )
    modules = {one.replace("/", ".") for one in gone} - {"plotly.graph_objs"}
    assert {"pandas", "numpy.f2py", "pyarrow._flight", "plotly.validators"} <= modules
    wrong = [name for name in names if any(f"{name}.".startswith(f"{one}.") for one in modules)]
    assert wrong == []
    classes = {name for name in names if name.startswith("plotly.graph_objs.")}
    assert classes <= {"plotly.graph_objs._figure"}
