"""Serve the stand-in until it is told to end: `python -m standins.redshift --port P --state DIR …`."""

import argparse
import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

from standins.redshift import environment, trusted
from standins.redshift.postgres import Postgres, PostgresError
from standins.redshift.service import Service
from standins.redshift.sql import to_postgres
from standins.redshift.tls import server_context
from standins.redshift.wire import Gateway, serve

# How often to look whether PostgreSQL still runs, in seconds.
_LOOK_S = 1.0


def main() -> int:
    """Start PostgreSQL and the proxy, say how to reach them, and stop both at SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m standins.redshift", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps the state")
    parser.add_argument("--aws-endpoint", required=True, help="URL that answers for Glue and S3")
    options = parser.parse_args()
    # From here on, so that a signal during the start also stops what was started.
    signal.signal(signal.SIGTERM, _interrupt)
    postgres = Postgres(options.state)
    try:
        postgres.start()
        asyncio.run(_serve(postgres, options.port, options.state, options.aws_endpoint))
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"フォルダー {options.state} に書けないか、ポート {options.port} が使われています。 / "
            f"The folder {options.state} cannot be written, or port {options.port} is in use: {error}",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        pass
    finally:
        postgres.stop()
    return 0


async def _serve(postgres: Postgres, port: int, state: Path, aws_endpoint: str) -> None:
    service = Service(postgres, aws_endpoint)
    tls = server_context(trusted(state))
    gateway = Gateway(postgres.socket, tls, service.admit, service.hindrance, to_postgres)
    server = await serve(gateway, port)
    for name, value in environment(port, state).items():
        print(f"{name}={value}", flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with server:
        while postgres.is_running() and not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _LOOK_S)
    if not ended.is_set():
        raise PostgresError(
            f"PostgreSQL が終了しました。{postgres.log} を見てください。 / "
            f"PostgreSQL has ended; see {postgres.log}."
        )


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
