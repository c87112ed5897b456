"""Trino as Athena's engine on one small machine: its configuration files and its command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Athena's catalog of Hive tables and views, and the one that Iceberg tables are written by.
HIVE, ICEBERG = "awsdatacatalog", "iceberg"

_JVM = (
    "-Xmx1G",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:ReservedCodeCacheSize=256M",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:+EnableDynamicAgentLoading",
    "-Djdk.attach.allowAttachSelf=true",
    "-Dfile.encoding=UTF-8",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server must know: its port and plugins, and where S3 and Glue answer."""

    port: int
    plugins: Path
    aws: Mapping[str, str]
    bucket: str


def write_configuration(settings: Settings, folder: Path) -> Path:
    """Write the server's configuration below a folder and return where it lies."""
    etc = folder / "etc"
    catalogs = etc / "catalog"
    catalogs.mkdir(parents=True, exist_ok=True)
    _write(etc / "config.properties", _server(settings, catalogs))
    _write(etc / "log.properties", {"io.trino": "WARN"})
    _write(catalogs / f"{HIVE}.properties", _hive(settings))
    _write(catalogs / f"{ICEBERG}.properties", _iceberg(settings))
    return etc


def command(java: Path, home: Path, etc: Path, data: Path) -> list[str]:
    """Return the command that runs the server, without the launcher that wants a Python 2."""
    node = {
        "environment": "standin",
        "id": "standin",
        "data-dir": str(data),
        "bind-ip": "127.0.0.1",
        "internal-address": "127.0.0.1",
    }
    return [
        str(java),
        *_JVM,
        f"-Dlog.levels-file={etc / 'log.properties'}",
        f"-Dconfig={etc / 'config.properties'}",
        *(f"-Dnode.{name}={value}" for name, value in node.items()),
        *("-cp", f"{home / 'lib'}/*", "io.trino.server.TrinoServer"),
    ]


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def _server(settings: Settings, catalogs: Path) -> dict[str, str]:
    return {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(settings.port),
        "discovery.uri": f"http://127.0.0.1:{settings.port}",
        # Its place would be var/ in whatever folder the server is started from.
        "http-server.log.enabled": "false",
        "plugin.dir": str(settings.plugins),
        "catalog.config-dir": str(catalogs),
        "catalog.management": "static",
        "query.max-memory": "400MB",
        "query.max-memory-per-node": "400MB",
        "memory.heap-headroom-per-node": "200MB",
        "task.concurrency": "1",
        # One writer a task, so that the limit of 100 open partitions is Athena's: two let 150 pass.
        "task.min-writer-count": "1",
        "task.max-writer-count": "1",
    }


def _storage(settings: Settings) -> dict[str, str]:
    aws = settings.aws
    keys = {"region": aws["AWS_REGION"]}
    access = {
        "aws-access-key": aws["AWS_ACCESS_KEY_ID"],
        "aws-secret-key": aws["AWS_SECRET_ACCESS_KEY"],
    }
    glue = {"endpoint-url": aws["AWS_ENDPOINT_URL"], **keys, **access}
    s3 = {
        "endpoint": aws["AWS_ENDPOINT_URL"],
        **keys,
        **access,
        "path-style-access": "true",
    }
    return {
        "fs.native-s3.enabled": "true",
        **{f"hive.metastore.glue.{name}": value for name, value in glue.items()},
        **{f"s3.{name}": value for name, value in s3.items()},
    }


def _hive(settings: Settings) -> dict[str, str]:
    return {
        "connector.name": "hive",
        "hive.metastore": "glue",
        "hive.metastore.glue.default-warehouse-dir": f"s3://{settings.bucket}/warehouse/",
        **_storage(settings),
        "hive.non-managed-table-writes-enabled": "true",
        "hive.non-managed-table-creates-enabled": "true",
        "hive.security": "allow-all",
        "hive.partition-projection-enabled": "true",
        "hive.iceberg-catalog-name": ICEBERG,
        "hive.max-partitions-per-writers": "100",
        # Athena reads the folders below a table's place too.
        "hive.recursive-directories": "true",
        # Athena's timestamps have milliseconds.
        "hive.timestamp-precision": "MILLISECONDS",
    }


def _iceberg(settings: Settings) -> dict[str, str]:
    return {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "glue",
        **_storage(settings),
        "iceberg.unique-table-location": "false",
        "iceberg.hive-catalog-name": HIVE,
    }
