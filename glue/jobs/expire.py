"""Expire superseded data: plain Python, the same file by hand and on AWS Glue."""

from catdata.cli.tidy import expire

if __name__ == "__main__":
    expire()
