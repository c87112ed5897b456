"""The API's extract: publishable marts as Parquet files, published as one snapshot."""
