"""Clients of AWS for the commands that need them; a machine without boto3 is told so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from catdata.sentences import SentenceError


class AwsError(SentenceError):
    """AWS refused, or cannot be asked from here."""


def client(service: str) -> Any:
    """Return a client of a service; raises AwsError where boto3 is missing."""
    try:
        import boto3
    except ImportError as error:
        raise AwsError(
            "boto3 がありません（dbt の環境で実行してください）。",
            "boto3 is not installed.",
            service,
        ) from error
    sdk: Any = boto3
    return sdk.client(service)


@contextmanager
def refusals_explained(what_ja: str, what_en: str) -> Iterator[None]:
    """Turn what AWS refuses into a sentence: what could not be done, and AWS's reason."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AwsError(
            f"{what_ja}（{error}）。権限とリージョンを確かめてください。",
            f"{what_en}; check the permissions and the region: {error}",
            "AWS",
        ) from error
