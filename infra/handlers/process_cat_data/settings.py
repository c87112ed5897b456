"""What the function is told by its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LAKE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]+)(?P<prefix>(?:/[^/]+)*)/?")


class SettingsError(ValueError):
    """A setting that is missing or cannot be used, said so that a person can put it right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The lake and the job; `prefix` is empty or ends in a slash."""

    bucket: str
    prefix: str
    job_name: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; raises SettingsError."""
    lake, job_name = (_required(environment, name) for name in ("CATDATA_LAKE", "GLUE_JOB_NAME"))
    match = _LAKE.fullmatch(lake)
    if match is None:
        raise SettingsError(
            f"CATDATA_LAKE は s3://バケット または s3://バケット/場所 と書いてください（今の値: {lake!r}）。 / "
            f"Write CATDATA_LAKE as s3://bucket or s3://bucket/prefix; it is {lake!r}."
        )
    prefix = match["prefix"].strip("/")
    return Settings(match["bucket"], f"{prefix}/" if prefix else "", job_name)


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(
            f"環境変数 {name} がありません。関数の設定に加えてください。 / "
            f"The environment variable {name} is missing; add it to the function's configuration."
        )
    return value
