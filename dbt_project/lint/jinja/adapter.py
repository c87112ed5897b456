"""What sqlfluff's jinja templater lacks of dbt: `adapter.dispatch`, answered by a placeholder.

Linting needs SQL of the right shape, not of the right meaning; dbt itself compiles the models.
"""

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """Return a macro that writes its arguments as a function call."""

    def written(*arguments: object) -> str:
        return f"{macro_name}({', '.join(map(str, arguments))})"

    return written
