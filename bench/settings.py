"""The product's settings as in production, but for the password check, which is left out of the figures."""

from handover.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
