"""What the stand-in answers to a statement that Athena would refuse."""


class StatementError(Exception):
    """The reason that Athena shows as the query's StateChangeReason."""
