"""The lake's tables as AWS Glue's catalog keeps them, so that Athena and Redshift read the lake."""

from catdata.catalog.partitions import Partitions, listed
from catdata.catalog.tables import LAYERS, location, table_input

__all__ = ["LAYERS", "Partitions", "listed", "location", "table_input"]
