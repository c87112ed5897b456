"""cat-data-api on this machine: the function's own code behind API Gateway's rules and a user pool."""
