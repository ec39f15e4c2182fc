"""The example services, each as a process of its own, asked over HTTP."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import TupleRow

ROOT = Path(__file__).parents[2]
SERVERS = {
    "fastapi": ["uvicorn", "--port", "PORT", "--workers", "2", "examples.blog_fastapi:app"],
    "litestar": ["uvicorn", "--port", "PORT", "--workers", "2", "examples.blog_litestar:app"],
    "flask": [
        *["gunicorn", "--bind", "127.0.0.1:PORT", "--workers", "2", "--threads", "2", "--preload"],
        "examples.blog_flask:app",
    ],
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file to which the workers write their spans, one a line."""
    return tmp_path_factory.mktemp("spans") / "spans"


class Patient(httpx.HTTPTransport):
    """Asks again what a service has not done in its two seconds: the machine may be busy."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ends = time.monotonic() + 60
        while (answer := super().handle_request(request)).status_code == 504 and time.monotonic() < ends:
            answer.close()
        return answer


@pytest.fixture(scope="module", params=SERVERS)
def client(request: pytest.FixtureRequest, sample_copy: str, spans: Path) -> Iterator[httpx.Client]:
    environment = {
        **os.environ,
        "DATABASE_URL": sample_copy,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT / "tests" / "web" / "traced"),
        "SPANS": str(spans),
    }
    with serving(SERVERS[request.param], environment) as url:
        headers = {"x-framework": request.param}
        with httpx.Client(base_url=url, headers=headers, transport=Patient(), timeout=60) as client:
            answers(client)
            yield client


@contextmanager
def serving(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """The URL of a service. Another process may take the port before it does: then it gets another."""
    found, said = None, "in use"
    with ExitStack() as stack:
        while not found and "in use" in said:
            port, said = str(free_port()), ""  # uvicorn with workers does not say which one it was given for 0
            server = subprocess.Popen(
                [sys.executable, "-m", *[each.replace("PORT", port) for each in command]],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            stack.callback(server.communicate)
            stack.callback(server.send_signal, signal.SIGINT)
            assert server.stdout
            for line in server.stdout:
                said += line
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
        assert found, said
        yield found[0]


def answers(client: httpx.Client) -> None:
    """Wait until a worker listens."""
    ends = time.monotonic() + 60
    while True:
        try:
            client.get("/health")
        except httpx.ConnectError:
            assert time.monotonic() < ends
            time.sleep(0.05)
        else:
            return


def framework(client: httpx.Client) -> str:
    return client.headers["x-framework"]


def test_it_is_up_and_ready(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"idle": 1}


def test_pages_go_on_to_the_end(client: httpx.Client, sample: psycopg.Connection[TupleRow]) -> None:
    slugs: list[str] = []
    query: dict[str, Any] = {"limit": 20}
    while True:
        page = client.get("/posts", params=query).json()
        slugs += [post["slug"] for post in page["items"]]
        if page["next"] is None:
            break
        assert re.fullmatch(r"[\w-]+", page["next"])
        query["after"] = page["next"]
    rows = sample.execute(
        "SELECT slug FROM blog_posts WHERE deleted_at IS NULL AND status = 'published'"
        " ORDER BY coalesce(published_at, created_at) DESC, id DESC"
    )
    assert slugs == [slug for (slug,) in rows]


def test_a_post_has_times_in_utc_and_no_address(client: httpx.Client, sample: psycopg.Connection[TupleRow]) -> None:
    answer = client.get("/posts/my-post", params={"languages": ["fr", "en"]})
    post = answer.json()
    found = sample.execute("SELECT id, published_at FROM blog_posts WHERE slug = 'my-post'").fetchone()
    assert found
    assert answer.headers["content-type"] == "application/json"
    assert (post["id"], post["published_at"]) == (found[0], found[1].isoformat() + "Z")
    assert [each["in_language"] for each in post["translations"]] == ["en", "fr"]
    assert '"email"' not in answer.text


@pytest.mark.parametrize(
    ("query", "field"), [({"limit": 0}, "limit"), ({"limit": "x"}, "limit"), ({"after": "zz"}, "after")]
)
def test_a_wrong_parameter_is_named(client: httpx.Client, query: dict[str, Any], field: str) -> None:
    answer = client.get("/posts", params=query)
    # Litestar checks the types of parameters itself, and says 400.
    expected = 400 if framework(client) == "litestar" and query == {"limit": "x"} else 422
    assert answer.status_code == expected
    assert field in answer.text


def test_a_post_that_is_not_there(client: httpx.Client) -> None:
    assert client.get("/posts/none").status_code == 404


def test_a_comment_is_added_and_waits(client: httpx.Client, sample_copy: str) -> None:
    comment = {"author_name": "Ana", "author_email": "ana@example.org", "content": "Bonjour", "in_language": "fr"}
    answer = client.post("/posts/post-1/comments", json=comment)
    assert answer.status_code == 201
    made = answer.json()
    assert "author_email" not in made
    with psycopg.connect(sample_copy) as connection:
        stored = connection.execute(
            "SELECT post_id, author_email, status FROM blog_comments WHERE id = %s", [made["id"]]
        ).fetchone()
    assert stored == ("post-1", "ana@example.org", "pending")


@pytest.mark.parametrize(
    ("post", "change", "status", "said"),
    [
        ("post-1", {"status": "approved"}, 422, "unknown fields"),
        ("post-1", {"id": "mine"}, 422, "unknown fields"),
        ("post-1", {"author_email": "none at all"}, 422, "author_email"),
        ("post-1", {"author_name": 5}, 422, "author_name"),
        ("post-1", {"parent_id": "none"}, 409, "parent_id"),
        ("none", {}, 409, "post_id"),
    ],
)
def test_a_wrong_comment_is_refused(
    client: httpx.Client, post: str, change: dict[str, Any], status: int, said: str
) -> None:
    comment = {"author_name": "Ana", "author_email": "ana@example.org", "content": "Bonjour", "in_language": "fr"}
    answer = client.post(f"/posts/{post}/comments", json=comment | change)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert "none at all" not in answer.text


def test_each_worker_has_connections_of_its_own(client: httpx.Client, sample_copy: str) -> None:
    ends = time.monotonic() + 60
    with psycopg.connect(sample_copy, autocommit=True) as connection:
        while time.monotonic() < ends:
            assert client.get("/ready", headers={"connection": "close"}).status_code == 200
            found = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name ="
                " 'concordia_sql'"
            ).fetchone()
            if found and found[0] >= 2:
                return
    pytest.fail("the workers have one connection together")


def test_a_call_is_in_the_trace_of_the_request(client: httpx.Client, spans: Path) -> None:
    trace = uuid.uuid4().hex
    client.get("/posts/my-post", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    found: list[Any] = []
    way: list[str] = []
    ends = time.monotonic() + 60
    while way[-1:] != ["00f067aa0ba902b7"]:  # the spans of the request end after its answer
        assert time.monotonic() < ends
        found = [each for line in spans.read_text().splitlines() if (each := json.loads(line))["trace"] == trace]
        parents = {each["span"]: each["parent"] for each in found}
        way = [each["span"] for each in found if each["name"] == "blog.GetPost"]
        while way and way[-1] in parents:
            way.append(parents[way[-1]])
    assert [each["name"] for each in found].count("blog.GetPost") == 1
    assert len(way) >= 3  # the request's own span is between


def test_a_request_that_takes_too_long(client: httpx.Client, sample_copy: str) -> None:
    with psycopg.connect(sample_copy) as connection:
        connection.execute("LOCK TABLE blog_posts")
        answer = httpx.get(client.base_url.join("/posts/my-post"), trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()) == (504, {"detail": "not done in time"})
    assert client.get("/posts/my-post").status_code == 200


def test_it_describes_itself(client: httpx.Client) -> None:
    if framework(client) == "flask":
        return  # which has no description
    path = {"fastapi": "/openapi.json", "litestar": "/schema/openapi.json"}[framework(client)]
    described = client.get(path).json()
    schemas = described["components"]["schemas"]
    answer = described["paths"]["/posts/{slug}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    post = schemas[answer["$ref"].rpartition("/")[2]]["properties"]
    assert set(client.get("/posts/my-post").json()) == set(post)
    assert post["published_at"].get("anyOf", post["published_at"].get("oneOf")) == [
        {"type": "string", "format": "date-time"},
        {"type": "null"},
    ]
    (limit,) = [each for each in described["paths"]["/posts"]["get"]["parameters"] if each["name"] == "limit"]
    assert limit["schema"]["type"] == "integer"
