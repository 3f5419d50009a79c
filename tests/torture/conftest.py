import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests run only when they are asked for: ``make torture``."""
    if os.environ.get("TORTURE") == "1":
        return
    for item in items:
        if "tests/torture/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason="Long: run it by `make torture`."))
