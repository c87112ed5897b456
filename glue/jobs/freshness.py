"""Tell how old each source's newest load is: plain Python, the same file by hand and on AWS Glue."""

from catdata.cli.freshness import freshness

if __name__ == "__main__":
    freshness()
