"""Email to one reader, as text and as HTML, in their language and by their clocks."""

from smtplib import SMTPException, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import Truncator

from .parcels import NotSent, Parcel, Reason

SUBJECT_LENGTH = 100


class Mail:
    """One connection to the mail server for all that goes out at once."""

    def __init__(self) -> None:
        self.connection = get_connection()

    def send(self, parcel: Parcel) -> None:
        if not parcel.to:
            raise NotSent(Reason.NO_ADDRESS)
        if not settings.EMAIL_IS_SET_UP:
            raise NotSent(Reason.UNREACHABLE, "EMAIL_URL", place_is_down=True)
        letter = _letter(parcel)
        try:
            self.connection.open()
        except (SMTPException, OSError) as error:
            raise NotSent(Reason.UNREACHABLE, error, place_is_down=True) from error
        try:
            self.connection.send_messages([letter])
        except (SMTPResponseException, SMTPRecipientsRefused, SMTPNotSupportedError) as error:
            raise NotSent(Reason.REFUSED, error) from error
        except (SMTPException, OSError) as error:
            raise NotSent(Reason.NO_ANSWER, error, place_is_down=True, may_have_arrived=True) from error

    def close(self) -> None:
        try:
            self.connection.close()
        except (SMTPException, OSError):
            return  # all that it had to say has been said


def _letter(parcel: Parcel) -> EmailMultiAlternatives:
    context = {"parcel": parcel, "site": settings.SITE_URL}
    with translation.override(parcel.language), timezone.override(parcel.zone):
        text = render_to_string("email/message.txt", context)
        html = render_to_string("email/message.html", context)
    subject = Truncator(" ".join(parcel.text.split())).chars(SUBJECT_LENGTH)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
    # The same at each try: mail programs show two letters of one id once.
    headers = {"Message-ID": f"<{parcel.ref}@{domain}>", "Auto-Submitted": "auto-generated"}
    letter = EmailMultiAlternatives(subject, text, to=[parcel.to], headers=headers)
    letter.attach_alternative(html, "text/html")
    return letter
