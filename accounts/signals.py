"""What accounts announces, for others to keep a trail of. Each carries `user`, `actor` and `address`."""

from django.dispatch import Signal

signed_in = Signal()
signed_out = Signal()
password_changed = Signal()
password_reset = Signal()
password_vouched = Signal()  # also carries `reset_by`
