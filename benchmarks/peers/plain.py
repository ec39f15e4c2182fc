"""Results as plain data, and threads as trees: what the peers in Python share. Timed are `link` and what is `new`."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

Read = Callable[[Any, str], Any]


def plain(value: Any, form: dict[str, Any], read: Read = getattr) -> Any:
    """The value, an object or a list of them, as dicts in that form. `read` gives an object's field."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return [plain(item, form, read) for item in value]
    if hasattr(value, "roots"):  # a page of a thread
        return plain(value.roots, form, read)
    if hasattr(value, "medium"):  # the row that links a medium
        return {**plain(value.medium, {**form, "columns": _without_link(form)}, read), **_link(value, read)}
    names = [*form["columns"], *form["relations"], *(["replies"] if form["is_tree"] else [])]
    forms = {**form["relations"], **({"replies": form} if form["is_tree"] else {})}
    return {name: plain(read(value, name), forms[name], read) if name in forms else read(value, name) for name in names}


def _without_link(form: dict[str, Any]) -> list[str]:
    return [name for name in form["columns"] if name not in ("link_type", "position")]


def _link(value: Any, read: Read) -> dict[str, Any]:
    return {"link_type": read(value, "type"), "position": read(value, "position")}


def link(comments: Sequence[Any]) -> list[Any]:
    """The roots of the comments, each with its replies: what a user of an ORM writes by hand."""
    replies = defaultdict(list)
    for comment in comments:
        replies[comment.parent_id].append(comment)
    for comment in comments:
        comment.replies = replies[comment.id]
    return replies[None]


def new_post(parameters: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The columns of W11's post, and those of its translations."""
    given = parameters["post"]
    post = {**given, "id": uuid4().hex, "slug": f"benchmark-{uuid4().hex}"}
    post["published_at"] = datetime.fromisoformat(given["published_at"])
    return post, [{**each, "id": uuid4().hex} for each in parameters["post_parts"]["translations"]]


def new_comments(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The columns of W12's comments."""
    return [
        {**parameters["comment"], "id": uuid4().hex, "content": {"en": f"Comment {number}"}}
        for number in range(parameters["new_comments"])
    ]


def rating_summary(counts: Sequence[int], average: Any) -> "RatingSummary":
    """The ratings of a listing, from how many there are of 1 to 5."""
    summary = RatingSummary()
    summary.count = sum(counts)
    summary.average = None if average is None else round(float(average), 2)
    summary.distribution = list(counts)
    return summary


class RatingSummary:
    """The ratings of a listing."""

    count: int
    average: float | None
    distribution: list[int]
