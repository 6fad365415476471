"""What carries a message out of the application: email, and posts to group chats and other programs.

Nothing here asks the database, so that no transaction ever waits for somebody else's server.
"""

from .chats import chat
from .mail import Mail
from .parcels import Carrier, NotSent, Parcel, Reason

__all__ = ["Carrier", "Mail", "NotSent", "Parcel", "Reason", "chat"]
