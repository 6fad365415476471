"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: about 30 ms, so that signing again and again stays bearable."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
