"""Compact small files: plain Python, the same file by hand and on AWS Glue."""

from catdata.cli.tidy import compact

if __name__ == "__main__":
    compact()
