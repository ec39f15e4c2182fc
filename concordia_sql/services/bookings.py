"""Bookings: the times that are free for them, how one is made, and what becomes of it."""

from typing import Annotated, TypeAlias

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from concordia_sql.common import new_id
from concordia_sql.concordia import command, query
from concordia_sql.engine import Many, ReturningMaybe, ReturningOne
from concordia_sql.services.queries import BookingStatus
from concordia_sql.services.results import Booking, DeletedBooking, FreeSlot
from concordia_sql.values import Day, Id, TimeOfDay, WallClock

Days: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=366)]
"""How many days: 1 to 366."""


@command("services/create_booking.sql")
class CreateBooking(ReturningOne[Booking]):
    """Book a listing and give the booking back: pending, with the listing's provider, duration, price and currency.

    `total_price` is the listing's `base_price` as it is, whatever its `price_type`. Of those who book a listing at once
    each waits for the one before, so that no moment is ever booked beyond the listing's `max_participants`, which is 1
    where it says nothing. Bookings that are pending or confirmed take a place, from their start up to their end alone.

    Raises NotFound when there is no such listing, Conflict for the id, and Refused, for the first of these reasons:
    "not_active" (the listing is deleted, not active or in another status), "own_listing" (the customer is its
    provider), "no_duration" (it does not say how long it lasts), "too_soon" (the start is before `now` and the
    listing's `booking_advance_hours`), "unclear_price" (its `base_price` is no price), "outside_availability" (not all
    of the time lies within the times at which it is available, those that meet as one; a listing without any such
    times, available or not, takes every time) and "full".

    Other writers may have written times as "9:00", "09:00:00" or "24:00" and dates as "2026-3-15" or as midnight in
    UTC: they count as what they mean. An availability that ends no later than it starts ends on the next day. What
    means nothing is Refused: "unclear_availability" where the time lies outside of what is clear, "unclear_booking"
    where a pending or confirmed booking may be at this time.
    """

    service_id: Id
    customer_id: Id
    booking_date: Day
    booking_time: TimeOfDay
    now: WallClock
    """What the clock shows at the provider, whose time zone is that of bookings. A zone that it has is left aside."""
    customer_message: str | None = None
    id: Id = attrs.field(factory=new_id)


@command("services/change_booking.sql")
class ChangeBooking(ReturningMaybe[Booking]):
    """Change what is given of a booking's texts. Gives the booking back, or None when there is none."""

    id: str
    customer_message: str | UnsetType | None = UNSET
    provider_response: str | UnsetType | None = UNSET


@command("services/change_booking_status.sql")
class ChangeBookingStatus(ReturningOne[Booking]):
    """Change the status of a booking and give it back, with `cancelled_at` or `completed_at` if it now is that.

    A pending booking may be confirmed; a confirmed one may be completed or a "no_show"; both may be cancelled by the
    client or the provider. Of several changes at once, each follows the one before.

    Raises NotFound when there is no such booking, and Refused: "state" with the status that was found, which `status`
    may not follow; "too_late" for a client who cancels a confirmed booking when, by `now`, fewer than the listing's
    `cancellation_hours` remain before it, and "unclear_booking" where its date or time means nothing. Where the listing
    does not say how many hours, it is never too late.
    """

    id: str
    status: BookingStatus
    now: WallClock
    """What the clock shows at the provider, as for `CreateBooking`."""
    provider_response: str | UnsetType | None = UNSET


@command("services/delete_booking.sql")
class DeleteBooking(ReturningOne[DeletedBooking]):
    """Delete a booking, in any status. Gives back how many rows went: 0 when there is no such booking."""

    id: str


@query("services/list_free_slots.sql")
class ListFreeSlots(Many[FreeSlot]):
    """The slots of an active listing that can be booked, by date and time, on `days` days from `from_date` on.

    Slots follow each other, each as long as the listing lasts, from the start of each of the times at which it is
    available; the last of them may end in another one that goes on from there, also past midnight. On a listing without
    any such times they go from 00:00 up to midnight. Those that are too soon, as for `CreateBooking`, or full are left
    out. Empty when there is no such listing, or it is not active or has no duration.

    What other writers wrote counts as for `CreateBooking`. Raises Refused as "unclear_availability" or
    "unclear_booking" where a time of the week, or a booking that may be on these days, means nothing.

    At most one slot a minute; so at most 1440 times `days`.
    """

    service_id: str
    from_date: Day
    days: Days
    now: WallClock
    """What the clock shows at the provider, as for `CreateBooking`."""
