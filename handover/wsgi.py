"""The entry point of web servers. A process that is not set up right refuses to start and says why."""

import os
from io import StringIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handover.settings")
os.environ["WEB_PROCESS"] = "1"

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from handover.middleware import Utf8Request

application = get_wsgi_application()
application.request_class = Utf8Request
call_command("check", stdout=StringIO())
