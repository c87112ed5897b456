"""Serve AWS on this machine: python -m standins.athena --port P --trino URL --bucket NAME."""

import logging
import threading

import boto3
import click

from standins.athena import api, glue_statistics
from standins.moto_server import make_moto_server

WORKGROUP = "dbt"


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--trino", required=True, help="Address of the Trino that runs Athena's queries.")
@click.option("--bucket", required=True, help="Bucket to begin with.")
def serve(port: int, trino: str, bucket: str) -> None:
    """Serve S3, Glue, Athena's API and all else that moto has, until it is ended."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    glue_statistics.install()
    api.install(trino)
    server = make_moto_server(port)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    _prepare(bucket)
    serving.join()


def _prepare(bucket: str) -> None:
    """Make what an account has before anyone works in it; the bucket last, as a sign of readiness."""
    region = boto3.session.Session().region_name
    boto3.client("athena").create_work_group(
        Name=WORKGROUP, Configuration={"EnforceWorkGroupConfiguration": False}
    )
    boto3.client("glue").create_database(DatabaseInput={"Name": "default"})
    boto3.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region}
    )


if __name__ == "__main__":
    serve()
