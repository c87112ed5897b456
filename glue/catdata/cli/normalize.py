"""Command line of the main job: raw objects of a lake to normalized Parquet."""

import json
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from catdata.cli import aws
from catdata.cli.options import (
    engine_option,
    reload_option,
    required_lake_option,
    summary_option,
)
from catdata.cli.register import DATABASES, on_s3, register_lake
from catdata.cli.runtime import job_settings, spark_session
from catdata.cli.terminal import console, explained, progress_bar
from catdata.contracts.load import load_contracts
from catdata.contracts.model import Contract
from catdata.loads import initialise, layout
from catdata.normalize.engines import Engine, LocalEngine, SparkEngine
from catdata.normalize.planning import Planner, Planning
from catdata.normalize.privacy import KEY_VARIABLE, ApplicantKeys
from catdata.normalize.reference import publish
from catdata.normalize.run import load
from catdata.report.summary import ObjectOutcome, RunSummary, summarise
from catdata.storage import ObjectInfo, Storage, StorageError

# Below this much raw data the start of Spark costs more than the work.
LOCAL_BELOW_BYTES = 64 << 20


@click.command(context_settings=job_settings())
@required_lake_option
@click.option(
    "--objects",
    multiple=True,
    metavar="KEY",
    help="Key below the lake, such as raw/SOURCE/FILE; may be given again. Default: all of raw/ "
    "but what was withdrawn.",
)
@click.option(
    "--manifest", metavar="KEY", help="Key of a JSON array of keys, as the trigger writes it."
)
@engine_option("spark")
@reload_option
@click.option(
    "--applicant-key-secret",
    metavar="ARN",
    help="Secret of AWS Secrets Manager with the key of applicants' hashes. Default: the variable "
    f"{KEY_VARIABLE}.",
)
@click.option(
    "--register",
    is_flag=True,
    help="Afterwards make new bodies and years known to Glue's catalog, as `catdata register` does.",
)
@summary_option
def main(
    lake: str,
    objects: tuple[str, ...],
    manifest: str | None,
    engine: str,
    reload: bool,
    applicant_key_secret: str | None,
    register: bool,
    summary: Path | None,
) -> None:
    """Normalise raw objects of a lake: read, judge, write, commit; each object on its own."""
    if register:
        on_s3(lake)
    with explained():
        applicant_keys = _applicant_keys(applicant_key_secret)
        storage = Storage(lake)
        keys = [*objects, *(_listed(storage, manifest) if manifest else ())]
        infos, refused = _found(storage, keys) if keys else (whole_lake(storage), [])
        result = normalize(
            storage,
            load_contracts(),
            infos,
            applicant_keys,
            engine=engine,
            reload=reload,
            named=bool(keys),
        )
        if register:
            register_lake(lake, DATABASES)
        finish(summarise([*result.outcomes, *refused]), summary)


def _applicant_keys(secret: str | None) -> ApplicantKeys:
    """Return the hashes' key, from a secret of AWS where one is named."""
    if secret is None:
        return ApplicantKeys.from_environment()
    with aws.refusals_explained("秘密の鍵を読めません", "The secret key cannot be read"):
        answer = aws.client("secretsmanager").get_secret_value(SecretId=secret)
    return ApplicantKeys.of(answer["SecretString"])


def _found(storage: Storage, keys: Iterable[str]) -> tuple[list[ObjectInfo], list[ObjectOutcome]]:
    """Return the objects of some keys, each once; one that is gone does not hold up the others."""
    infos: list[ObjectInfo] = []
    refused: list[ObjectOutcome] = []
    for key in dict.fromkeys(keys):
        try:
            layout.parse_raw(key)
            infos.append(storage.info(key))
        except ValueError as error:
            raise click.UsageError(
                f"{key}: raw/SOURCE/FILE の形で書いてください。/ Write it as raw/SOURCE/FILE."
            ) from error
        except StorageError as error:
            refused.append(ObjectOutcome.failed(key, None, error.sentences))
    return infos, refused


def _listed(storage: Storage, manifest: str) -> list[str]:
    """Return the keys that a manifest lists."""
    try:
        keys = json.loads(storage.read(manifest))
    except ValueError:
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise click.UsageError(
            f"{manifest}: キーのJSON配列ではありません。/ It is no JSON array of keys."
        )
    return keys


def whole_lake(storage: Storage) -> list[ObjectInfo]:
    """Return all raw objects but those that no contract matched when they came."""
    unmatched = layout.unmatched_file("")
    return [info for info in storage.list(layout.RAW) if not info.key.startswith(unmatched)]


def normalize(
    storage: Storage,
    contracts: Mapping[str, Contract],
    infos: Iterable[ObjectInfo],
    applicant_keys: ApplicantKeys,
    *,
    engine: str,
    reload: bool = False,
    named: bool = True,
) -> RunSummary:
    """Prepare the lake, run the job over some raw objects with progress, and return its summary."""
    planner = Planner(storage, contracts, reload=reload, named=named)
    infos = sorted(infos, key=lambda info: info.key)

    def plan() -> Planning:
        initialise(storage)
        publish(storage, contracts)
        return planner.plan(infos)

    if engine == "auto":
        engine = "local" if sum(info.size for info in infos) < LOCAL_BELOW_BYTES else "spark"
    if engine == "local":
        return _load(storage, plan(), LocalEngine(), applicant_keys)
    # Planning reads every byte once; the start of Spark and of its workers is mostly waiting.
    with ThreadPoolExecutor(1) as pool:
        planning = pool.submit(plan)
        with spark_session("catdata-normalize") as spark:
            spark_engine = SparkEngine(spark)
            spark_engine.warm_up()
            return _load(storage, planning.result(), spark_engine, applicant_keys)


def _load(
    storage: Storage, planning: Planning, engine: Engine, applicant_keys: ApplicantKeys
) -> RunSummary:
    with progress_bar("取込み (normalise)") as report:
        return load(storage, planning, engine, applicant_keys, report)


def finish(result: RunSummary, summary: Path | None) -> None:
    """Print the summary, write it as JSON if asked, and exit with its code when that is not 0."""
    result.render(console())
    if summary is not None:
        summary.parent.mkdir(parents=True, exist_ok=True)
        summary.write_text(result.to_json(), encoding="utf-8")
    sys.stdout.flush()
    if result.exit_code:
        raise SystemExit(result.exit_code)
