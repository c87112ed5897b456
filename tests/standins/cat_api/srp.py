"""Sign-in by SRP as Cognito has it: the password is proven and never sent.

Secure Remote Password 6a over the 3072-bit group of RFC 5054, SHA-256, with Cognito's way of making the
key (HKDF of 16 bytes, "Caldera Derived Key") and of signing (HMAC over pool, user, secret block, time).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

# The group of 3072 bits: RFC 5054, appendix A, and RFC 3526, section 4.
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G = 2
_INFO = b"Caldera Derived Key\x01"


class SignInError(RuntimeError):
    """The pool refused, or asked for what an unattended sign-in cannot give."""


def padded(number: int) -> bytes:
    """Return a number as bytes, with a zero before a first bit that would make it negative."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def hashed(*parts: bytes) -> int:
    """Return the hash of some bytes as a number."""
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K = hashed(padded(N), padded(G))


def private_key(pool: str, user: str, password: str, salt: int) -> int:
    """Return x, which follows from the password."""
    identity = hashlib.sha256(f"{_name(pool)}{user}:{password}".encode()).digest()
    return hashed(padded(salt), identity)


def session_key(shared: int, scrambler: int) -> bytes:
    """Return the key by which both sides sign."""
    extracted = hmac.digest(padded(scrambler), padded(shared), "sha256")
    return hmac.digest(extracted, _INFO, "sha256")[:16]


def signature(key: bytes, pool: str, user: str, block: bytes, time: str) -> str:
    """Return the proof of a sign-in."""
    told = _name(pool).encode() + user.encode() + block + time.encode()
    return base64.b64encode(hmac.digest(key, told, "sha256")).decode()


def timestamp(now: datetime) -> str:
    """Return a time as Cognito wants it signed: English names, the day without a zero."""
    day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][now.weekday()]
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
        now.month - 1
    ]
    return f"{day} {month} {now.day} {now:%H:%M:%S} UTC {now.year}"


def sign_in(
    cognito: Any,
    pool: str,
    client: str,
    user: str,
    password: str,
    one_time: Callable[[], str] | None = None,
) -> dict[str, Any]:
    """Return the tokens of a user; raises SignInError. `one_time` gives the code of TOTP when asked."""
    a = secrets.randbelow(N - 2) + 1
    big_a = pow(G, a, N)
    asked = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": user, "SRP_A": f"{big_a:x}"},
    )
    told = asked["ChallengeParameters"]
    big_b, salt = int(told["SRP_B"], 16), int(told["SALT"], 16)
    if big_b % N == 0:
        raise SignInError("不正な応答です。 / The pool gave a value that SRP forbids.")
    scrambler = hashed(padded(big_a), padded(big_b))
    name = told["USER_ID_FOR_SRP"]
    x = private_key(pool, name, password, salt)
    shared = pow((big_b - K * pow(G, x, N)) % N, a + scrambler * x, N)
    block, now = told["SECRET_BLOCK"], timestamp(datetime.now(UTC))
    proof = signature(session_key(shared, scrambler), pool, name, base64.b64decode(block), now)
    answer = cognito.respond_to_auth_challenge(
        ClientId=client,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses={
            "USERNAME": name,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": proof,
            "TIMESTAMP": now,
        },
    )
    if answer.get("ChallengeName") == "SOFTWARE_TOKEN_MFA" and one_time is not None:
        answer = cognito.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=answer["Session"],
            ChallengeResponses={"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": one_time()},
        )
    if "AuthenticationResult" not in answer:
        wanted = answer.get("ChallengeName")
        raise SignInError(
            f"サインインに追加の手順が必要です: {wanted} / The pool asks for a further step: {wanted}"
        )
    tokens: dict[str, Any] = answer["AuthenticationResult"]
    return tokens


def _name(pool: str) -> str:
    return pool.partition("_")[2]
