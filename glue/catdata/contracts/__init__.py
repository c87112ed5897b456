"""What each source sends and what it means: YAML contracts, checked as a whole."""
