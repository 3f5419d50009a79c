"""The benchmarks run to their end and say what they measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_benchmark_gives_a_figure_beside_its_floor(template_database, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--households", "150"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "bench.json").read_text())["figures"]
    named = {figure["name"] for figure in figures}
    assert named >= {"import", "assessment", "payroll", "search by names", "search, village: names"}
    assert all(figure["ratio"] > 0 and figure["floor"] > 0 for figure in figures)
