"""The entry point of web servers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handover.settings")
os.environ["WEB_PROCESS"] = "1"

from django.core.wsgi import get_wsgi_application  # noqa: E402  the settings read the line above

application = get_wsgi_application()
