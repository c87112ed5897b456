"""What storage says when it cannot do its work."""


class StorageError(Exception):
    """Storage refused; `ja` and `en` are whole sentences, `place` is the key or URL they speak of."""

    def __init__(self, ja: str, en: str, place: str) -> None:
        self.ja, self.en, self.place = ja, en, place
        super().__init__(f"{place}: {ja} / {en}")

    @property
    def sentences(self) -> tuple[str, str]:
        """Return both sentences with the place that they speak of."""
        return f"{self.place}: {self.ja}", f"{self.place}: {self.en}"

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.ja, self.en, self.place))


class ObjectNotFoundError(StorageError):
    """There is no object under the key."""

    @classmethod
    def at(cls, place: str) -> "ObjectNotFoundError":
        """Return the error for a key or URL."""
        return cls("ファイルがありません。", "There is no such object.", place)
