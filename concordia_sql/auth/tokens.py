"""What Better Auth makes of secrets outside of the database: the cookie of a session, and hashes in place of texts."""

import base64
import hashlib
import hmac
import urllib.parse

_LONGEST_COOKIE = 4096
"""What browsers keep at least, and the most that they keep."""


def hashed(text: str) -> str:
    """The text as Better Auth stores it where an option is `"hashed"`: its SHA-256, in base64url without padding.

    It is the same for `verification.storeIdentifier`, `storeOTP` of codes and `storeToken` of links: ask for
    `GetVerification(identifier=hashed("sign-in-otp-anna@concordia.example"))`. It hides tokens that nobody guesses; a
    code of six digits is found from its hash at once. Better Auth has no such option for the tokens of sessions.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def session_token(cookie: str | None, secret: str) -> str | None:
    """The token in the cookie of a session, for `GetSession`, if Better Auth signed it with this secret. Else None.

    `cookie` is the value of the cookie `better-auth.session_token`, over https `__Secure-better-auth.session_token`, as
    the browser sends it or with its percent signs decoded; None where there is no cookie. It holds the token, a dot,
    and the HMAC-SHA256 of the token, in base64. It is compared in constant time. That the session is there, live and
    not revoked, the database alone knows.

    `secret` is Better Auth's `BETTER_AUTH_SECRET`. Raises ValueError if it is empty: anybody can sign with that.
    """
    if not secret:
        raise ValueError("the secret is empty; give the one that Better Auth signs with")
    if cookie is None or len(cookie) > _LONGEST_COOKIE:
        return None
    token, _, signature = urllib.parse.unquote(cookie).rpartition(".")
    digest = hmac.digest(secret.encode("utf-8", "surrogatepass"), token.encode("utf-8", "surrogatepass"), "sha256")
    is_signed = hmac.compare_digest(base64.b64encode(digest), signature.encode("utf-8", "surrogatepass"))
    return token if token and is_signed else None
