"""The effect of each command on the model, by its class: the rules of its docstring."""

import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias, cast

import attrs

from concordia_sql import Command, NotFound, Refused, auth, blog, profile, services
from tests.support.model import A_DAY_AGO, NOW, TABLES, Model, Rejected, Row, has, is_live, values_of

ASCII = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
PARTS: dict[object, str] = {
    blog.NewTranslation: "blog_translations",
    blog.NewPostMedium: "blog_post_media",
    blog.NewComment: "blog_comments",
    blog.SeenComment: "blog_comments",
    "author_ids": "blog_post_authors",
    "category_ids": "blog_post_categories",
    services.NewServiceTranslation: "services_translations",
    services.NewListingMedium: "services_media_links",
    services.NewAvailabilitySlot: "services_availability",
    services.NewReview: "services_reviews",
    services.SeenReview: "services_reviews",
}
"""The table of each of many rows in a command, by its class, or by the field's name where it is an id alone."""


def foresee(model: Model, commands: Sequence[Command[Any]]) -> tuple[Model, list[Any] | Rejected]:
    """What commands in one transaction make of a model, which stays as it is, and what comes back or is to be raised.

    That is, for each command, a row, rows, a number, or numbers by name.
    """
    after, results, missed = model.copy(), list[Any](), None
    for command in commands:
        table, handler = COMMANDS[type(command)]
        try:
            with after.running(command):
                result = handler(after, table, command)
        except Rejected as rejected:
            if rejected.error is not NotFound:
                return model, rejected
            missed = missed or rejected  # seen when all have run, if none failed in the database
        else:
            is_row = isinstance(result, dict) and not isinstance(result, Counter)
            results.append(dict(result) if is_row else result)
    return (model, missed) if missed else (after, results)


def plain(values: Row) -> Row:
    """Values as a row has them: JSON has lists for tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _split(command: Command[Any]) -> tuple[Row, list[tuple[str, Row]]]:
    """The values of a command itself, and the rows that it holds, each with its table."""
    values, parts = values_of(command), list[tuple[str, Row]]()
    for name in [*values]:
        if name in PARTS:
            parts += [(PARTS[name], {TABLES[PARTS[name]].key[1]: each}) for each in values.pop(name)]
        elif isinstance(values[name], tuple) and name not in JSON_LISTS:
            parts += [(PARTS[type(each)], plain(values_of(each))) for each in values.pop(name)]
    return plain(values), parts


JSON_LISTS = ("same_as", "seo_keywords")


OWNERS: dict[str, tuple[str, Row, str, str, str]] = {
    "post_id": ("blog_posts", {"status": "published"}, "not_published", "allow_comments", "comments_closed"),
    "service_id": (
        "services_listings", {"status": "active", "is_active": True}, "not_active", "allow_reviews", "reviews_closed"
    ),
}  # fmt: skip
"""What a row below a post or a listing names it by, who visitors see, and whether it takes comments or reviews."""


def check_owner(model: Model, row: Row, command: Any, found: str | None = None) -> None:
    """Nothing is added below what is deleted, and no comment where visitors see none or none is taken."""
    for column, (table, public, hidden, allow, closed) in OWNERS.items():
        owner = model.get(table, id=row[column]) if column in row else None
        if owner and not is_live(owner):
            raise Rejected(Refused, (f"deleted_{column.removesuffix('_id')}", found))
        if owner and not (has(owner, public) or getattr(command, "with_unpublished", True)):
            raise Rejected(Refused, (hidden, found))
        if owner and not (owner[allow] or getattr(command, "even_if_closed", True)):
            raise Rejected(Refused, (closed, found))


def create(model: Model, table: str, command: Any) -> Row:
    values, parts = _split(command)
    check_owner(model, values, command)
    row = model.insert(table, values)
    for part, part_values in parts:
        (owner,) = (name for name, rule in TABLES[part].references.items() if rule.table == table)
        model.insert(part, {owner: row["id"], **part_values})
    return row


def create_below(model: Model, table: str, command: Any) -> Row:
    """One of a tree."""
    if command.parent_id == command.id:
        raise Rejected(Refused, ("cycle", None))
    return create(model, table, command)


def change(model: Model, table: str, command: Any, name: str = "id") -> Row | None:
    values = plain(values_of(command))
    row = model.get(table, **{name: values.pop(name)})
    return model.change(table, row, values) if row and is_live(row) else None


def change_user(model: Model, table: str, command: Any) -> Row | None:
    if command.banned is True:
        model.delete("session", model.find("session", user_id=command.id))
    return change(model, table, command)


def put(model: Model, table: str, command: Any) -> Row:
    """In place of the row there is, which keeps its id."""
    values = plain(values_of(command))
    check_owner(model, values, command)
    row = model.get(table, **{name: values[name] for name in TABLES[table].natural_key})
    if row is None:
        return model.insert(table, values)
    return model.change(table, row, {**values, "id": row["id"]} if "id" in row else values)


def put_profile(model: Model, table: str, command: Any) -> Row:
    if model.get(table, user_id=command.user_id):
        return put(model, table, command)
    names = (field.name for field in attrs.fields(cast("Any", profile.ChangeProfile)))
    return model.insert(table, {**dict.fromkeys(names), **TABLES[table].defaults, **values_of(command)})


def put_place(model: Model, table: str, command: Any) -> int:
    put(model, table, command)
    return 1


def link(model: Model, table: str, command: Any) -> int:
    check_owner(model, values_of(command), command)
    if model.get(table, **values_of(command)):
        return 0
    model.insert(table, values_of(command))
    return 1


def remove(model: Model, table: str, command: Any) -> int:
    """Those with the values given."""
    return model.delete(table, model.find(table, **values_of(command)))[table]


def replace(model: Model, table: str, command: Any) -> Row:
    """The new ones first, so that they conflict with those that go."""
    owner, parts = _split(command)
    check_owner(model, owner, command)
    rows = [{**owner, **row} for _, row in parts]
    if len(TABLES[table].key) == 2:  # nothing but the link, which may be given twice
        rows = [row for number, row in enumerate(rows) if row not in rows[:number]]
    key = TABLES[table].natural_key
    before = {tuple(row[name] for name in key): row for row in model.find(table, **owner)}
    given = [tuple(row[name] for name in key) for row in rows]
    counts = Counter(added=0, changed=0, removed=0)
    for values, each in zip(rows, given, strict=True):
        if each not in before or given.count(each) > 1:
            model.insert(table, values)
            counts["added"] += 1
            continue
        values.pop("id", None)
        if any(before[each][name] != value for name, value in values.items()):
            model.change(table, before[each], values)
            counts["changed"] += 1
    gone = [row for each, row in before.items() if each not in given]
    counts["removed"] = len(gone)
    model.delete(table, gone)
    return counts


def move(model: Model, table: str, command: Any) -> Row:
    row, parent = model.get(table, id=command.id), model.get(table, id=command.parent_id)
    if row is None:
        raise Rejected(NotFound)
    if parent:
        _check_scope(table, row, parent)
        ancestor: Row | None = parent
        while ancestor:
            if ancestor is row:
                raise Rejected(Refused, ("cycle", None))
            ancestor = model.get(table, id=ancestor["parent_id"])
    return model.change(table, row, {"parent_id": command.parent_id})


def _scope(table: str) -> str:
    """The column with what a thread belongs to."""
    return next((name for name in ("post_id", "service_id") if name in TABLES[table].references), "")


def _check_scope(table: str, row: Row, parent: Row, found: str | None = None) -> None:
    scope = _scope(table)
    if scope and row[scope] != parent[scope]:
        raise Rejected(Refused, (f"parent_of_another_{scope.removesuffix('_id')}", found))


def add_reply(model: Model, table: str, command: Any) -> Row:
    row, parent = values_of(command), model.get(table, id=command.parent_id)
    check_owner(model, row, command)
    if parent and command.parent_id != command.id:
        _check_scope(table, row, parent)
    return create_below(model, table, command)


def add_many(model: Model, table: str, command: Any) -> int:
    rows = [row for _, row in _split(command)[1]]
    scope = _scope(table)
    for number, row in enumerate(rows):
        check_owner(model, row, command, str(number))
    for number, row in enumerate(rows):
        parents = [(-1, each) for each in model.find(table, id=row["parent_id"])]
        parents += [(other, each) for other, each in enumerate(rows) if each["id"] == row["parent_id"]]
        reasons = [
            "parent_after" if parent[scope] == row[scope] else f"parent_of_another_{scope.removesuffix('_id')}"
            for other, parent in parents
            if parent[scope] != row[scope] or other >= number
        ]
        if reasons:
            raise Rejected(Refused, *((reason, str(number)) for reason in reasons))
    for row in rows:
        model.insert(table, row)
    return len(rows)


def moderate(model: Model, table: str, command: Any) -> list[Row]:
    rows = (model.get(table, id=each.id, status=each.status) for each in command.seen)
    return [dict(model.change(table, row, {"status": command.status})) for row in rows if row and is_live(row)]


def delete(model: Model, table: str, command: Any) -> Counter[str]:
    return model.delete(table, model.find(table, id=command.id))


def delete_reply(model: Model, table: str, command: Any) -> Counter[str]:
    rows = model.find(table, id=command.id)
    replies = model.find(table, parent_id=command.id)
    if replies and command.replies == "refuse":
        raise Rejected(Refused, ("has_replies", None))
    if rows and replies and command.replies == "tombstone":
        empty: Row = {"author_name": "", "author_email": "", "author_id": None, "content": "", "rating": 0}
        if rows[0]["content"] == "" and rows[0]["author_email"] == "":
            return Counter()
        empty["deleted_at"] = rows[0]["deleted_at"] or NOW
        model.change(table, rows[0], {name: value for name, value in empty.items() if name in rows[0]})
        return Counter({f"{table}_emptied": 1})
    for row in rows:  # grows meanwhile
        rows += model.find(table, parent_id=row["id"])
    return model.delete(table, rows)


def soft_delete(model: Model, table: str, command: Any) -> Row | None:
    row = model.get(table, id=command.id)
    return model.change(table, row, {"deleted_at": NOW}) if row and is_live(row) else None


def restore(model: Model, table: str, command: Any) -> Row | None:
    row = model.get(table, id=command.id)
    if row and row["status"] == "deleted":
        raise Rejected(Refused, ("no_former_status", None))
    if row is None or row["deleted_at"] is None:
        return None
    if row.get("content") == "" and row["author_email"] == "":
        raise Rejected(Refused, ("emptied", None))
    return model.change(table, row, {"deleted_at": None})


def purge(model: Model, table: str, command: Any) -> Counter[str]:
    """The earliest first. One with replies stays."""
    found = [(row["deleted_at"] or row["updated_at"], row["id"], row) for row in model.find(table) if not is_live(row)]
    old = [row for moment, _, row in sorted(found, key=lambda each: each[:2]) if moment < command.deleted_before]
    if "parent_id" in TABLES[table].references:
        old = [row for row in old if not model.find(table, parent_id=row["id"])]
    return model.delete(table, old[: command.limit])


def purge_replies(model: Model, table: str, command: Any) -> int:
    return purge(model, table, command)[table]


def delete_expired(model: Model, table: str, command: Any) -> int:
    rows = [row for row in model.find(table) if row["expires_at"] <= (command.now or NOW)]
    rows.sort(key=lambda row: (row["expires_at"], row["id"]))
    return model.delete(table, rows[: command.limit])[table]


def delete_user_sessions(model: Model, table: str, command: Any) -> int:
    rows = [row for row in model.find(table, user_id=command.user_id) if row["id"] != command.kept_id]
    return model.delete(table, rows)[table]


def put_verification(model: Model, table: str, command: Any) -> Row:
    model.delete(table, model.find(table, identifier=command.identifier))
    return create(model, table, command)


def use_verification(model: Model, table: str, command: Any) -> Row:
    row = model.get(table, identifier=command.identifier)
    if row is None or row["value"] != command.value:
        raise Rejected(Refused, ("invalid", None))
    if row["used_at"]:
        raise Rejected(Refused, ("already_used", None))
    if row["expires_at"] <= (command.now or NOW):
        raise Rejected(Refused, ("expired", None))
    return model.change(table, row, {"used_at": NOW, "expires_at": min(row["expires_at"], A_DAY_AGO)})


def try_code(model: Model, table: str, command: Any) -> Row | None:
    row = model.get(table, identifier=command.identifier)
    if row is None:
        return None
    code, _, wrong = row["value"].rpartition(":") if ":" in row["value"] else (row["value"], "", "0")
    is_allowed = not row["used_at"] and row["expires_at"] > (command.now or NOW) and int(wrong) < command.attempts
    is_right = code == command.code
    if is_allowed and not is_right and int(wrong) + 1 < command.attempts:
        model.change(table, row, {"value": f"{code}:{int(wrong) + 1}"})
        return None
    model.delete(table, [row])
    return row if is_allowed and is_right else None


def create_organization(model: Model, table: str, command: Any) -> Row:
    values = values_of(command)
    owner = {"id": values.pop("member_id"), "user_id": values.pop("user_id"), "role": "owner"}
    row = model.insert(table, values)
    model.insert("member", {**owner, "organization_id": row["id"]})
    return row


def _member(model: Model, command: Any, role: str) -> Row | None:
    """The member, who is to have this role, unless no owner is left then."""
    member = model.get("member", organization_id=command.organization_id, user_id=command.user_id)
    owners = [row for row in model.find("member", organization_id=command.organization_id) if _is_owner(row["role"])]
    if owners == [member] and not _is_owner(role):
        raise Rejected(Refused, ("last_owner", None))
    return member


def _is_owner(role: str) -> bool:
    return "owner" in role.split(",")


def change_role(model: Model, table: str, command: Any) -> Row | None:
    member = _member(model, command, command.role)
    return model.change(table, member, {"role": command.role}) if member else None


def remove_member(model: Model, table: str, command: Any) -> int:
    member = _member(model, command, "")
    return model.delete(table, [member] if member else [])[table]


def accept_invitation(model: Model, table: str, command: Any) -> Row:
    invitation, invited = model.get(table, id=command.id), model.get("user", id=command.user_id)
    if invitation is None:
        raise Rejected(NotFound)
    if invited and invited["email"].translate(ASCII) != invitation["email"].translate(ASCII):
        raise Rejected(Refused, ("wrong_email", None))
    _check_pending(invitation)
    if invitation["expires_at"] <= (command.now or NOW):
        raise Rejected(Refused, ("expired", None))
    model.change(table, invitation, {"status": "accepted"})
    member = {"organization_id": invitation["organization_id"], "role": invitation["role"] or "member"}
    return model.insert("member", {**member, "id": command.member_id, "user_id": command.user_id})


def change_invitation(model: Model, table: str, command: Any) -> Row:
    invitation = model.get(table, id=command.id)
    if invitation is None:
        raise Rejected(NotFound)
    _check_pending(invitation)
    return model.change(table, invitation, {"status": command.status})


def _check_pending(invitation: Row) -> None:
    if invitation["status"] != "pending":
        raise Rejected(Refused, ("not_pending", invitation["status"]))


Handler: TypeAlias = Callable[[Model, str, Any], Any]

BLOG: dict[type[Command[Any]], tuple[str, Handler]] = {
    blog.CreateOrganization: ("blog_organizations", create),
    blog.ChangeOrganization: ("blog_organizations", change),
    blog.DeleteOrganization: ("blog_organizations", delete),
    blog.CreateMedium: ("blog_media", create),
    blog.ChangeMedium: ("blog_media", change),
    blog.DeleteMedium: ("blog_media", delete),
    blog.CreateAuthor: ("blog_authors", create),
    blog.ChangeAuthor: ("blog_authors", change),
    blog.DeleteAuthor: ("blog_authors", delete),
    blog.CreateCategory: ("blog_categories", create_below),
    blog.ChangeCategory: ("blog_categories", change),
    blog.MoveCategory: ("blog_categories", move),
    blog.DeleteCategory: ("blog_categories", delete),
    blog.CreatePost: ("blog_posts", create),
    blog.ChangePost: ("blog_posts", change),
    blog.SoftDeletePost: ("blog_posts", soft_delete),
    blog.RestorePost: ("blog_posts", restore),
    blog.PurgePosts: ("blog_posts", purge),
    blog.DeletePost: ("blog_posts", delete),
    blog.PutTranslation: ("blog_translations", put),
    blog.DeleteTranslation: ("blog_translations", remove),
    blog.ReplacePostTranslations: ("blog_translations", replace),
    blog.LinkPostAuthor: ("blog_post_authors", link),
    blog.UnlinkPostAuthor: ("blog_post_authors", remove),
    blog.ReplacePostAuthors: ("blog_post_authors", replace),
    blog.LinkPostCategory: ("blog_post_categories", link),
    blog.UnlinkPostCategory: ("blog_post_categories", remove),
    blog.ReplacePostCategories: ("blog_post_categories", replace),
    blog.LinkPostMedium: ("blog_post_media", put_place),
    blog.UnlinkPostMedium: ("blog_post_media", remove),
    blog.ReplacePostMedia: ("blog_post_media", replace),
    blog.AddComment: ("blog_comments", add_reply),
    blog.AddComments: ("blog_comments", add_many),
    blog.ChangeComment: ("blog_comments", change),
    blog.MoveComment: ("blog_comments", move),
    blog.ModerateComments: ("blog_comments", moderate),
    blog.SoftDeleteComment: ("blog_comments", soft_delete),
    blog.RestoreComment: ("blog_comments", restore),
    blog.PurgeComments: ("blog_comments", purge_replies),
    blog.DeleteComment: ("blog_comments", delete_reply),
}
ACCOUNTS: dict[type[Command[Any]], tuple[str, Handler]] = {
    auth.CreateUser: ("user", create),
    auth.ChangeUser: ("user", change_user),
    auth.DeleteUser: ("user", delete),
    auth.CreateSession: ("session", create),
    auth.ChangeSession: ("session", change),
    auth.DeleteSession: ("session", remove),
    auth.DeleteUserSessions: ("session", delete_user_sessions),
    auth.DeleteExpiredSessions: ("session", delete_expired),
    auth.CreateAccount: ("account", create),
    auth.ChangeAccount: ("account", change),
    auth.DeleteAccount: ("account", remove),
    auth.PutVerification: ("verification", put_verification),
    auth.UseVerification: ("verification", use_verification),
    auth.TryCode: ("verification", try_code),
    auth.DeleteVerification: ("verification", remove),
    auth.DeleteExpiredVerifications: ("verification", delete_expired),
    auth.CreateOrganization: ("organization", create_organization),
    auth.ChangeOrganization: ("organization", change),
    auth.DeleteOrganization: ("organization", delete),
    auth.AddMember: ("member", create),
    auth.ChangeMemberRole: ("member", change_role),
    auth.RemoveMember: ("member", remove_member),
    auth.InviteMember: ("invitation", create),
    auth.AcceptInvitation: ("invitation", accept_invitation),
    auth.ChangeInvitationStatus: ("invitation", change_invitation),
    auth.DeleteInvitation: ("invitation", remove),
    profile.PutProfile: ("profile", put_profile),
    profile.ChangeProfile: ("profile", partial(change, name="user_id")),
    profile.DeleteProfile: ("profile", remove),
}

SERVICES: dict[type[Command[Any]], tuple[str, Handler]] = {
    services.CreateServiceMedium: ("services_media", create),
    services.ChangeServiceMedium: ("services_media", change),
    services.DeleteServiceMedium: ("services_media", delete),
    services.CreateServiceCategory: ("services_categories", create_below),
    services.ChangeServiceCategory: ("services_categories", change),
    services.MoveServiceCategory: ("services_categories", move),
    services.DeleteServiceCategory: ("services_categories", delete),
    services.CreateListing: ("services_listings", create),
    services.ChangeListing: ("services_listings", change),
    services.SoftDeleteListing: ("services_listings", soft_delete),
    services.RestoreListing: ("services_listings", restore),
    services.PurgeListings: ("services_listings", purge),
    services.DeleteListing: ("services_listings", delete),
    services.PutServiceTranslation: ("services_translations", put),
    services.DeleteServiceTranslation: ("services_translations", remove),
    services.ReplaceListingTranslations: ("services_translations", replace),
    services.LinkServiceMedium: ("services_media_links", put_place),
    services.UnlinkServiceMedium: ("services_media_links", remove),
    services.ReplaceListingMedia: ("services_media_links", replace),
    services.CreateAvailabilitySlot: ("services_availability", create),
    services.ChangeAvailabilitySlot: ("services_availability", change),
    services.DeleteAvailabilitySlot: ("services_availability", remove),
    services.ReplaceListingAvailability: ("services_availability", replace),
    services.AddReview: ("services_reviews", add_reply),
    services.AddReviews: ("services_reviews", add_many),
    services.ChangeReview: ("services_reviews", change),
    services.MoveReview: ("services_reviews", move),
    services.ModerateReviews: ("services_reviews", moderate),
    services.SoftDeleteReview: ("services_reviews", soft_delete),
    services.RestoreReview: ("services_reviews", restore),
    services.PurgeReviews: ("services_reviews", purge_replies),
    services.DeleteReview: ("services_reviews", delete_reply),
    services.ChangeBooking: ("services_bookings", change),
    services.DeleteBooking: ("services_bookings", delete),
}

COMMANDS = BLOG | ACCOUNTS | SERVICES
