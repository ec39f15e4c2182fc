"""The catalogue: over HTTP against the sample, and in a real browser."""

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import attrs
import httpx
import psycopg
import pytest
from psycopg.rows import TupleRow
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import Select, WebDriverWait

from concordia_sql import Library, Many, query
from concordia_sql.tools.catalogue import Catalogue
from concordia_sql.tools.catalogue.diagram import diagram
from concordia_sql.tools.cli.shared import find_queries
from tests.support.statements import write

STATEMENTS = find_queries(())


@pytest.fixture(scope="module")
def catalogue(sample_url: str) -> Iterator[Catalogue]:
    with Catalogue(sample_url, STATEMENTS) as catalogue:
        yield catalogue


@pytest.fixture(scope="module")
def client(catalogue: Catalogue) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=catalogue.address, trust_env=False, timeout=60) as client:
        yield client


def token(client: httpx.Client) -> str:
    found = re.search(r'name="~token" value="([^"]+)"', client.get("/blog.GetPost").text)
    assert found
    return found[1]


def submit(client: httpx.Client, name: str, **values: str) -> str:
    answer = client.post(f"/{name}", data={"~token": token(client), **values})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("cls", STATEMENTS, ids=lambda cls: cls.query_name)
def test_each_statement_has_its_page(client: httpx.Client, cls: Any) -> None:
    """With its parameters, its SQL and its plan."""
    answer = client.get(f"/{cls.query_name}")
    assert answer.status_code == 200
    assert 'class="error"' not in answer.text
    assert 'class="plan"' in answer.text
    assert re.findall(r'<label for="(\w+)"', answer.text) == [field.name for field in attrs.fields(cls)]
    assert "<h2>SQL</h2><pre>" in answer.text


def test_the_first_page_lists_them(client: httpx.Client) -> None:
    assert set(re.findall(r'<a href="/(\w+\.\w+)">', client.get("/").text)) == {cls.query_name for cls in STATEMENTS}


def test_a_query_is_run(client: httpx.Client, sample: psycopg.Connection[TupleRow]) -> None:
    text = unescape(submit(client, "blog.GetPost", slug="my-post", languages='["fr"]'))
    ((key,),) = sample.execute("SELECT id FROM blog_posts WHERE slug = 'my-post'").fetchall()
    assert f'"id": "{key}"' in text
    assert '"in_language": "fr"' in text
    assert '"in_language": "en"' not in text
    assert re.search(r"run in [\d.]+ ms, [\d,]+ blocks read", text)
    assert "/* blog.GetPost */" in text  # as it is sent
    assert "in_language = any($" in text  # the line of the filter


def test_a_command_is_rolled_back(client: httpx.Client, sample: psycopg.Connection[TupleRow]) -> None:
    def posts() -> list[TupleRow]:
        return sample.execute("SELECT * FROM blog_posts ORDER BY id").fetchall()

    before = posts()
    text = unescape(submit(client, "blog.DeletePost", id="post-1"))
    assert '"blog_posts": 1' in text
    assert "Try, and roll back" in text
    assert posts() == before


def test_a_query_cannot_write(tmp_path: Path, database_url: str, connection: psycopg.Connection[TupleRow]) -> None:
    """As by a function that it calls."""
    connection.execute("CREATE TABLE notes (id int)")
    connection.execute("CREATE FUNCTION note() RETURNS int LANGUAGE sql AS 'INSERT INTO notes VALUES (1) RETURNING id'")
    path = write(tmp_path, "own/list_notes.sql", "-- Notes.\nSELECT note() AS id")

    @query(path.relative_to(tmp_path).as_posix(), library=Library(tmp_path))
    class ListNotes(Many[int]):
        """Notes."""

    with Catalogue(database_url, [ListNotes]) as own, httpx.Client(base_url=own.address, trust_env=False) as browser:
        assert "read-only transaction" in submit_to(browser, "own.ListNotes")
    assert connection.execute("SELECT FROM notes").fetchall() == []


def test_a_wrong_value_says_what_is_right(client: httpx.Client) -> None:
    assert "limit: Expected `int` <= 500" in unescape(submit(client, "blog.ListPosts", limit="501"))
    assert "slug: is missing" in unescape(submit(client, "blog.GetPost"))
    assert "has_replies" in submit(client, "blog.DeleteComment", id="comment-root")


def test_nothing_is_taken_for_html(client: httpx.Client, tmp_path: Path, sample_url: str) -> None:
    hostile = "'\"></textarea><script>alert(1)</script>"
    text = submit(client, "blog.GetPost", slug=hostile)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    path = write(tmp_path, "own/list_hostile.sql", "-- Hostile.\nSELECT '<script>x</script>' AS text")

    @query(path.relative_to(tmp_path).as_posix(), library=Library(tmp_path))
    class ListHostile(Many[str]):
        """<script>x</script>"""

    with Catalogue(sample_url, [ListHostile]) as own, httpx.Client(base_url=own.address, trust_env=False) as browser:
        pages = [browser.get("/").text, browser.get("/own.ListHostile").text, submit_to(browser, "own.ListHostile")]
    assert [page for page in pages if "<script" in page] == []


def submit_to(browser: httpx.Client, name: str) -> str:
    found = re.search(r'name="~token" value="([^"]+)"', browser.get(f"/{name}").text)
    assert found
    return browser.post(f"/{name}", data={"~token": found[1]}).text


def test_only_this_machine_is_answered(catalogue: Catalogue, client: httpx.Client) -> None:
    """Another site's name that leads here, and a form of another site."""
    assert catalogue.address.startswith("http://127.0.0.1:")
    port = catalogue.address.rpartition(":")[2].strip("/")
    assert client.get("/", headers={"Host": f"localhost:{port}"}).status_code == 200
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}.evil.example"):
        assert client.get("/blog.GetPost", headers={"Host": host}).status_code == 403
    form = {"~token": token(client), "slug": "my-post"}
    assert client.post("/blog.GetPost", data=form, headers={"Origin": "http://evil.example"}).status_code == 403
    for wrong in ("", "x", "é"):
        assert client.post("/blog.GetPost", data={**form, "~token": wrong}).status_code == 404
    assert client.post("/blog.GetPost", data={**form, "slug": "x" * 1_000_001}).status_code == 413
    assert client.get("/nothing").status_code == 404
    headers = client.get("/").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_diagram_of_no_tables() -> None:
    assert diagram({}).startswith("<svg")


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if None in programs:
        pytest.fail("the catalogue is tried in a real browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(programs[0])
    for name in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update"):
        options.add_argument(f"--{name}")
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(programs[1])))
    try:
        yield driver
    finally:
        driver.quit()


def test_a_browser_shows_and_runs_a_query(browser: WebDriver, catalogue: Catalogue) -> None:
    browser.get(catalogue.address)
    browser.find_element(By.LINK_TEXT, "ListPosts").click()
    browser.find_element(By.ID, "limit").send_keys("2")
    Select(browser.find_element(By.ID, "is_featured")).select_by_visible_text("true")
    browser.find_element(By.TAG_NAME, "button").click()
    WebDriverWait(browser, 30).until(lambda shown: shown.find_elements(By.XPATH, "//h2[text()='Result']"))
    posts = json.loads(browser.find_element(By.TAG_NAME, "pre").text)
    assert [post["is_featured"] for post in posts] == [True, True]
    plan = browser.find_element(By.CSS_SELECTOR, ".plan .share rect").rect
    assert plan["height"] > 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []  # type: ignore[attr-defined]


def test_a_browser_draws_the_tables(browser: WebDriver, catalogue: Catalogue) -> None:
    """Each in its place, with no text beyond its box."""
    browser.get(f"{catalogue.address}tables")
    boxes = browser.execute_script(
        "return [...document.querySelectorAll('.diagram g')].map(g => {"
        " const box = g.querySelector('.box').getBBox();"
        " const inside = [...g.querySelectorAll('text')].every(text => {"
        "  const t = text.getBBox(); return t.x >= box.x && t.x + t.width <= box.x + box.width; });"
        " return [g.id, inside, box.x, box.y, box.width, box.height]; })"
    )
    assert {name for name, *_ in boxes} >= {"table-user", "table-blog_posts", "table-services_listings"}
    assert [name for name, inside, *_ in boxes if not inside] == []
    for number, (_, _, x, y, width, height) in enumerate(boxes):
        for _, _, left, top, _, _ in boxes[:number]:
            assert not (x <= left < x + width and y <= top < y + height)
    size = browser.execute_script(
        "const s = document.querySelector('.diagram').getBoundingClientRect(); return [s.right, innerWidth]"
    )
    assert size[0] <= size[1]
