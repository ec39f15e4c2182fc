"""Invitations into organizations: sent, and accepted, rejected or canceled once.

Permissions are not checked. The caller makes sure that an inviter is an owner, and that a user's address is verified.
"""

from datetime import datetime
from typing import Literal

import attrs

from concordia_sql.auth.results import Invitation, Member
from concordia_sql.common import new_id
from concordia_sql.concordia import command
from concordia_sql.engine import Affected, ReturningOne
from concordia_sql.values import Email, Id, Role


@command("auth/invite_member.sql")
class InviteMember(ReturningOne[Invitation]):
    """Create an invitation, which is pending, and return it.

    Whether somebody with this address is a member, or invited already, is not checked. Raises Conflict for its id, and
    MissingReference for the organization or the inviter.

    Better Auth can accept it: it compares addresses in lower case, and takes the roles apart at their commas.
    """

    organization_id: Id
    email: Email
    inviter_id: Id
    expires_at: datetime
    id: Id = attrs.field(factory=new_id)
    role: Role = "member"
    """The role that they will have: one role, or several separated by commas."""


@command("auth/accept_invitation.sql")
class AcceptInvitation(ReturningOne[Member]):
    """Make the user who is invited a member, with the role of the invitation, and return the membership.

    Raises NotFound if there is no invitation, and Refused as `wrong_email` when it is to another address than the
    user's, in upper or lower case; as `not_pending`, with the status found, when it is accepted, rejected or canceled;
    and as `expired`. Raises Conflict when the user is a member already, or for the id of the membership; the invitation
    is then still pending. Raises MissingReference for the user.

    Better Auth sees the invitation accepted, and the member.
    """

    id: str
    user_id: Id
    member_id: Id = attrs.field(factory=new_id)
    """The id of the new membership."""
    now: datetime | None = None
    """The current time. By default, the database's clock is read."""


@command("auth/change_invitation_status.sql")
class ChangeInvitationStatus(ReturningOne[Invitation]):
    """Reject or cancel an invitation that is pending, expired or not, and return it.

    Raises NotFound if there is none, and Refused as `not_pending`, with the status found.

    Better Auth knows both words, and lets nobody accept it from then on.
    """

    id: str
    status: Literal["rejected", "canceled"]
    """The invited user rejects, the organization cancels."""


@command("shared/delete_items.sql", names={"items": "invitation", "key": "id"}, domain="auth")
class DeleteInvitation(Affected):
    """Delete an invitation in any status. Returns 1, or 0 if there is no such row.

    Better Auth no longer finds it.
    """

    id: str
