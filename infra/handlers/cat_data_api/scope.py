"""Gives the scope of the API to those who may read: the user pool asks before it issues a token.

Cognito puts scopes of a resource server into tokens of its sign-in pages alone; tokens of SRP and of
name and password would never have one, and API Gateway would refuse them all. It imports nothing that
Lambda's runtime does not have.
"""

from typing import Any

# Members of this group of the pool may read.
GROUP = "cat-data-readers"
SCOPE = "cats/read"


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Add the scope to the access token of a member (trigger version 2)."""
    groups = event["request"].get("groupConfiguration", {}).get("groupsToOverride") or []
    if GROUP in groups:
        event["response"]["claimsAndScopeOverrideDetails"] = {
            "accessTokenGeneration": {"scopesToAdd": [SCOPE]}
        }
    return event
