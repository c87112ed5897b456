"""process-cat-data: starts one run of the normalize job for a batch of objects that arrived."""
