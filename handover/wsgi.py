"""The entry point of web servers. A process that is not set up right refuses to start and says why."""

import os
from io import StringIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handover.settings")
os.environ["WEB_PROCESS"] = "1"

from django.core.handlers.wsgi import WSGIRequest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application


class Utf8Request(WSGIRequest):
    """Is read as UTF-8, which our forms send, whatever the sender calls it.

    Codecs that are none for text fail before any middleware runs, and some let through lone surrogates,
    which no database can store.
    """

    @property
    def encoding(self) -> None:
        return None  # Django's way to say the default, UTF-8

    @encoding.setter
    def encoding(self, _claimed: str | None) -> None:
        pass


application = get_wsgi_application()
application.request_class = Utf8Request
call_command("check", stdout=StringIO())
