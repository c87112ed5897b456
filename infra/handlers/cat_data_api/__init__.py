"""The API of published cat data: the same code on Lambda and in scripts/api."""
