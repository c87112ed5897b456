"""The one place that knows a local folder from S3."""

from catdata.storage.base import ObjectInfo, Storage
from catdata.storage.errors import ObjectNotFoundError, StorageError

__all__ = ["ObjectInfo", "ObjectNotFoundError", "Storage", "StorageError"]
