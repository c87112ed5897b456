"""Local stand-ins for the cloud's engines: fetched, started, watched and stopped from here."""
