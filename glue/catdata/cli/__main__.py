"""The product's command line: python -m catdata.cli COMMAND."""

from catdata.cli import commands

if __name__ == "__main__":
    commands()
