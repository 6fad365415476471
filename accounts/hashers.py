"""How passwords are kept: Argon2id at the cost OWASP recommends, about 30 ms a check."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
