"""The assertion with which a brand tells Parley who its consumer is (docs/configuration.md, "login").

Signed with a secret that the brand and Parley share, by Python's standard library alone. In the brand file:
verify: { issuer: https://www.acme.example, secret: "${file:keys/acme/secrets/login}" }
"""

import base64
import hashlib
import hmac
import json
import secrets
import time


def parley_assertion(issuer, parley, secret, account_id, **more):
    """Says to Parley at `parley` (its issuer) that the consumer is `account_id` of the account directory.

    `issuer` is the brand's `iss`, `secret` has 32 bytes or more. `nonce` is the one of the request when the login page
    answers; `channel="back"` is for the token endpoint.
    """
    now = int(time.time())
    header = {"alg": "HS256", "typ": "parley-login+jwt"}
    claims = {
        "iss": issuer,
        "aud": parley,
        "sub": account_id,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(16),
        "channel": "front",
        **more,
    }
    text = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{_base64url(signature)}"


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
