"""Normalise raw objects: the main job, the same file under spark-submit and on AWS Glue 5.1."""

from catdata.cli.normalize import main

if __name__ == "__main__":
    main()
