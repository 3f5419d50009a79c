"""Files of data as people write them: YAML and CSV, in UTF-8. Pure: no Django."""

import csv
from pathlib import Path
from typing import Any

import yaml

# The same as ``yaml.safe_load``, many times faster where PyYAML was built with libyaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """What a YAML file says: plain values, never an object of the program.

    Raises:
        OSError: it cannot be read.
        yaml.YAMLError: it is not YAML, or asks for more than plain values.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column name.

    Raises:
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
