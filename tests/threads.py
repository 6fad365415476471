"""Several people at once: real threads, each with its own connection to the database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from handover.errors import HandoverError


def at_once(*steps: Callable[[], object]) -> list[type[HandoverError]]:
    """Run the steps in threads of their own, each from the same beginning; answers what was refused."""
    begin = Barrier(len(steps))

    def run(step: Callable[[], object]) -> type[HandoverError] | None:
        try:
            begin.wait(timeout=10)
            step()
        except HandoverError as error:
            return type(error)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(steps)) as pool:
        return [refused for refused in pool.map(run, steps) if refused]
