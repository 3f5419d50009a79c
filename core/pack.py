"""Reading the country pack: YAML and CSV in one folder, each fact with its source."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

# The same as ``yaml.safe_load``, many times faster where PyYAML was built with libyaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PackError(Exception):
    """The country pack lacks something or contradicts itself."""


def read_yaml(folder: Path, name: str) -> Any:
    """A YAML file of the pack.

    Raises:
        PackError: the file is not there or is not YAML.
    """
    try:
        return yaml.load((folder / name).read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise PackError(f"The country pack's {name} cannot be read: {error}") from error


def read_csv(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the pack, by column name."""
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise PackError(f"The country pack's {name} cannot be read: {error}") from error


@lru_cache(maxsize=1)
def about() -> dict[str, Any]:
    """``pack.yaml`` of the country in force: currency, identity numbers, phones, languages, privacy notice."""
    return dict(read_yaml(settings.COUNTRY_PACK_DIR, "pack.yaml"))
