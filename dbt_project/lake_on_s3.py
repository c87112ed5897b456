"""Has DuckDB read a lake on S3: a plug-in that dbt-duckdb loads by its name in profiles.yml.

DuckDB would fetch its S3 extension and the one for AWS credentials at run time; the first comes with
the locked packages instead, and boto3 finds the credentials as every other part of the project does.
"""

import os
from importlib.resources import files

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

_SECRET = """create or replace temporary secret catdata_lake (
    type s3, key_id '{key}', secret '{secret}', session_token '{token}', region '{region}'{endpoint}
)"""


def extension() -> str:
    """Return the path of DuckDB's S3 extension for the DuckDB that is installed."""
    folder = files("duckdb_extension_httpfs") / "extensions" / f"v{duckdb.__version__}"
    return str(folder / "httpfs.duckdb_extension")


def endpoint_options(url: str) -> str:
    """Return the secret's options for an S3 other than Amazon's, nothing for none."""
    if not url:
        return ""
    scheme, _, address = url.rstrip("/").partition("://")
    tls = "true" if scheme == "https" else "false"
    return f", endpoint '{address}', url_style 'path', use_ssl {tls}"


def connect_to_s3(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the S3 extension and the credentials that AWS's usual chain finds."""
    import boto3

    session = boto3.Session()
    found = session.get_credentials()
    if found is None:
        raise RuntimeError(
            "S3の認証情報がありません。AWSの環境変数か設定ファイルを用意してください。/ "
            "There are no credentials for S3; set AWS's environment variables or a profile."
        )
    credentials = found.get_frozen_credentials()
    connection.execute(f"load '{extension()}'")
    connection.execute(
        _SECRET.format(
            key=credentials.access_key,
            secret=credentials.secret_key,
            token=credentials.token or "",
            region=session.region_name or os.environ.get("AWS_REGION", ""),
            endpoint=endpoint_options(
                os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
            ),
        )
    )


class Plugin(BasePlugin):
    """Prepares each connection when CATDATA_LAKE is on S3, and does nothing otherwise."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Connect to S3 where the lake is there."""
        if os.environ.get("CATDATA_LAKE", "").startswith("s3://"):
            connect_to_s3(conn)
