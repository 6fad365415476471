"""What accounts announces, so that others can keep a trail of it. Each carries `user`, `actor` and `address`."""

from django.dispatch import Signal

signed_in = Signal()
signed_out = Signal()
password_changed = Signal()
password_reset = Signal()
