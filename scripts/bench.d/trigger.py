"""The trigger's cost: cold import, package size, and events per second through the handler.

    python scripts/bench.d/trigger.py

Prints JSON. Events per second are those of the handler's own work (reading, claims, manifest, answer)
with S3 and Glue in memory, and of the same with moto's S3 and Glue over HTTP, which answers one request
at a time. On AWS the claims' round trips come on top.
"""

import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = ROOT / "infra" / "handlers"
sys.path[:0] = [str(HANDLERS), str(ROOT / "tests"), str(ROOT / "tests" / "handlers")]

BATCHES, BATCH = 20, 100
# What the runtime does not bring: powertools and what it imports.
SHIPPED = ("aws-lambda-powertools", "jmespath", "typing-extensions")


def cold_import_ms(repeat: int = 7) -> dict[str, float]:
    """Measure the import of the handler in fresh processes, bytecode compiled, and of its clients."""
    code = (
        "import time; t = time.perf_counter(); import process_cat_data.handler as h;"
        "a = time.perf_counter(); h._trigger(); b = time.perf_counter();"
        "print(1000 * (a - t), 1000 * (b - a))"
    )
    environment = {
        "PYTHONPATH": str(HANDLERS),
        "CATDATA_LAKE": "s3://lake-bucket",
        "GLUE_JOB_NAME": "job",
        "AWS_REGION": "ap-northeast-1",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
    }
    runs = []
    for _ in range(repeat + 1):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        runs.append([float(part) for part in done.stdout.split()])
    names = ("import", "clients at the first event")
    # The first run may have compiled.
    return dict(zip(names, map(statistics.median, zip(*runs[1:], strict=True)), strict=True))


def package_bytes() -> dict[str, int]:
    """Measure what is shipped, zipped as Lambda takes it."""
    files = {
        path: f"process_cat_data/{path.name}" for path in HANDLERS.glob("process_cat_data/*.py")
    }
    for name in SHIPPED:
        for file in distribution(name).files or ():
            if file.suffix == ".py":
                files[Path(str(file.locate()))] = str(file)
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path, name in files.items():
                zipped.write(path, name)
        size = archive.tell()
    return {"zipped": size, "unzipped": sum(path.stat().st_size for path in files)}


def events_per_second(s3: Any, glue: Any, bucket: str) -> dict[str, float]:
    """Measure batches of new events, and the same events again, through the handler."""
    import process_cat_data.handler as entry
    from process_cat_data.settings import Settings
    from process_cat_data.trigger import Trigger
    from trigger_world import put

    from standins.lambda_queue import LambdaContext, record

    trigger = Trigger(Settings(bucket, "", "job"), s3, glue)
    batches = [
        {
            "Records": [
                record(put(f"raw/sample-kaku-intake/台帳_{n}_{m}.csv", "v", bucket=bucket))
                for m in range(BATCH)
            ]
        }
        for n in range(BATCHES)
    ]
    found = {}
    with mock.patch.object(entry, "_trigger", lambda: trigger), quiet():
        for name in ("new", "duplicates"):
            began = time.perf_counter()
            for batch in batches:
                answer = entry.handler(batch, LambdaContext())
                assert not answer["batchItemFailures"], answer
            found[name] = BATCH * BATCHES / (time.perf_counter() - began)
    return found


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Write log and metrics as always, to memory."""
    from process_cat_data.observability import logger

    [stream] = logger.handlers
    before = stream.setStream(io.StringIO())  # type: ignore[attr-defined]
    with contextlib.redirect_stdout(io.StringIO()):
        yield
    stream.setStream(before)  # type: ignore[attr-defined]


def in_memory() -> dict[str, float]:
    """Measure the handler alone."""
    from trigger_world import World

    world = World()
    return events_per_second(world.s3, world.glue, "lake-bucket")


def on_moto() -> dict[str, float]:
    """Measure the handler with boto3's requests."""
    import threading

    import boto3

    from standins.glue_runner import GlueRunner
    from standins.moto_server import make_moto_server

    server = make_moto_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "AWS_ACCESS_KEY_ID": "stand-in",
        "AWS_SECRET_ACCESS_KEY": "stand-in",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
    }
    with mock.patch.dict(os.environ, settings):
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="lake-bucket")
        GlueRunner("job").define("s3://none/none", {}, concurrent=1000)
        found = events_per_second(s3, boto3.client("glue"), "lake-bucket")
    server.shutdown()
    return found


def main() -> None:
    """Measure everything and print it."""
    figures: dict[str, dict[str, Any]] = {
        "cold_import_ms": cold_import_ms(),
        "package_bytes": package_bytes(),
        "events_per_second_in_memory": in_memory(),
        "events_per_second_on_moto": on_moto(),
    }
    rounded = {
        name: {what: round(value) for what, value in part.items()} for name, part in figures.items()
    }
    print(json.dumps(rounded, indent=2))


if __name__ == "__main__":
    main()
