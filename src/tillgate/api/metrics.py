"""What the API plane counts for Prometheus: by operation, never by location or client."""

from prometheus_client import Counter, Histogram

CALLS = Counter(
    "tillgate_api_calls_total",
    "Calls answered by the read-only plane.",
    ["operation", "status"],
)
SECONDS = Histogram(
    "tillgate_api_seconds",
    "Seconds from a request's arrival to the end of its answer.",
    ["operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
USAGE_WRITTEN = Counter("tillgate_usage_calls_written_total", "Calls whose usage was written.")
USAGE_LOST = Counter(
    "tillgate_usage_calls_lost_total",
    "Calls whose usage could not be written and was given up.",
)


class OperationMetrics:
    """The counters of one operation, each looked up once."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._seconds = SECONDS.labels(operation)
        self._calls: dict[int, Counter] = {}

    def count(self, status: int, seconds: float) -> None:
        """Count an answer."""
        calls = self._calls.get(status)
        if calls is None:
            calls = self._calls[status] = CALLS.labels(self._operation, str(status))
        calls.inc()
        self._seconds.observe(seconds)
