"""Every literal value that the design document v22 names, said once."""

VERSION = "v22"
PROJECT = "cat-data"

BUCKET = "cat-data-bucket"
RAW_PREFIX = "raw/"
ATHENA_RESULTS_PREFIX = "athena-query-results/"
ATHENA_ROLE = "athena-execution-role"

CLUSTER = "cat-data-cluster"
CLUSTER_NODES = 2
DATABASE = "catdata"

FUNCTION = "process-cat-data"
FUNCTION_LOG_GROUP = "/aws/lambda/process-cat-data"

API = "cat-data-api"
API_RESOURCE = "/cats"
USER_POOL = "cat-data-users"

TRAIL = "cat-data-trail"

VPC_CIDR = "10.0.0.0/16"
PUBLIC_CIDRS = ("10.0.0.0/24", "10.0.1.0/24")
PRIVATE_CIDRS = ("10.0.10.0/24", "10.0.11.0/24")
# Redshift in several zones needs a third one, which the design does not name.
THIRD_PRIVATE_CIDR = "10.0.12.0/24"
ALLOW_SSH = "allow-ssh"
ALLOW_HTTPS = "allow-https"
ALLOW_REDSHIFT = "allow-redshift"
REDSHIFT_PORT = 5439
