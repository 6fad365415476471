"""The product's settings for tests: a data folder of their own, quick passwords, no collected files."""

import os
from pathlib import Path

os.environ.setdefault("DATA_DIR", str(Path(__file__).resolve().parent.parent / "data" / "test"))
os.environ.setdefault("SECRET_KEY", "only-for-tests" * 4)
os.environ.setdefault("HTTPS", "0")
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["SITE_URL"] = "https://handover.example.com"

from handover.settings import *  # noqa: F403  the settings read the lines above
from handover.settings import STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
