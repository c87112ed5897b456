"""What the job needs of AWS besides the bucket: the key of hashes, and Glue's catalog."""

from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from click.testing import CliRunner

from catdata.catalog import LAYERS
from catdata.cli import commands
from catdata.loads import Ledger
from catdata.samples.generate import write as write_samples
from catdata.storage import Storage

KEY = "a-key-that-is-long-enough-for-anyone"


@pytest.fixture
def lake(s3_url: str, tmp_path: Path) -> Storage:
    """Give a lake on S3 with the TNR applications of the samples, whose rows need the key."""
    write_samples(tmp_path, 20260401, 0.1)
    storage = Storage(s3_url)
    ledger = tmp_path / "first" / "不妊去勢手術助成申請台帳_令和7年度_風待市.csv"
    storage.put(f"raw/sample-kazemachi-tnr/{ledger.name}", ledger.read_bytes())
    return storage


def normalize(lake: str, *arguments: str) -> tuple[int, str]:
    command = ["normalize", "--lake", lake, "--engine", "local", *arguments]
    done = CliRunner().invoke(commands, command)
    return done.exit_code, done.output


def secret(text: str) -> str:
    made = boto3.client("secretsmanager").create_secret(Name=uuid4().hex, SecretString=text)
    return str(made["ARN"])


def test_the_key_comes_from_the_secret_and_new_partitions_reach_glue(lake: Storage) -> None:
    code, output = normalize(lake.url, "--applicant-key-secret", secret(KEY), "--register")
    assert code == 0, output
    [record] = Ledger(lake).heads()
    assert record.rows_accepted > 0
    glue = boto3.client("glue")
    for layer, entities in LAYERS.items():
        tables = glue.get_tables(DatabaseName=f"catdata_{layer}")["TableList"]
        assert {table["Name"] for table in tables} == {entity.name for entity in entities}
    partitions = glue.get_partitions(DatabaseName="catdata_normalized", TableName="tnr_case")[
        "Partitions"
    ]
    assert partitions


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--applicant-key-secret", "no-such-secret"], "秘密の鍵を読めません"),
        (["--applicant-key-secret", "SHORT"], "鍵が短すぎます"),
    ],
)
def test_without_the_key_nothing_is_loaded(
    lake: Storage, arguments: list[str], sentence: str
) -> None:
    given = [secret("short") if argument == "SHORT" else argument for argument in arguments]
    code, output = normalize(lake.url, *given)
    assert code == 2
    assert sentence in output
    assert not list(lake.list("loads"))


def test_a_lake_on_disk_is_not_registered(tmp_path: Path) -> None:
    code, output = normalize(str(tmp_path), "--register")
    assert code == 2
    assert "S3" in output
