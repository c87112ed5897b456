"""IAM sign-in: the service that gives drivers a user and a password for some minutes.

moto has no GetClusterCredentialsWithIAM, which drivers call for a role.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import uuid4

from standins.redshift import OWNER

_LIFETIME = timedelta(minutes=15)
_NAMESPACE = "http://redshift.amazonaws.com/doc/2012-12-01/"


def reply(body: str) -> tuple[int, str]:
    """Return the status and XML that answer a request's form.

    Every password is as good as another: the proxy listens on this machine alone.
    """
    form = {name: values[0] for name, values in parse_qs(body).items()}
    action = form.get("Action", "")
    users = {
        "GetClusterCredentialsWithIAM": OWNER,
        "GetClusterCredentials": f"IAM:{form.get('DbUser', '')}",
    }
    if action not in users:
        return 400, (
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type>'
            "<Code>InvalidAction</Code><Message>not covered by the stand-in</Message></Error>"
            f"<RequestId>{uuid4()}</RequestId></ErrorResponse>"
        )
    expiration = (datetime.now(UTC) + _LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ")
    return 200, (
        f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>'
        f"<DbUser>{users[action]}</DbUser><DbPassword>{uuid4()}</DbPassword>"
        f"<Expiration>{expiration}</Expiration><NextRefreshTime>{expiration}</NextRefreshTime>"
        f"</{action}Result><ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
        f"</{action}Response>"
    )
