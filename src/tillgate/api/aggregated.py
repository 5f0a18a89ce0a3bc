"""`aggregatedSales`: totals of a period, nested by the keys asked for, or one row for each path."""

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.books import books_of, day_span, days_of, next_start_of_day
from tillgate.api.call import Call
from tillgate.api.params import Clash, Parameters
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Flag, GroupBy, Id, Instant, check_range
from tillgate.api.turns import sum_turn
from tillgate.ledger.aggregate_reads import sum_up
from tillgate.ledger.aggregation import Aggregate, GroupKey, Path
from tillgate.ledger.reads import fetch_finality, is_final
from tillgate.ledger.spans import Asked, Span


class AggregatedParameters(Parameters, frozen=True):
    """Which period, and which keys, outermost first."""

    business_location_id: Id
    group_by: GroupBy
    date: BusinessDate | None = None
    from_: Instant | None = field(name="from", default=None)
    to: Instant | None = None
    flattened: Flag = False

    def __post_init__(self) -> None:
        if self.date is not None and (self.from_ is not None or self.to is not None):
            raise Clash("date", "leave it out, or leave out from and to")
        if (self.from_ is None) != (self.to is None):
            raise Clash("to" if self.to is None else "from", "give both from and to")
        if self.from_ is not None and self.to is not None:
            check_range(self.from_, self.to)


async def get_aggregated_sales(
    plane: Plane, _call: Call, grant: Grant, asked: AggregatedParameters
) -> bytes:
    """The published `AggregatedSalesResponse`; its root names no key, as the wire has it."""
    location = asked.business_location_id
    books = await books_of(plane, grant, location)
    if asked.from_ is not None and asked.to is not None:
        span = Span(asked.from_, asked.to)
    else:
        span, _ = day_span(books.calendar, asked.date)
    days = days_of(books.calendar, span)
    names = grant.staff and GroupKey.STAFF in asked.group_by
    wanted = Asked(location=location, span=span, days=days, until=books.until, names=names)
    finality = await fetch_finality(plane.pool, grant.locations, wanted)
    aggregate = await _sum_up(plane, grant, wanted, asked.group_by)
    children = _rows(aggregate) if asked.flattened else _groups(aggregate)
    return msgspec.json.encode(
        {
            **aggregate.totals().shown(),
            "children": children,
            "nextStartOfDayAsIso8601": next_start_of_day(books.calendar, span),
            "dataComplete": is_final(books, days, finality),
            "businessName": books.business_name,
        }
    )


async def _sum_up(
    plane: Plane, grant: Grant, wanted: Asked, keys: tuple[GroupKey, ...]
) -> Aggregate:
    aggregate = Aggregate(keys, staff_names=grant.staff)
    async with sum_turn(plane):
        await sum_up(plane.pool, grant.locations, wanted, aggregate)
    return aggregate


def _groups(aggregate: Aggregate) -> list[dict[str, object]]:
    """The levels from the innermost out: each node is finished before its parent needs it."""
    below: dict[Path, list[dict[str, object]]] = {}
    for depth in range(len(aggregate.keys), 0, -1):
        key, here = aggregate.keys[depth - 1], dict[Path, list[dict[str, object]]]()
        for path in aggregate.paths(depth):
            node = {"groupByValue": path[-1], **aggregate.totals(path).shown()}
            if path in below:
                node["children"] = below[path]
            here.setdefault(path[:-1], []).append(node)
        below = {parent: [{"groupByKey": key, "children": nodes}] for parent, nodes in here.items()}
    return below.get((), [{"groupByKey": aggregate.keys[0], "children": []}])


def _rows(aggregate: Aggregate) -> list[dict[str, object]]:
    rows = [
        {"groupByValue": _joined(path), **aggregate.totals(path).shown()}
        for path in aggregate.paths(len(aggregate.keys))
    ]
    return [{"groupByKey": ",".join(aggregate.keys), "children": rows}]


def _joined(values: Path) -> str:
    escaped = (value.replace("\\", "\\\\").replace(",", "\\,") for value in values)
    return values[0] if len(values) == 1 else ",".join(escaped)
