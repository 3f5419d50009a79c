"""Reading the country pack: YAML and CSV in one folder, each fact with its source."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from core import data_files


class PackError(Exception):
    """The country pack lacks something or contradicts itself."""


def read_yaml(folder: Path, name: str) -> Any:
    """A YAML file of the pack.

    Raises:
        PackError: the file is not there or is not YAML.
    """
    try:
        return data_files.read_yaml(folder / name)
    except (OSError, yaml.YAMLError) as error:
        raise PackError(f"The country pack's {name} cannot be read: {error}") from error


def read_csv(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the pack, by column name."""
    try:
        return data_files.read_csv(folder / name)
    except OSError as error:
        raise PackError(f"The country pack's {name} cannot be read: {error}") from error


@lru_cache(maxsize=1)
def about() -> dict[str, Any]:
    """``pack.yaml`` of the country in force: currency, identity numbers, phones, languages, privacy notice."""
    return dict(read_yaml(settings.COUNTRY_PACK_DIR, "pack.yaml"))
