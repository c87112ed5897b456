"""A stand-in for Amazon Redshift: PostgreSQL behind a proxy that speaks Redshift's dialect and sign-in.

`python -m standins.redshift --port P --state DIR --aws-endpoint URL` serves it on 127.0.0.1; the
unmodified drivers reach it by the variables of `environment`. Its parts: sql (rewriting), wire (the
protocol), signin (IAM), tls, postgres (the process), spectrum and files (external schemas over the
Glue catalog), compat.sql (functions, system views, the byte length of varchar).
"""

from pathlib import Path

DATABASE = "catdata"
# What GetClusterCredentialsWithIAM names the user of a role; it owns the database.
OWNER = "IAMR:dbt"


def trusted(state: Path) -> Path:
    """Return the file of certificates that a client has to trust: the server's own among them."""
    return state / "tls" / "trusted.pem"


def environment(port: int, state: Path) -> dict[str, str]:
    """Return the variables by which profiles.yml and the drivers reach the stand-in."""
    return {
        "CATDATA_REDSHIFT_HOST": "127.0.0.1",
        "CATDATA_REDSHIFT_PORT": str(port),
        "CATDATA_REDSHIFT_DATABASE": DATABASE,
        # IAM sign-in asks this service alone; Glue and S3 stay where AWS_ENDPOINT_URL says.
        "AWS_ENDPOINT_URL_REDSHIFT": f"http://127.0.0.1:{port}",
        # OpenSSL's own variable: the driver checks the certificate as it does on AWS.
        "SSL_CERT_FILE": str(trusted(state)),
    }
