"""How DuckDB is led to S3."""

import os

import boto3
import duckdb
import pytest

from lake_on_s3 import connect_to_s3, endpoint_options


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("", ""),
        ("http://127.0.0.1:5000/", ", endpoint '127.0.0.1:5000', url_style 'path', use_ssl false"),
        ("https://s3.example", ", endpoint 's3.example', url_style 'path', use_ssl true"),
    ],
)
def test_an_s3_other_than_amazons(url: str, options: str) -> None:
    assert endpoint_options(url) == options


def test_a_file_with_a_japanese_key_is_read(s3_url: str) -> None:
    bucket, _, prefix = s3_url.removeprefix("s3://").partition("/")
    boto3.client("s3").put_object(
        Bucket=bucket, Key=f"{prefix}/自治体=千代田区/a.csv", Body=b"n\n5\n"
    )
    with duckdb.connect() as connection:
        connect_to_s3(connection)
        rows = connection.execute(
            f"select * from read_csv('{s3_url}/*/*.csv', hive_partitioning = true)"
        )
        assert rows.fetchall() == [(5, "千代田区")]


def test_without_credentials_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: None)
    with duckdb.connect() as connection, pytest.raises(RuntimeError, match="認証情報がありません"):
        connect_to_s3(connection)
