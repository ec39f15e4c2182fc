"""Bookings: the times that are free for them, how one is made, and what becomes of it."""

from datetime import datetime
from typing import Annotated, TypeAlias

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from concordia_sql.common import new_id
from concordia_sql.concordia import command, query
from concordia_sql.engine import Limit, Many, ReturningMaybe, ReturningOne, cursor
from concordia_sql.services.queries import BookingStatus
from concordia_sql.services.results import Booking, DeletedBooking, FreeSlot
from concordia_sql.values import Day, Id, TimeOfDay, WallClock

Days: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=366)]
"""How many days: 1 to 366."""


@command("services/create_booking.sql")
class CreateBooking(ReturningOne[Booking]):
    """Book a listing and return the booking: pending, with the listing's provider, duration, price and currency.

    `total_price` is the listing's `base_price`, whatever its `price_type`. Callers that book a listing at once wait for
    each other. So no moment is ever booked more than `max_participants` times, which is 1 if the listing does not say.
    Only bookings that are pending or confirmed count, from their start up to their end.

    Raises NotFound if there is no such listing, Conflict for the id, and Refused, for the first of these reasons:
    "not_active" (the listing is deleted, not active or in another status), "own_listing" (the customer is its
    provider), "no_duration" (it does not say how long it lasts), "too_soon" (the start is before `now` and the
    listing's `booking_advance_hours`), "unclear_price" (its `base_price` is not a price), "outside_availability" (the
    booking does not lie within the times at which it is available, of which adjacent ones count as one; a listing
    without any times, available or not, takes every time) and "full".

    Times that other writers stored as "9:00", "09:00:00" or "24:00", and dates stored as "2026-3-15" or as midnight in
    UTC, are understood. An availability that ends no later than it starts ends on the next day. If a stored text is
    not understood, the command is Refused: as "unclear_availability" if the booking does not lie within the
    availability that is understood, as "unclear_booking" if a pending or confirmed booking may be at this time.
    """

    service_id: Id
    customer_id: Id
    booking_date: Day
    booking_time: TimeOfDay
    now: WallClock
    """The local time of the provider, whose time zone is that of bookings. A time zone in the value is ignored."""
    customer_message: str | None = None
    id: Id = attrs.field(factory=new_id)


@command("services/change_booking.sql")
class ChangeBooking(ReturningMaybe[Booking]):
    """Change the given texts of a booking. Returns the booking, or None if there is no such row."""

    id: str
    customer_message: str | UnsetType | None = UNSET
    provider_response: str | UnsetType | None = UNSET


@command("services/change_booking_status.sql")
class ChangeBookingStatus(ReturningOne[Booking]):
    """Change the status of a booking and return it, with `cancelled_at` or `completed_at` if it now is that.

    A pending booking may be confirmed; a confirmed one may be completed or a "no_show"; both may be cancelled by the
    client or the provider. If several change it at once, each follows the one before.

    Raises NotFound if there is no such booking, and Refused: "state" with the status that was found, which `status` may
    not follow; "too_late" for a client who cancels a confirmed booking when, by `now`, fewer than the listing's
    `cancellation_hours` remain before it, and "unclear_booking" if its date or time is not understood. If the
    listing does not say how many hours, it is never too late.
    """

    id: str
    status: BookingStatus
    now: WallClock
    """The local time of the provider, as for `CreateBooking`."""
    provider_response: str | UnsetType | None = UNSET


@command("services/delete_booking.sql")
class DeleteBooking(ReturningOne[DeletedBooking]):
    """Delete a booking, in any status. Returns the number of deleted rows: 0 if there is no such booking."""

    id: str


@query("services/list_free_slots.sql")
class ListFreeSlots(Many[FreeSlot]):
    """The slots of an active listing that can be booked, by date and time, on `days` days from `from_date` on.

    Slots follow each other from the start of each time at which the listing is available, each as long as the listing
    lasts. The last one may end in an adjacent time, also past midnight. A listing without any times has slots from
    00:00 to midnight. Slots that are too soon, as for `CreateBooking`, or full are left out. The list is empty if there
    is no such listing, or it is not active or has no duration.

    Times and dates of other writers are understood as by `CreateBooking`. Raises Refused as "unclear_availability" or
    "unclear_booking" if a time of the week, or a booking that may be on these days, is not understood.

    It gives at most `limit` slots, of which there may be one a minute.
    """

    service_id: str
    from_date: Day
    days: Days
    now: WallClock
    """The local time of the provider, as for `CreateBooking`."""
    limit: Limit = 500
    after: str | None = attrs.field(default=None, converter=cursor(datetime))
    """The cursor of the last slot of the previous page."""
