"""This file decides that addresses get their secrets from the environment and that no text shows one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import SourceError
from station.sources.credentials import expand_environment, has_written_login, without_credentials
from station.sources.rtsp_camera import host_and_port


def test_variables_are_filled_in() -> None:
    assert expand_environment("rtsp://${USER}:${PIN}@cam/1", {"USER": "wei", "PIN": "a$b"}) == "rtsp://wei:a$b@cam/1"


def test_a_missing_variable_is_named_and_nothing_else() -> None:
    with pytest.raises(SourceError, match="CAMERA_PIN") as caught:
        expand_environment("rtsp://${USER}:${CAMERA_PIN}@cam/1", {"USER": "secret-user"})
    assert "secret-user" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://wei:pa55@10.0.0.9:554/x", "rtsp://10.0.0.9:554/x"),
        ("rtsp://wei:p@ss@10.0.0.9/x", "rtsp://10.0.0.9/x"),
        ("cannot open rtsp://wei@cam/x, nor rtsps://a:b@c/d", "cannot open rtsp://cam/x, nor rtsps://c/d"),
        ("rtsp://cam/x?user=a&password=secret&stream=1", "rtsp://cam/x?user=a&password=***&stream=1"),
        ("rtsp://cam/x?TOKEN=secret", "rtsp://cam/x?TOKEN=***"),
        ("wei@example.com wrote", "wei@example.com wrote"),
        ("rtsp://10.0.0.9/x", "rtsp://10.0.0.9/x"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


@given(st.text("abcXYZ019:@!$%&", min_size=1, max_size=20))
def test_no_password_is_ever_shown(password: str) -> None:
    secret = f"Sesame{password}"
    assert "Sesame" not in without_credentials(f"no stream (rtsp://wei:{secret}@10.0.0.9/live). Check it.")


def test_hosts_and_ports() -> None:
    assert host_and_port("rtsp://wei:pa@10.0.0.9:8554/x") == ("10.0.0.9", 8554)
    assert host_and_port("rtsp://camera/x") == ("camera", 554)
    assert host_and_port("rtsps://[::1]/x") == ("::1", 322)
    for url in ("rtsp:///x", "rtsp://wei:pa55@cam:99999/x", "rtsp://wei:pa55@cam:port/x"):
        with pytest.raises(SourceError, match="rtsp://host:port/path") as caught:
            host_and_port(url)
        assert "pa55" not in str(caught.value)


def test_logins_written_into_the_file_are_noticed() -> None:
    assert has_written_login("rtsp://wei:pa55@cam/x")
    assert has_written_login("rtsp://admin:${PIN}@cam/x")
    assert not has_written_login("rtsp://${LOGIN}@cam/x")
    assert not has_written_login("rtsp://${USER}:${PIN}@cam/x")
    assert not has_written_login("rtsp://cam/x")
