"""A user pool on this machine: moto's, with the two steps that moto leaves out.

moto takes any proof of SRP and calls no trigger. Here the pool makes a real challenge and checks the
answer, and asks the deployed trigger's own code which scopes a token gets.
"""

import base64
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from cat_data_api.scope import GROUP, handler
from moto.cognitoidp.exceptions import NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUserPool

from standins.cat_api import srp
from standins.moto_server import make_moto_server

REGION = "ap-northeast-1"


@dataclass(frozen=True)
class Pool:
    """A pool with one client; `endpoint` is where its service and its keys are."""

    endpoint: str
    pool: str
    client: str

    @property
    def issuer(self) -> str:
        """Name that tokens of the pool carry."""
        return f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool}"

    @property
    def keys(self) -> str:
        """Where the pool's public keys are."""
        return f"{self.endpoint}/{self.pool}/.well-known/jwks.json"

    def cognito(self) -> Any:
        """Return a client of the service."""
        return cognito_at(self.endpoint)


def cognito_at(endpoint: str | None, region: str = REGION) -> Any:
    """Return a client of Cognito, of AWS itself without an endpoint; sign-in takes no credentials."""
    local = {"aws_access_key_id": "local", "aws_secret_access_key": "local"} if endpoint else {}
    return boto3.client("cognito-idp", region_name=region, endpoint_url=endpoint, **local)


@contextmanager
def running() -> Iterator[str]:
    """Give the endpoint of a Cognito service that runs in this process."""
    with _complete():
        server = make_moto_server()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def make_pool(endpoint: str, name: str = "cat-data-users") -> Pool:
    """Make a pool as the API's stack has it: SRP alone, the readers' group."""
    cognito = cognito_at(endpoint)
    pool = cognito.create_user_pool(PoolName=name)["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool, GroupName=GROUP)
    return Pool(endpoint, pool, make_client(endpoint, pool))


def make_client(endpoint: str, pool: str) -> str:
    """Make a client of a pool and return its id."""
    made = cognito_at(endpoint).create_user_pool_client(
        UserPoolId=pool,
        ClientName="cat-data-clients",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    client: str = made["UserPoolClient"]["ClientId"]
    return client


def make_user(pool: Pool, name: str, password: str, *, reader: bool = True) -> None:
    """Make a user with a password, who may read or not."""
    cognito = pool.cognito()
    cognito.admin_create_user(UserPoolId=pool.pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool.pool, Username=name, Password=password, Permanent=True
    )
    if reader:
        cognito.admin_add_user_to_group(UserPoolId=pool.pool, Username=name, GroupName=GROUP)


@contextmanager
def _complete() -> Iterator[None]:
    """Put a real SRP and the trigger into moto, and take them out again."""
    backend: Any = CognitoIdpBackend
    pool: Any = CognitoIdpUserPool
    begun, answered, made = (
        backend.initiate_auth,
        backend.respond_to_auth_challenge,
        pool.create_jwt,
    )
    open_challenges: dict[str, dict[str, int]] = {}

    def initiate_auth(self: Any, client_id: str, auth_flow: str, auth_parameters: Any) -> Any:
        answer = begun(self, client_id, auth_flow, auth_parameters)
        if answer.get("ChallengeName") == "PASSWORD_VERIFIER":
            told = answer["ChallengeParameters"]
            user, of = _of_session(self, answer["Session"])
            salt, b = secrets.randbits(128), secrets.randbelow(srp.N - 2) + 1
            verifier = pow(srp.G, srp.private_key(of.id, user.username, user.password, salt), srp.N)
            big_b = (srp.K * verifier + pow(srp.G, b, srp.N)) % srp.N
            # The block is opaque to a client, but base64 on Cognito.
            block = base64.b64encode(secrets.token_bytes(64)).decode()
            self.sessions[block] = self.sessions[answer["Session"]]
            open_challenges[block] = {
                "a": int(auth_parameters["SRP_A"], 16),
                "b": b,
                "B": big_b,
                "verifier": verifier,
            }
            told |= {
                "SALT": f"{salt:x}",
                "SRP_B": f"{big_b:x}",
                "SECRET_BLOCK": block,
                "USER_ID_FOR_SRP": user.username,
            }
        return answer

    def respond(
        self: Any, session: str, client_id: str, challenge_name: str, challenge_responses: Any
    ) -> Any:
        if challenge_name == "PASSWORD_VERIFIER":
            block = challenge_responses.get("PASSWORD_CLAIM_SECRET_BLOCK", "")
            # A challenge is answered once.
            challenge = open_challenges.pop(block, None)
            if challenge is None or not _proven(self, block, challenge, challenge_responses):
                raise NotAuthorizedError("Incorrect username or password.")
        return answered(self, session, client_id, challenge_name, challenge_responses)

    def create_jwt(
        self: Any,
        client_id: str,
        username: str,
        token_use: str,
        expires_in: int = 3600,
        extra_data: Any = None,
    ) -> Any:
        extra = dict(extra_data or {})
        if token_use == "access":
            groups = [group.group_name for group in self._get_user(username).groups]
            event = {
                "request": {"groupConfiguration": {"groupsToOverride": groups}},
                "response": {},
            }
            details = handler(event, None)["response"].get("claimsAndScopeOverrideDetails", {})
            scopes = details.get("accessTokenGeneration", {}).get("scopesToAdd", [])
            extra["scope"] = " ".join([extra.get("scope", ""), *scopes]).strip()
        return made(self, client_id, username, token_use, expires_in, extra)

    backend.initiate_auth, backend.respond_to_auth_challenge = initiate_auth, respond
    pool.create_jwt = create_jwt
    try:
        yield
    finally:
        backend.initiate_auth, backend.respond_to_auth_challenge = begun, answered
        pool.create_jwt = made


def _of_session(backend: Any, session: str) -> tuple[Any, Any]:
    username, pool = backend.sessions[session]
    return backend.admin_get_user(pool.id, username), pool


def _proven(backend: Any, block: str, challenge: dict[str, int], answer: Any) -> bool:
    """Return whether the answer proves the password: the server's half of SRP."""
    user, pool = _of_session(backend, block)
    if challenge["a"] % srp.N == 0:
        return False
    scrambler = srp.hashed(srp.padded(challenge["a"]), srp.padded(challenge["B"]))
    shared = pow(
        challenge["a"] * pow(challenge["verifier"], scrambler, srp.N), challenge["b"], srp.N
    )
    time = answer.get("TIMESTAMP", "")
    if not _is_recent(time):
        return False
    expected = srp.signature(
        srp.session_key(shared, scrambler),
        pool.id,
        user.username,
        base64.b64decode(block),
        time,
    )
    return secrets.compare_digest(expected, answer.get("PASSWORD_CLAIM_SIGNATURE", ""))


def _is_recent(time: str) -> bool:
    now = int(datetime.now(UTC).timestamp())
    return any(time == srp.timestamp(datetime.fromtimestamp(now - ago, UTC)) for ago in range(60))
