"""The floor's settings without any middleware."""

from bench.floor.settings import *  # noqa: F403

MIDDLEWARE = []
