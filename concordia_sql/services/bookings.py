"""Bookings: the times that are free for them, how one is made, and what becomes of it."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

import attrs
import msgspec
from msgspec import UNSET, UnsetType

from concordia_sql.common import new_id
from concordia_sql.concordia import command, query
from concordia_sql.engine import Many, Maybe, One, ParameterError
from concordia_sql.services.queries import BookingStatus, Day
from concordia_sql.services.results import Booking, DeletedBooking, FreeSlot

TimeOfDay: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
"""A time as bookings hold it: "10:00"."""
Days: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=366)]
"""How many days: 1 to 366."""


def _real_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except TypeError:
        return value  # the check of its type says more
    except ValueError:
        raise ParameterError('there is no such day; give one as "2026-03-15"') from None
    return value


def _wall_clock(value: datetime) -> datetime:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@command("services/create_booking.sql")
class CreateBooking(One[Booking]):
    """Book a listing and give the booking back: pending, with the listing's provider, duration, price and currency.

    `total_price` is the listing's `base_price` as it is, whatever its `price_type`. Of those who book a listing at once
    each waits for the one before, so that no moment is ever booked beyond the listing's `max_participants`, which is 1
    where it says nothing. Bookings that are pending or confirmed take a place, from their start up to their end alone.

    Raises NotFound when there is no such listing, Conflict for the id, and Refused, for the first of these reasons:
    "not_active" (the listing is deleted, not active or in another status), "own_listing" (the customer is its
    provider), "no_duration" (it does not say how long it lasts), "too_soon" (the start is before `now` and the
    listing's `booking_advance_hours`), "outside_availability" (the whole time lies within none of the times of that day
    at which it is available; a listing without any such times, available or not, takes every time) and "full".
    """

    service_id: str
    customer_id: str
    booking_date: Day = attrs.field(converter=_real_day)
    booking_time: TimeOfDay
    now: datetime = attrs.field(converter=_wall_clock)
    """What the clock shows at the provider, whose time zone is that of bookings. A zone that it has is left aside."""
    customer_message: str | None = None
    id: str = attrs.field(factory=new_id)


@command("services/change_booking.sql")
class ChangeBooking(Maybe[Booking]):
    """Change what is given of a booking's texts. Gives the booking back, or None when there is none."""

    id: str
    customer_message: str | UnsetType | None = UNSET
    provider_response: str | UnsetType | None = UNSET


@command("services/change_booking_status.sql")
class ChangeBookingStatus(One[Booking]):
    """Change the status of a booking and give it back, with `cancelled_at` or `completed_at` if it now is that.

    A pending booking may be confirmed; a confirmed one may be completed or a "no_show"; both may be cancelled by the
    client or the provider. Of several changes at once, each follows the one before.

    Raises NotFound when there is no such booking, and Refused: "state" with the status that was found, which `status`
    may not follow; "too_late" for a client who cancels a confirmed booking when, by `now`, fewer than the listing's
    `cancellation_hours` remain before it. Where the listing does not say how many, it is never too late.
    """

    id: str
    status: BookingStatus
    now: datetime = attrs.field(converter=_wall_clock)
    """What the clock shows at the provider, as for `CreateBooking`."""
    provider_response: str | UnsetType | None = UNSET


@command("services/delete_booking.sql")
class DeleteBooking(One[DeletedBooking]):
    """Delete a booking, in any status. Gives back how many rows went: 0 when there is no such booking."""

    id: str


@query("services/list_free_slots.sql")
class ListFreeSlots(Many[FreeSlot]):
    """The slots of an active listing that can be booked, by date and time, on `days` days from `from_date` on.

    Slots follow each other, each as long as the listing lasts, from the start of each of the times at which it is
    available, and on a listing without any such times from 00:00 up to midnight. Those that are too soon, as for
    `CreateBooking`, or full are left out. Empty when there is no such listing, or it is not active or has no duration.

    At most one slot a minute; so at most 1440 times `days`.
    """

    service_id: str
    from_date: Day = attrs.field(converter=_real_day)
    days: Days
    now: datetime = attrs.field(converter=_wall_clock)
    """What the clock shows at the provider, as for `CreateBooking`."""
