"""A location's business day at work: seating parties, taking their orders, closing accounts."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tillgate.simulator.account import Account, Line
from tillgate.simulator.dice import Dice
from tillgate.simulator.group import Location, RevenueCentre
from tillgate.simulator.orders import order
from tillgate.simulator.people import Worker, staff_of
from tillgate.simulator.tenders import pay, usual_tender
from tillgate.simulator.till import negated, settle, settle_alone

VOID_REASONS = (
    "Broken",
    "Cooking",
    "Other",
    "Taste",
    "Unhappy Client",
    "User Mistake",
    "Waited too long",
)


# Bar accounts have no profile: it is a choice at the till, and there nobody makes it.
_PROFILES = {"coffee": "EATIN", "lunch": "LUNCH", "dinner": "EATIN", "take-away": "TAKEAWAY"}


@dataclass(slots=True)
class Shift:
    """A business day of a location while it is made; `dice` decide everything about it."""

    location: Location
    day: date
    seed: int
    dice: Dice
    accounts: list[Account] = field(default_factory=list)
    six_in_the_morning: datetime = field(init=False)

    def __post_init__(self) -> None:
        zone = ZoneInfo(self.location.timezone)
        self.six_in_the_morning = datetime.combine(self.day, time(6), zone).astimezone(UTC)

    @property
    def manager(self) -> Worker:
        """Who authorises voids and refunds."""
        return staff_of(self.location)[0]

    def at(self, minutes: float) -> datetime:
        """The instant so many minutes after midnight of the date, 24 * 60 and more in the night.

        Reckoned from six in the morning: the clocks change before that.
        """
        return self.six_in_the_morning + timedelta(milliseconds=int((minutes - 360) * 60_000))

    def seat(self, style: str, minute: float, *, stay: float = 45, covers: int = 2) -> Account:
        """An account opened for a party, empty so far; take-away goes over the counter."""
        centre = self._room_for(style)
        tills = self.location.tills
        opened = self.at(minute)
        return Account(
            location=self.location,
            device=tills[min(self.location.rooms.index(centre), len(tills) - 1)],
            centre=centre,
            owner=self.dice.pick(staff_of(self.location)[1:]),
            opened=opened,
            closed=opened + timedelta(milliseconds=int(stay * 60_000)),
            table=self.dice.pick(centre.tables) if centre.tables else None,
            covers=covers,
            dine_in=style != "take-away",
            profile=_PROFILES.get(style),
        )

    def serve(self, style: str, minute: float, *, stay: float = 45, covers: int = 2) -> Account:
        """A party seated and its order taken; not settled yet."""
        account = self.seat(style, minute, stay=stay, covers=covers)
        order(account, style, self.dice)
        return account

    def close(self, account: Account, *codes: str) -> Account:
        """Settle the account, pay it by these tenders or as usual, and book it."""
        settle(account)
        pay(account, self.dice, codes or (usual_tender(account, self.dice),))
        return self.book(account)

    def book(self, account: Account) -> Account:
        """Put the account into the day as it is."""
        self.accounts.append(account)
        return account

    def void(self, account: Account, line: Line) -> Line:
        """Take one line back before paying: an extra line, by the manager, with a reason."""
        settle_alone(line, account)
        reason = self.dice.pick(VOID_REASONS)
        at = line.at + timedelta(minutes=2)
        back = negated(line, at=at, staff=self.manager, void_reason=reason)
        account.lines.append(back)
        return back

    def _room_for(self, style: str) -> RevenueCentre:
        rooms = self.location.rooms
        if style == "take-away" or (style == "coffee" and self.dice.chance(0.5)):
            return rooms[-1]
        return rooms[-2] if style == "bar" else self.dice.pick(rooms[:-1])
