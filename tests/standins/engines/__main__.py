"""Command line of the stand-ins: python -m standins.engines up | status | down | env."""

import shlex
import sys
import time

import click

from standins.engines import control, services
from standins.engines.problems import EngineError
from standins.engines.processes import State

_only = click.option(
    "--only",
    type=click.Choice(list(services.ENGINES)),
    help="このエンジンだけ / this engine only (default: all).",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Athena と Redshift の代役をこの計算機で動かします。 / "
    "Run stand-ins of Athena and Redshift on this machine.",
)
def commands() -> None:
    """Run stand-ins of Athena and Redshift on this machine."""


@commands.command(
    help="足りないものを取得し、起動して、応答を待ちます。 / "
    "Fetch what is missing, start everything, and wait until it answers."
)
@_only
def up(only: str | None) -> None:
    """Fetch, start and wait; then say where everything is."""
    began = time.monotonic()
    before = control.running()
    state = control.up(_names(only))
    if before == state:
        _say("すでに動いています。 / Everything is up already.")
    else:
        _say(f"起動しました（{time.monotonic() - began:.0f} 秒）。 / Up.")
    _show(state)
    _say('変数を読み込む / to use it:  eval "$(scripts/engines env)"')


@commands.command(
    help="何が動いているかを示します。 / Show what is running (exit code 3: nothing)."
)
def status() -> None:
    """Show the services and whether each answers."""
    state = control.recorded()
    if state is None:
        _say("動いていません。 / Nothing is running.")
        raise SystemExit(3)
    if not _show(state):
        _say(
            "応答しないものがあります。scripts/engines up で起動し直します。 / "
            "Some do not answer; scripts/engines up starts them anew."
        )
        raise SystemExit(3)


@commands.command(
    help="すべて止めます（異常終了の後でも）。代役のデータは消えます。 / "
    "Stop everything, also after a crash; the stand-ins' data is gone then."
)
def down() -> None:
    """Stop everything."""
    stopped = control.down()
    _say("止めました。 / Stopped." if stopped else "動いていませんでした。 / Nothing was running.")


@commands.command(
    help='使うための変数を出力します: eval "$(scripts/engines env)" / '
    "Print the variables that lead clients to what is running."
)
def env() -> None:
    """Print export lines for a shell."""
    state = control.running()
    if state is None:
        raise EngineError(
            "動いていません。先に scripts/engines up を実行してください。",
            "Nothing is running; run scripts/engines up first.",
        )
    for name, value in control.environment(state).items():
        click.echo(f"export {name}={shlex.quote(value)}")


def _names(only: str | None) -> list[str]:
    return list(services.ENGINES[only] if only else services.SERVICES)


def _show(state: State) -> bool:
    """Print one line a service; return whether all answer."""
    good = True
    for name, process in state.processes.items():
        answers = process.find() is not None and services.answers(name, state.ports)
        good &= answers
        sign = "○ 動作中 / up" if answers else "× 応答なし / no answer"
        place = f"{services.HOST}:{state.ports[name]}"
        click.echo(f"{services.TITLES[name]}\t{place}\tpid {process.pid}\t{sign}")
    return good


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


if __name__ == "__main__":
    try:
        commands()
    except EngineError as problem:
        _say(f"中止 / stopped: {problem}")
        sys.exit(2)
