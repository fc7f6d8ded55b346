"""This file decides what the generated reference of the station file must contain."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import config, config_reference
from station.config import AlarmConfig, FolderCamera, RecordsConfig, StationFile


def test_the_committed_reference_is_up_to_date() -> None:
    assert config_reference.main(["--check"]) == 0, "write it again with: nox -s docs"


def test_an_outdated_reference_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    reference = tmp_path / "config-reference.md"
    monkeypatch.setattr(config_reference, "REFERENCE", reference)
    assert config_reference.main(["--check"]) == 1
    assert "nox -s docs" in capsys.readouterr().err
    assert config_reference.main([]) == 0
    assert config_reference.main(["--check"]) == 0
    assert b"\r\n" not in reference.read_bytes()


@pytest.mark.parametrize("model", [StationFile, FolderCamera, AlarmConfig, RecordsConfig, config.LimitCondition, config.Choice])
def test_every_field_has_its_row(model: type[config.Strict]) -> None:
    reference = config_reference.write_reference()
    for name, field in model.model_fields.items():
        assert f"| `{name}` |" in reference
        assert (field.description or "") in reference


def test_headers_are_those_of_the_file() -> None:
    reference = config_reference.write_reference()
    for header in ("`[station]`", "`[[station.shifts]]`", '`[[cameras]]` with `kind = "rtsp"`', '`[alarms.when]` with `kind = "limit"`'):
        assert f"## {header}\n" in reference


def test_limits_and_defaults_are_said() -> None:
    reference = config_reference.write_reference()
    assert "| `keep_days` | whole number | `90` |" in reference
    assert "(at least 1, at most 36500)" in reference
    assert "| `format` | `1` | **required** |" in reference
