"""Cookies and hashes, compared with those that Better Auth 1.7 made."""

import urllib.parse

import pytest

from concordia_sql import auth

SECRET = "a secret of thirty-two characters"
TOKEN = "y06WIAArvWRbCiSXqqs0PtW0U4FKt7Br"
COOKIE = "y06WIAArvWRbCiSXqqs0PtW0U4FKt7Br.RRLcXzxZMR%2BITvYMpNWnI%2FZ6j3dRhPSVAByVaV6nEEo%3D"
"""What better-auth 1.7.25 sent in Set-Cookie for a sign-up, with `secret: SECRET` and the memory adapter."""
SIGNED = [
    (SECRET, TOKEN, COOKIE),
    ("s", "abc", "abc.R9kg7ZB4TcXq5jW%2F0IJPYS0F8J%2BaR%2FYDkN6HOtN%2BVGs%3D"),
    ("sécret 🎉", "a.b.c", "a.b.c.M2rP%2BgbJaPA4KHkDwpcBSf2EiO4DAto%2FOga3dCz3xlw%3D"),
    (
        SECRET,
        "نص 🎉",
        "%D9%86%D8%B5%20%F0%9F%8E%89.i7RfgqeIzIbsc4Eos7iI61ec60PmdjJCFY8O%2F56U8pQ%3D",
    ),
    ("k" * 200, "token/+=%", "token%2F%2B%3D%25.sC170Ayf5LjGaS%2F87O2B1gI%2BrdrXF9kGA5btRCPmedw%3D"),
]
"""Secrets, texts and what `signCookieValue` of better-call, which Better Auth signs with, made of them in Node 20."""
SIGNATURE = urllib.parse.unquote(COOKIE).rpartition(".")[2]


@pytest.mark.parametrize(("secret", "token", "cookie"), SIGNED)
def test_the_token_of_a_signed_cookie(secret: str, token: str, cookie: str) -> None:
    """As the browser sends it, or decoded as some frameworks do."""
    assert auth.session_token(cookie, secret) == token
    if "%" not in token:
        assert auth.session_token(urllib.parse.unquote(cookie), secret) == token
    for wrong in (secret + " ", secret.upper() + "?", "\0"):
        assert auth.session_token(cookie, wrong) is None


def test_a_cookie_with_another_character_is_none() -> None:
    for place, character in enumerate(COOKIE):
        for other in {"a", "B", ".", "%", "é", "=", ""} - {character}:
            assert auth.session_token(COOKIE[:place] + other + COOKIE[place + 1 :], SECRET) is None


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        ".",
        "..",
        TOKEN,
        f"{TOKEN}.",
        f".{SIGNATURE}",
        f"{TOKEN}.{SIGNATURE}=",
        f"{TOKEN}.{SIGNATURE[:-1]}",
        f"{TOKEN}.{SIGNATURE.replace('+', '-').replace('/', '_')}",
        f"{TOKEN}.{SIGNATURE[:-2]}p=",  # the same bytes, in base64 that is not canonical
        f"{TOKEN} .{SIGNATURE}",
        f"{TOKEN}.{SIGNATURE}\n",
        f"{TOKEN.upper()}.{SIGNATURE}",
        f"{TOKEN}.{SIGNATURE}".replace("R", "\u211d"),
        "\ud800.\udfff",
        "%ff%fe.%00",
        "%",
        "\0",
        "x" * 100_000,
        "." * 4096,
        COOKIE + "." + COOKIE,
        " " * 5000 + COOKIE,
    ],
)
def test_what_is_no_signed_cookie_is_none(cookie: str | None) -> None:
    assert auth.session_token(cookie, SECRET) is None


def test_nobody_is_let_in_by_an_empty_secret() -> None:
    with pytest.raises(ValueError, match="the secret is empty") as caught:
        auth.session_token(COOKIE, "")
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
        ("sign-in-otp-anna@concordia.example", "T1Lb_YOtCxOEz-ynzZsjePD0cZI9s_XCwC8cInwmSos"),
        ("reset-password:abc", "IMUqJ3lXuvod79AbI4EdsWmdAkZeIP5syfKs7-d5fQQ"),
        ("نص 🎉", "k3Rb8I9e8DzOsv26Pfgg4KxvAJfMW4O8E4pI9MDkQHY"),
        ("974201", "HOMnw53ceu9XIUuFaKSFzFne3xAB0PIZftk71k1VOEM"),
    ],
)
def test_a_text_is_hashed_as_better_auth_does(text: str, stored: str) -> None:
    """The second and the last are those that better-auth 1.7.25 wrote for a code, with `storeIdentifier` and `storeOTP`
    "hashed"; the others are of its `processIdentifier`.
    """
    assert auth.hashed(text) == stored


def test_any_text_has_a_hash_of_its_own() -> None:
    assert len({auth.hashed(text) for text in ("\ud800", "\udfff", "?", "\0", "")}) == 5
