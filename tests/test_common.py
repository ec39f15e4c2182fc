"""What the domains share: the text that a reader of some languages gets, and ids."""

import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import attrs
import psycopg
import pytest

from concordia_sql import Localized, Querier, best_text, blog, common, localize, new_id
from tests.support.rows import insert


@pytest.mark.parametrize(
    ("value", "languages", "expected"),
    [
        (None, ["fr"], None),
        ("", ["fr"], None),
        ({}, ["fr"], None),
        ({"fr": None, "en": ""}, ["fr", "en"], None),
        ("Bonjour", ["en"], "Bonjour"),
        ("Bonjour", [], "Bonjour"),
        ({"fr": "Bonjour", "en": "Hello"}, ["en", "fr"], "Hello"),
        ({"fr": "Bonjour", "en": "Hello"}, ("fr",), "Bonjour"),
        ({"fr": "Bonjour", "en": "Hello"}, ["de", "en"], "Hello"),
        ({"fr": "", "en": None, "de": "Hallo"}, ["fr", "en"], "Hallo"),
        ({"fr": "Bonjour", "en": "Hello"}, [], "Bonjour"),
        ({"fr": "Bonjour", "en": "Hello"}, ["zh"], "Bonjour"),
        ({"en": "Hello", "ar": "مرحبا"}, ["ar"], "مرحبا"),
        ({"pt": "Olá"}, ["pt-BR"], "Olá"),
        ({"pt-BR": "Oi"}, ["pt"], "Oi"),
        ({"pt-PT": "Olá"}, ["pt-BR"], "Olá"),
        ({"en": "Hello", "pt": "Olá", "pt-BR": "Oi"}, ["pt-BR", "en"], "Oi"),
        ({"en": "Hello", "pt-BR": "Oi", "pt": "Olá"}, ["pt", "en"], "Olá"),
        ({"pt-PT": "Viva", "pt": "Olá"}, ["pt-BR"], "Olá"),
        ({"pt-PT": "Viva", "pt": ""}, ["pt-BR", "en"], "Viva"),
        ({"en": "Hello", "pt-BR": "", "pt": None}, ["pt-BR", "en"], "Hello"),
        ({"pt-BR": "Oi", "en": "Hello"}, ["p", "en"], "Hello"),
        ({"zh-Hans": "你好", "zh-Hant-TW": "您好"}, ["zh-Hant-TW"], "您好"),
        ({"zh-Hans": "你好", "en": "Hello"}, ["zh-TW", "en"], "你好"),
        ({"zh": "您", "zh-Hant": "您好", "en": "Hello"}, ["zh-Hant-TW", "en"], "您好"),
        ({"pt-PT": "Viva", "pt-br": "Oi"}, ["pt-BR"], "Oi"),
        ({"pt-PT": "Viva", "pt_BR": "Oi"}, ["PT-br"], "Oi"),
        ({"en": "Hello", "PT": "Olá"}, ["pt"], "Olá"),
        ({"en": "Hello", "pt": "Olá"}, ["pt_BR"], "Olá"),
        ({"PT": "", "pt": "Olá"}, ["pt"], "Olá"),
        ({"PT": "Viva", "pt": "Olá"}, ["pt"], "Viva"),
        ({"de-CH-x": "no tag", "de-CH": "Grüezi"}, ["de-CH-x-phonebk"], "Grüezi"),
    ],
)  # fmt: skip
def test_best_text(value: Localized | None, languages: list[str], expected: str | None) -> None:
    assert best_text(value, languages) == expected


def test_a_language_alone_is_no_list_of_languages() -> None:
    with pytest.raises(TypeError, match=r"languages is a list of languages, as in \['fr', 'en'\]"):
        best_text({"fr": "Bonjour"}, "fr")


def test_a_result_is_localized_at_every_depth(connection: psycopg.Connection[Any]) -> None:
    text = {"en": "Hello", "fr": "Bonjour"}
    insert(connection, "blog_posts", {"id": "p", "slug": "p", "status": "published"})
    insert(
        connection,
        "blog_authors",
        {"id": "a", "display_name": text, "bio": {"ar": ""}, "seo_keywords": {"fr": ["mot"]}},
    )
    insert(connection, "blog_post_authors", {"post_id": "p", "author_id": "a"})
    insert(connection, "blog_categories", {"id": "c", "slug": "c", "name": {}, "description": {"fr": None}})
    insert(connection, "blog_post_categories", {"post_id": "p", "category_id": "c"})
    for id_, parent in (("k", None), ("reply", "k")):
        insert(connection, "blog_comments", {"id": id_, "post_id": "p", "parent_id": parent, "content": text})
    querier = Querier(connection)
    query = blog.GetPost(slug="p").into(blog.FullPost)
    post, before = localize(querier.fetch(query), ["fr-CA"]), querier.fetch(query)
    assert post is not None and before is not None
    (author,), (category,), (comment,) = post.authors, post.categories, post.comments
    assert (author.display_name, author.bio, author.seo_keywords) == ("Bonjour", None, ("mot",))
    assert (category.name, category.description) == ("", None)
    assert (comment.content, comment.replies[0].content) == ("Bonjour", "Bonjour")
    assert before.comments[0].replies[0].content == text
    same = attrs.evolve(post, authors=before.authors, categories=before.categories, comments=before.comments)
    assert same == before
    assert [each.slug for each in localize(querier.fetch(blog.ListPosts()), ["fr"])] == ["p"]
    assert localize(querier.fetch(blog.GetPost(slug="nothing")), ["fr"]) is None


def test_an_address_by_keys_is_no_text_by_language(connection: psycopg.Connection[Any]) -> None:
    insert(connection, "blog_organizations", {"slug": "o", "address": {"fr": "Lyon"}})
    organization = localize(Querier(connection).fetch(blog.GetOrganization(slug="o")), ["fr"])
    assert organization is not None and organization.address == {"fr": "Lyon"}


def test_a_tree_of_any_depth_is_localized() -> None:
    node = None
    for number in range(5_000):
        noon = datetime(2026, 1, 1)
        node = blog.CommentNode(
            id=f"{number}", post_id="p", parent_id=None, author_name="n", content={"fr": f"{number}"},
            rating=0, status="approved", in_language="fr", deleted_at=None, created_at=noon, updated_at=noon,
            replies=(node,) if node else (),
        )  # fmt: skip
    assert node is not None
    found = [each.content for each in localize([node], ["fr"])[0].walk()]
    assert found == [str(number) for number in range(4_999, -1, -1)]


def test_a_language_alone_is_no_list_of_languages_here_either() -> None:
    with pytest.raises(TypeError, match="languages is a list"):
        localize(None, "fr")


def test_ids_differ_and_hold_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = [uuid.UUID(new_id()) for _ in range(1000)]
    after = time.time_ns() // 1_000_000
    assert len(set(made)) == 1000
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}
    assert all(before <= each.int >> 80 <= after for each in made)


def test_ids_increase_one_by_one() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_ids_increase_in_every_thread_and_never_meet() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(8)))
    assert all(each == sorted(each) for each in made)
    assert len({id_ for each in made for id_ in each}) == 16_000


def test_ids_increase_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    made = [before, new_id(), new_id()]
    assert made == sorted(set(made))
    assert {uuid.UUID(each).int >> 80 for each in made} == {uuid.UUID(before).int >> 80}


def test_ids_increase_when_no_random_bits_are_left_in_a_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    before = new_id()
    monkeypatch.setattr(common._ids, "_last", 2**62 - 2)
    made = [before, *(new_id() for _ in range(100))]
    assert made == sorted(set(made))
    assert {(uuid.UUID(each).version, uuid.UUID(each).variant) for each in made} == {(7, uuid.RFC_4122)}


def test_a_forked_process_makes_other_ids_and_never_waits_for_a_thread_that_is_not_there() -> None:
    """The lock that a thread of the parent holds has nobody to let it go in the child."""
    program = (
        "import os, sys, threading\n"
        "from concordia_sql import common\n"
        "common.time.time_ns = lambda: 10**18\n"
        "common.new_id()\n"
        "with common._ids._lock:\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        os.write(1, common.new_id().encode() + b' ')\n"
        "        os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "os.write(1, common.new_id().encode())\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=True)
    ours, theirs = said.stdout.split()
    assert ours[:13] == theirs[:13] and ours != theirs
