"""`python -m tests.programme.killing ACT ARGUMENTS`: does an act again and again, killed each time.

A process apart, for the typesetting's threads do not survive a fork: this one forks a child for
each try and typesets nothing itself. The child kills itself (SIGKILL) before its n-th statement, as
a power cut would. Each try is told in one line, and the next one waits for a line in return.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

MOST_STATEMENTS = 400


class KilledAt:
    """Counts statements, and ends the process before the n-th."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def act_called(name: str, said: dict[str, Any]) -> Callable[[], Any]:
    """One of the acts that are tried, with what it is given."""
    from tests.programme.way import ORIGIN, SIGNING  # noqa: PLC0415  Django first

    from tillgate.directory.models import Person  # noqa: PLC0415
    from tillgate.programme.acts import handover, review, signature  # noqa: PLC0415
    from tillgate.programme.models import AccessRequest  # noqa: PLC0415

    if name == "sign":
        return lambda: signature.sign_agreement(signing=SIGNING, origin=ORIGIN, **said)
    if name == "reveal":
        return lambda: handover.open_credentials(origin=ORIGIN, **said)
    return lambda: review.approve_request(
        request=AccessRequest.objects.get(pk=said["request"]),
        words="",
        actor=Person.objects.get(pk=said["actor"]),
    )


def killed_at(number: int, act: Callable[[], Any]) -> bool:
    """Whether a child was killed before it got through the act; it must not fail otherwise."""
    from django.db import connection, connections  # noqa: PLC0415

    connections.close_all()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with connection.execute_wrapper(KilledAt(number)):
                act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        sys.exit("the act itself failed")
    return os.WIFSIGNALED(status)


def main() -> None:
    """Kill at every stride-th statement until the act gets through."""
    from tillgate.site.databases import start_django  # noqa: PLC0415

    start_django()
    act = act_called(sys.argv[1], json.loads(sys.argv[2]))
    for number in range(1, MOST_STATEMENTS, int(sys.argv[3])):
        was_killed = killed_at(number, act)
        print("killed" if was_killed else "done", flush=True)
        if not was_killed:
            return
        sys.stdin.readline()
    sys.exit("the act never ended")


if __name__ == "__main__":
    main()
