"""The process of the stand-in: sign-in and TLS by the real driver, its end, and what a crash leaves."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
import redshift_connector
from redshift_service import Redshift, rows

from standins.redshift import trusted
from standins.redshift.postgres import Postgres

pytestmark = pytest.mark.engines

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Redshift]:
    service = Redshift(tmp_path / "state", NOWHERE)
    service.start()
    yield service
    service.remove()


def iam(service: Redshift, **changes: Any) -> redshift_connector.Connection:
    """Connect as dbt does by the method iam_role."""
    return redshift_connector.connect(
        **{
            "iam": True,
            "group_federation": True,
            "host": "127.0.0.1",
            "port": service.port,
            "database": "catdata",
            "cluster_identifier": "cat-data-cluster",
            "region": "ap-northeast-1",
            "user": "",
            "password": "",
            "db_user": None,
            "ssl": True,
            "sslmode": "verify-ca",
            "iam_disable_cache": True,
        }
        | changes
    )


@pytest.fixture
def signed_in_here(redshift: Redshift, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in redshift.environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("signed_in_here")
@pytest.mark.parametrize(
    ("changes", "user"),
    [
        ({}, "IAMR:dbt"),
        ({"sslmode": "verify-full"}, "IAMR:dbt"),
        ({"group_federation": False, "db_user": "ann"}, "IAM:ann"),
    ],
)
def test_the_driver_signs_in_by_iam(redshift: Redshift, changes: dict[str, Any], user: str) -> None:
    with closing(iam(redshift, **changes)) as connection:
        assert rows(connection.cursor(), "select current_user") == [(user,)]


@pytest.mark.usefixtures("signed_in_here")
def test_a_driver_that_does_not_trust_the_certificate_stays_out(
    redshift: Redshift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(redshift_connector.InterfaceError, match="CERTIFICATE_VERIFY_FAILED"):
        iam(redshift)
    # It serves the next one.
    with redshift.connection() as cursor:
        assert rows(cursor, "select 1") == [(1,)]


def test_a_new_user_may_read_nothing_of_others(redshift: Redshift) -> None:
    with redshift.connection() as owner, redshift.connection('we"ird') as other:
        owner.execute("create table own (a int)")
        with pytest.raises(redshift_connector.ProgrammingError, match="permission denied"):
            other.execute("select * from own")


def test_sessions_do_not_wait_for_each_other(redshift: Redshift) -> None:
    with redshift.connection() as first, redshift.connection() as second:
        first.execute("begin")
        first.execute("create table open_transaction (a int)")
        assert rows(second, "select 1") == [(1,)]
        first.execute("rollback")


def test_an_ended_stand_in_leaves_no_process_and_keeps_its_tables(service: Redshift) -> None:
    with service.connection() as cursor:
        cursor.execute("create table kept as select 'ねこ' as a")
        cursor.execute("select pg_sleep(0)")
        children = psutil.Process(service.process.pid).children(recursive=True)
        assert children
        assert service.end() == 0
    assert not psutil.wait_procs(children, timeout=5)[1]
    service.start()
    with service.connection() as cursor:
        assert rows(cursor, "select a from kept") == [("ねこ",)]


def test_a_killed_stand_in_heals_at_the_next_start(service: Redshift) -> None:
    with service.connection() as cursor:
        cursor.execute("create table kept as select 1 as a")
        left = psutil.Process(service.process.pid).children()
        service.end(signal.SIGKILL)
    assert all(process.is_running() for process in left)
    service.start()
    assert not psutil.wait_procs(left, timeout=5)[1]
    with service.connection() as cursor:
        assert rows(cursor, "select a from kept") == [(1,)]


def test_without_its_postgres_it_ends_too(service: Redshift) -> None:
    for child in psutil.Process(service.process.pid).children():
        child.kill()
    assert service.process.wait(30) == 1


def test_a_start_that_was_killed_half_way_is_made_anew(tmp_path: Path) -> None:
    service = Redshift(tmp_path / "state", NOWHERE)
    for delay_s in (0.4, 0.8):
        process = subprocess.Popen(service.command, env=service.process_environment)
        time.sleep(delay_s)
        process.kill()
        process.wait()
    service.start()
    with service.connection() as cursor:
        assert rows(cursor, "select dateadd(day, 1, date '2024-02-28')::date::text") == [
            ("2024-02-29",)
        ]
    assert service.end() == 0
    service.remove()


def test_data_of_a_state_that_is_no_more_is_removed(service: Redshift, tmp_path: Path) -> None:
    folder = Postgres(service.state).socket.parent
    assert folder.is_dir()
    assert service.end() == 0
    service.state.rename(tmp_path / "moved")
    other = Redshift(tmp_path / "other", NOWHERE)
    other.start()
    assert not folder.exists()
    assert other.end() == 0
    other.remove()


def test_a_port_in_use_is_told_in_both_languages(redshift: Redshift, tmp_path: Path) -> None:
    second = Redshift(tmp_path / "second", NOWHERE)
    command = [str(redshift.port) if part == str(second.port) else part for part in second.command]
    ended = subprocess.run(
        command, env=redshift.process_environment, capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    message = ended.stderr.decode()
    assert f"ポート {redshift.port} が使われています" in message
    assert f"port {redshift.port} is in use" in message
    assert "Traceback" not in message
    shutil.rmtree(Postgres(second.state).socket.parent)


def test_the_key_is_for_its_owner_alone(redshift: Redshift) -> None:
    key = trusted(redshift.state).with_name("server.key")
    assert key.stat().st_mode & 0o077 == 0


def test_what_is_not_the_protocol_is_turned_away(redshift: Redshift) -> None:
    for nonsense in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x08\0\0\0\0",
        b"POST",
    ):
        with closing(socket.create_connection(("127.0.0.1", redshift.port), timeout=5)) as probe:
            probe.sendall(nonsense)
            probe.shutdown(socket.SHUT_WR)
            assert probe.recv(1024) == b""
    with redshift.connection() as cursor:
        assert rows(cursor, "select 1") == [(1,)]
