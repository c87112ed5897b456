"""The `model` of dbt for the linter: as in a unit test, the whole of a model is made."""

resource_type = "unit_test"
