"""Who may read: real tokens of the pool, signed in to by SRP, and what is refused with which words."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from api_calls import Get
from botocore.exceptions import ClientError
from cat_data_api.app import CLIENT, handler
from cat_data_api.scope import SCOPE
from joserfc import jwt
from joserfc.jwk import RSAKey
from moto.utilities.utils import load_resource

from standins.cat_api import srp
from standins.cat_api.gateway import Authorizer, Gateway
from standins.cat_api.pool import Pool, make_client, make_pool, make_user, running
from standins.cat_api.server import serving

PASSWORD = "Correct-Horse-9-Battery"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with running() as endpoint:
        made = make_pool(endpoint)
        make_user(made, "reader", PASSWORD)
        make_user(made, "guest", PASSWORD, reader=False)
        yield made


@pytest.fixture(scope="module")
def other(pool: Pool) -> Pool:
    made = make_pool(pool.endpoint, "another pool")
    make_user(made, "reader", PASSWORD)
    return made


def tokens(pool: Pool, user: str = "reader", client: str | None = None) -> dict[str, Any]:
    return srp.sign_in(pool.cognito(), pool.pool, client or pool.client, user, PASSWORD)


@pytest.fixture
def ask(pool: Pool, get: Get, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Ask the server for a path with a token; gives the status and the body."""
    monkeypatch.setenv(CLIENT, pool.client)
    with serving(Gateway(handler, Authorizer(pool.issuer, pool.keys))) as address:

        def ask(token: str | None, path: str = "/cats?limit=1") -> tuple[int, dict[str, Any]]:
            headers = {"Authorization": token} if token is not None else {}
            request = urllib.request.Request(address + path, headers=headers)
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as error:
                assert error.headers["Content-Type"] == "application/problem+json"
                return error.code, json.load(error)

        yield ask


def made_token(pool: Pool, key: RSAKey, alg: str = "RS256", **claims: Any) -> str:
    told = {
        "iss": pool.issuer,
        "client_id": pool.client,
        "token_use": "access",
        "scope": SCOPE,
        "exp": int(time.time()) + 600,
        "sub": "x",
    }
    return str(jwt.encode({"alg": alg, "kid": "dummy"}, told | claims, key))


def pools_own_key() -> RSAKey:
    """Return the private key that moto signs with."""
    return RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


def test_a_reader_reads(pool: Pool, ask: Callable[..., Any]) -> None:
    token = tokens(pool)["AccessToken"]
    for header in (token, f"Bearer {token}", f"bearer {token}"):
        status, told = ask(header)
        assert status == 200 and told["count"] == 1


def test_health_and_the_document_are_open(ask: Callable[..., Any]) -> None:
    assert ask(None, "/health")[0] == 200 and ask(None, "/openapi.json")[0] == 200


def unsigned(pool: Pool) -> str:
    """Return a token that says of itself that it needs no signature."""

    def part(told: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    claims = {
        "iss": pool.issuer,
        "client_id": pool.client,
        "token_use": "access",
        "scope": SCOPE,
        "exp": int(time.time()) + 600,
    }
    return f"{part({'alg': 'none', 'kid': 'dummy'})}.{part(claims)}."


REFUSED: dict[str, tuple[Callable[[Pool, Pool], str | None], int]] = {
    "no token": (lambda pool, other: None, 401),
    "an empty header": (lambda pool, other: "Bearer ", 401),
    "no token at all": (lambda pool, other: "Bearer abc.def.ghi", 401),
    "expired": (
        lambda pool, other: made_token(pool, pools_own_key(), exp=int(time.time()) - 1),
        401,
    ),
    "without an end": (lambda pool, other: made_token(pool, pools_own_key(), exp=None), 401),
    "wrong pool": (lambda pool, other: tokens(other)["AccessToken"], 401),
    "id token in place of access token": (lambda pool, other: tokens(pool)["IdToken"], 401),
    "refresh token": (lambda pool, other: tokens(pool)["RefreshToken"], 401),
    "alg none": (lambda pool, other: unsigned(pool), 401),
    "other key": (lambda pool, other: made_token(pool, RSAKey.generate_key(2048)), 401),
    "changed": (lambda pool, other: tokens(pool)["AccessToken"][:-6] + "AAAAAA", 401),
    "missing scope": (lambda pool, other: tokens(pool, "guest")["AccessToken"], 403),
    "a scope that only looks like it": (
        lambda pool, other: made_token(pool, pools_own_key(), scope="cats/reader xcats/read"),
        403,
    ),
    "wrong client": (
        lambda pool, other: tokens(pool, client=make_client(pool.endpoint, pool.pool))[
            "AccessToken"
        ],
        403,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_everything_else_is_refused_clearly(
    pool: Pool, other: Pool, ask: Callable[..., Any], case: str
) -> None:
    make, expected = REFUSED[case]
    status, told = ask(make(pool, other))
    assert (status, told["status"]) == (expected, expected)
    assert told["detail"] and told["detail_ja"]


def test_a_token_made_with_the_pools_key_is_taken(pool: Pool, ask: Callable[..., Any]) -> None:
    """So the tests above fail for the reason that they name."""
    assert ask(made_token(pool, pools_own_key()))[0] == 200


def test_srp_proves_the_password(pool: Pool) -> None:
    with pytest.raises(ClientError, match="NotAuthorized"):
        srp.sign_in(pool.cognito(), pool.pool, pool.client, "reader", PASSWORD + "x")


def test_a_proof_counts_once(pool: Pool) -> None:
    sent: list[dict[str, Any]] = []
    cognito = pool.cognito()

    class Listener:
        def initiate_auth(self, **told: Any) -> Any:
            return cognito.initiate_auth(**told)

        def respond_to_auth_challenge(self, **told: Any) -> Any:
            sent.append(told)
            return cognito.respond_to_auth_challenge(**told)

    srp.sign_in(Listener(), pool.pool, pool.client, "reader", PASSWORD)
    assert PASSWORD not in json.dumps(sent)
    with pytest.raises(ClientError):
        cognito.respond_to_auth_challenge(**sent[0])
