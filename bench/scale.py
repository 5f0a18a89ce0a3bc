"""How much is made and how long it is measured: whole, or small for trying the bench itself."""

import msgspec


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """Closed days of `sales` each: `days` of one location, `other_days` of each of `others`.

    `peer_days` are those that the peers hold too. What is compared is run in `turns`, each so many
    `seconds` long.
    """

    days: int
    others: int
    other_days: int
    peer_days: int
    timed_closings: int
    sales: int = 300
    turns: int = 5
    seconds: int = 2


# What issue 4 asks for.
WHOLE = Scale(days=365, others=100, other_days=10, peer_days=60, timed_closings=20)
# Made in seconds; its figures say nothing of the goals.
SMALL = Scale(
    days=12, others=2, other_days=2, peer_days=8, timed_closings=3, sales=300, turns=2, seconds=1
)
