"""Counts what a page asks of the database."""

from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, url: str) -> int:
    """How often the page asks, once it is noted that the session is in use and what the person was shown."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
