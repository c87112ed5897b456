"""A stand-in for Athena: moto answers its API, a real Trino runs its statements."""
