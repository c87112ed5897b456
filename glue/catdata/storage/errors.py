"""What storage says when it cannot do its work."""

from catdata.sentences import SentenceError


class StorageError(SentenceError):
    """Storage refused."""


class ObjectNotFoundError(StorageError):
    """There is no object under the key."""

    @classmethod
    def at(cls, place: str) -> "ObjectNotFoundError":
        """Return the error for a key or URL."""
        return cls("ファイルがありません。", "There is no such object.", place)
