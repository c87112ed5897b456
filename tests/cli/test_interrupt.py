"""Ctrl-C while Spark works ends the run as it ends any other command."""

import os
import subprocess
import sys
from pathlib import Path

GLUE = Path(__file__).parents[2] / "glue"
PROGRAM = """
import os, signal, threading, time
import click
from catdata.cli.runtime import spark_session

@click.command()
def work():
    with spark_session("interrupted") as spark:
        threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()
        spark.sparkContext.parallelize([0], 1).map(lambda _: time.sleep(60)).collect()

work()
"""


def test_an_interrupt_leaves_one_word() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(GLUE)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 1
    assert "Aborted!" in done.stderr and "Py4J" not in done.stderr, done.stderr
