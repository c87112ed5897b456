"""cat-data-api over a million cats beside a plain handler: latency at a rate, throughput, cold start, size.

Each server is a process of its own and the load comes from this one. Latency counts from the moment at
which a request was due, so that a slow answer does not hide those that wait behind it. The plain handler is
what one would write first: FastAPI, and DuckDB's `order by … limit … offset` over the same Parquet file.
"""

import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "bench"
PATHS = [str(ROOT / part) for part in ("infra", "infra/handlers", "dbt_project", "tests", "glue")]
BODIES, PAGE, THREADS = 120, 100, 8
MEMORY = 1024
MIB = 1 << 20

Headers = dict[str, str]
Target = tuple[str, Headers]


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds at a steady rate, and answers a second when the clients do not wait."""

    p50: float
    p99: float
    throughput: float


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="cats of the extract")
@click.option("--rate", default=50, show_default=True, help="requests a second for the latencies")
@click.option("--seconds", default=6.0, show_default=True, help="length of each measurement")
@click.option("--plain/--no-plain", default=True, show_default=True, help="the yardstick too")
@click.option(
    "--package/--no-package", default=True, show_default=True, help="package and cold start"
)
@click.pass_obj
def api(repeat: int, rows: int, rate: int, seconds: float, plain: bool, package: bool) -> None:
    """Measure cat-data-api under load from a second process, beside a plain FastAPI handler."""
    extract = _extract(rows)
    console = Console(width=None if sys.stdout.isatty() else 120)
    load = os.getloadavg()[0]
    speeds = _speeds(("ours", "plain") if plain else ("ours",), extract, rate, seconds)
    console.print(_speed_table(speeds, rows, rate, load))
    if package:
        console.print(_start_table(extract, rows, repeat))


def _extract(rows: int) -> Path:
    folder = WORK / f"api-{rows}"
    # The manifest is written last.
    if not (folder / "manifest.json").exists():
        sys.path[:0] = PATHS
        from standins.cat_extract import publish_made

        publish_made(folder, rows, BODIES)
    return folder


def _speeds(
    names: Sequence[str], extract: Path, rate: int, seconds: float
) -> dict[str, dict[str, Speed]]:
    """Return the speeds of the servers for every kind of question, asked of one after the other."""
    speeds: dict[str, dict[str, Speed]] = {name: {} for name in names}
    with ExitStack() as stack:
        ports = {name: stack.enter_context(_server(name, extract)) for name in names}
        asked = {
            name: (_questions if name == "ours" else _plain_questions)(port)
            for name, port in ports.items()
        }
        for kind in asked[names[0]]:
            for name, port in ports.items():
                speeds[name][kind] = _speed(port, asked[name][kind], rate, seconds)
    return speeds


@contextmanager
def _server(name: str, extract: Path) -> Iterator[int]:
    """Give the port of a server that runs while the block does."""
    process = subprocess.Popen(
        [sys.executable, __file__, name, str(extract)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(PATHS), "POWERTOOLS_LOG_LEVEL": "WARNING"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def _ask(
    connection: http.client.HTTPConnection, target: Target
) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request("GET", target[0], headers=target[1])
    reply = connection.getresponse()
    body = reply.read()
    if reply.status not in (200, 304):
        raise RuntimeError(f"{target[0]}: {reply.status} {body[:300]!r}")
    return reply, body


def _filters() -> Iterator[dict[str, Any]]:
    """Yield filters as people choose them, each once: a body and year, a coat and sex, a span of days."""
    for n in itertools.count():
        body = f"{n * 7 % BODIES:05d}9"
        year = 2016 + n % 10
        yield {"municipality_code": body, "fiscal_year": year}
        coat = ("calico", "black", "white", "torbie")[n % 4]
        yield {"coat": coat, "sex": ("male", "female")[n // 4 % 2], "fiscal_year": year}
        yield {"intake_date_from": f"{year}-{1 + n % 12:02d}-01", "intake_date_to": f"{year}-12-31"}


def _groups() -> list[dict[str, Any]]:
    chosen = ["municipality_code,fiscal_year", "municipality_code,month", "coat,sex", "outcome_type,fiscal_year",
              "intake_type", "life_stage,month", "area,municipality_code,fiscal_year"]  # fmt: skip
    asked: list[dict[str, Any]] = [{"group_by": groups} for groups in chosen]
    asked += [{"group_by": "coat,sex", "fiscal_year": year} for year in range(2016, 2026)]
    return asked


def _questions(port: int) -> dict[str, list[Target]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    filters = [("/cats?" + urlencode(f), {}) for f in itertools.islice(_filters(), 300)]
    summaries = [("/cats/summary?" + urlencode(g), {}) for g in _groups()]
    known = []
    for target, _ in filters[:20]:
        reply, _ = _ask(connection, (target, {}))
        known.append((target, {"If-None-Match": str(reply.headers["ETag"])}))
    return {
        "filtered page": filters,
        "deep page": _deep(connection, {}),
        "sorted deep page": _deep(connection, {"sort": "-intake_date"})
        + _deep(connection, {"sort": "outcome_date"}),
        "sorted, filtered, deep": _deep(connection, {"sort": "-intake_date", "sex": "female"}),
        "summary": summaries,
        "conditional (304)": known,
    }


def _deep(
    connection: http.client.HTTPConnection, asked: dict[str, Any], pages: int = 60
) -> list[Target]:
    """Return pages of a list far behind its first, by going there."""
    found, cursor = [], None
    for _ in range(pages):
        more = {"cursor": cursor} if cursor else {}
        walk = urlencode(asked | more | {"limit": 2000, "fields": "sex"})
        cursor = json.loads(_ask(connection, (f"/cats?{walk}", {}))[1])["next"]
        found.append(("/cats?" + urlencode(asked | {"limit": PAGE, "cursor": cursor}), {}))
    return found


def _plain_questions(port: int) -> dict[str, list[Target]]:
    """Return the same questions as the plain handler takes them."""
    filters: list[Target] = [
        ("/cats?" + urlencode(f), {}) for f in itertools.islice(_filters(), 300)
    ]
    depths = [2000 * n for n in range(1, 61)]

    def deep(asked: dict[str, Any]) -> list[Target]:
        return [("/cats?" + urlencode(asked | {"offset": depth}), {}) for depth in depths]

    return {
        "filtered page": filters,
        "deep page": deep({}),
        "sorted deep page": deep({"sort": "-intake_date"}) + deep({"sort": "outcome_date"}),
        "sorted, filtered, deep": deep({"sort": "-intake_date", "sex": "female"}),
        "summary": [("/cats/summary?" + urlencode(g), {}) for g in _groups()],
        # It knows no tags: whether an answer still holds costs the answer.
        "conditional (304)": filters[:20],
    }


def _speed(port: int, targets: Sequence[Target], rate: int, seconds: float) -> Speed:
    ready = threading.local()

    def ask(number: int) -> None:
        if not hasattr(ready, "connection"):
            ready.connection = http.client.HTTPConnection("127.0.0.1", port)
        target = targets[number % len(targets)]
        try:
            _ask(ready.connection, target)
        except http.client.RemoteDisconnected:
            # A server lets go of a connection that was idle; the client connects anew.
            _ask(ready.connection, target)

    with ThreadPoolExecutor(THREADS) as pool:
        # Connections, and the files that a first question fetches.
        list(pool.map(ask, range(THREADS * 2)))
        taken = _at_rate(pool, ask, rate, seconds)
        throughput = _at_once(pool, ask, seconds / 2)
    return Speed(statistics.median(taken), statistics.quantiles(taken, n=100)[98], throughput)


def _at_rate(
    pool: ThreadPoolExecutor, ask: Callable[[int], None], rate: int, seconds: float
) -> list[float]:
    """Return the milliseconds of each request from when it was due.

    A server that cannot hold the rate falls behind more and more: what it has not begun when twice the time
    is over is not asked any more, and counts with the time that it has waited.
    """
    begun = time.perf_counter() + 0.05

    def one(number: int) -> float:
        due = begun + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        if time.perf_counter() - begun < 2 * seconds:
            ask(number)
        return 1000 * (time.perf_counter() - due)

    return list(pool.map(one, range(int(rate * seconds))))


def _at_once(pool: ThreadPoolExecutor, ask: Callable[[int], None], seconds: float) -> float:
    """Return answers a second of clients that ask again as soon as they are answered."""
    numbers, begun = itertools.count(), time.perf_counter()

    def many(_: int) -> int:
        asked = 0
        while time.perf_counter() - begun < seconds:
            ask(next(numbers))
            asked += 1
        return asked

    return sum(pool.map(many, range(4))) / (time.perf_counter() - begun)


def _speed_table(speeds: dict[str, dict[str, Speed]], rows: int, rate: int, load: float) -> Table:
    table = Table(
        title=f"{rows:,} cats, {PAGE} a page, {rate} requests/s; load of the machine before: {load:.1f}"
    )
    for heading in ("question", "p50", "p99", "answers/s", "plain p50", "p99", "answers/s", "p50 / plain", "p99 / plain"):  # fmt: skip
        table.add_column(heading, justify="right")
    for kind, ours in speeds["ours"].items():
        row = [kind, f"{ours.p50:.1f} ms", f"{ours.p99:.1f} ms", f"{ours.throughput:.0f}"]
        if "plain" in speeds:
            plain = speeds["plain"][kind]
            row += [f"{plain.p50:.1f} ms", f"{plain.p99:.1f} ms", f"{plain.throughput:.0f}"]
            row += [f"{ours.p50 / plain.p50:.2f}", f"{ours.p99 / plain.p99:.2f}"]
        table.add_row(*row)
    return table


# Runs with nothing but the package; the limit is that of the kernel on memory of the process' own.
_COLD = """
import resource, time
began = time.perf_counter()
resource.setrlimit(resource.RLIMIT_DATA, ({limit}, {limit}))
from cat_data_api.app import handler
loaded = time.perf_counter()
class Context:
    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "f", 1024, "arn", "1"
event = dict(resource="/cats", path="/cats", httpMethod="GET", headers={{}}, multiValueHeaders={{}},
    queryStringParameters=None, multiValueQueryStringParameters=None, pathParameters=None,
    requestContext={{"stage": "x", "requestId": "1"}}, body=None, isBase64Encoded=False)
answer = handler(event, Context())
assert answer["statusCode"] == 200, answer
done = time.perf_counter()
print(1000 * (loaded - began), 1000 * (done - began), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _start_table(extract: Path, rows: int, repeat: int) -> Table:
    """Measure the package and a process that begins with nothing but it."""
    sys.path[:0] = PATHS
    from cloud import api as stack
    from cloud.packaging import build_package

    built: list[Any] = []

    def keep(*arguments: Any, **named: Any) -> Any:
        built.append(build_package(*arguments, **named))
        return built[-1]

    stack.build_package = keep
    stack.api_package()
    (package,) = built
    environment = {
        "PYTHONPATH": str(package.folder),
        "CATDATA_API_EXTRACT": str(extract),
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    runs = []
    for _ in range(max(repeat, 3)):
        done = subprocess.run(
            [sys.executable, "-S", "-c", _COLD.format(limit=MEMORY * MIB)],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        runs.append([float(part) for part in done.stdout.split()])
    imported, answered, peak = map(statistics.median, zip(*runs, strict=True))
    table = Table(title=f"A cold process of {MEMORY:,} MiB over {rows:,} cats")
    for heading in ("import", "import and first answer", "peak memory", "package, zipped"):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{imported:.0f} ms",
        f"{answered:.0f} ms",
        f"{peak / 1024:.0f} MiB",
        f"{package.archive.stat().st_size / 1e6:.1f} MB",
    )
    return table


def _serve_ours(extract: str) -> None:
    """Serve the function's own code as scripts/api does, without tokens."""
    os.environ["CATDATA_API_EXTRACT"] = extract
    from cat_data_api.app import handler

    from standins.cat_api.gateway import Gateway
    from standins.cat_api.server import make_server

    server = make_server(Gateway(handler, None))
    print(server.server_port, flush=True)
    server.serve_forever()


def _serve_plain(extract: str) -> None:
    """Serve the plain handler: parameters bound, nothing cached, nothing else."""
    import socket

    import duckdb
    import uvicorn
    from fastapi import FastAPI, Request

    manifest = json.loads((Path(extract) / "manifest.json").read_bytes())
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "640MB"})
    file = Path(extract) / manifest["tables"]["cats"]["key"]
    connection.execute(f"create view cats as select * from read_parquet('{file}')")
    app = FastAPI()

    def told(sql: str, bound: list[Any]) -> list[dict[str, Any]]:
        cursor = connection.cursor()
        found = cursor.execute(sql, bound)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def where(request: Request, *others: str) -> tuple[str, list[Any]]:
        parts, bound = ["true"], []
        for name, value in request.query_params.items():
            if name not in others:
                column, sign = name, "="
                if name.startswith("intake_date_"):
                    column, sign = "intake_date", ">=" if name.endswith("from") else "<="
                parts.append(f"{column} {sign} ?")
                bound.append(value)
        return " and ".join(parts), bound

    @app.get("/cats")
    def cats(request: Request, sort: str = "", offset: int = 0) -> dict[str, Any]:
        sql, bound = where(request, "sort", "offset")
        order = (
            f"order by {sort.lstrip('-')} {'desc' if sort[:1] == '-' else ''} nulls last"
            if sort
            else ""
        )
        ((total,),) = (
            connection.cursor().execute(f"select count(*) from cats where {sql}", bound).fetchall()
        )
        rows = told(f"select * from cats where {sql} {order} limit {PAGE} offset {offset}", bound)
        return {"total": total, "data": rows}

    @app.get("/cats/summary")
    def summary(request: Request, group_by: str) -> dict[str, Any]:
        sql, bound = where(request, "group_by")
        groups = group_by.replace("month", "intake_month")
        return {
            "data": told(
                f"select {groups}, count(*) as heads from cats where {sql} "
                f"group by {groups} order by {groups} limit {PAGE}",
                bound,
            )
        }

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_keep_alive=600))
    server.run(sockets=[listener])


if __name__ == "__main__":
    {"ours": _serve_ours, "plain": _serve_plain}[sys.argv[1]](sys.argv[2])
