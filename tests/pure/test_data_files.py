"""Files of data are read as they were written, and give nothing but data."""

import pytest
import yaml

from core.data_files import read_csv, read_yaml


def test_a_yaml_file_gives_its_plain_values_in_the_letters_it_was_written_in(tmp_path):
    (tmp_path / "facts.yaml").write_text("places:\n  - {name: Mantša, share: 0.25, since: 2016}\n", encoding="utf-8")

    assert read_yaml(tmp_path / "facts.yaml") == {"places": [{"name": "Mantša", "share": 0.25, "since": 2016}]}


def test_a_yaml_file_cannot_name_what_the_program_should_make_or_do(tmp_path):
    (tmp_path / "facts.yaml").write_text("!!python/object/apply:os.getpid []", encoding="utf-8")

    with pytest.raises(yaml.YAMLError):
        read_yaml(tmp_path / "facts.yaml")


def test_a_csv_file_gives_rows_by_column_with_commas_and_ends_of_lines_within_a_cell(tmp_path):
    (tmp_path / "rows.csv").write_bytes('code,name\r\n7,"Ha Mantša, above\r\nthe road"\r\n8,\r\n'.encode())

    assert read_csv(tmp_path / "rows.csv") == [
        {"code": "7", "name": "Ha Mantša, above\r\nthe road"},
        {"code": "8", "name": ""},
    ]
