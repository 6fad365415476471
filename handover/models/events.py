"""The trail: every change, who made it and when. Timelines and the audit are views of these rows."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team

from .access import Access
from .customers import Channel, Customer, Emotion
from .handovers import Handover
from .items import PendingItem
from .shifts import Post


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.is_administrator else self.filter(team__in=access.read_team_ids)


class Event(models.Model):
    """One entry of the trail. `text` is what a person wrote; `data` holds ids and old and new values."""

    class Verb(models.TextChoices):
        # items
        CREATED = "created", _("registered the item")
        IMPORTED = "imported", _("imported from another system")
        EDITED = "edited", _("corrected the facts")
        PROGRESSED = "progressed", _("noted progress")
        CALLED_AGAIN = "called_again", _("noted that the customer called again")
        TAKEN = "taken", _("took the item")
        RELEASED = "released", _("put the item back into the queue")
        LEFT = "left", _("put the item back into the queue: its holder is not on duty any more")
        TRANSFERRED = "transferred", _("passed the item on")
        TRANSFERRED_OUT = "transferred_out", _("passed the item to another team")
        RESOLVED = "resolved", _("resolved the item")
        CLOSED = "closed", _("closed the item")
        CANCELLED = "cancelled", _("cancelled the item")
        REOPENED = "reopened", _("reopened the item")
        KIND_CHANGED = "kind_changed", _("changed the kind")
        PROMISED = "promised", _("made a promise")
        PROMISE_KEPT = "promise_kept", _("kept the promise")
        PROMISE_BROKEN = "promise_broken", _("broke the promise")
        PROMISE_MOVED = "promise_moved", _("moved the promise")
        ESCALATED = "escalated", _("told that it waits")
        ACKNOWLEDGED = "acknowledged", _("said what is being done about it")
        HOLDER_CALLED = "holder_called", _("called for attention")
        SNOOZED = "snoozed", _("snoozed the item")
        WOKEN = "woken", _("woke the item up")
        COMPLAINT_VERIFIED = "complaint_verified", _("verified the complaint")
        ENGINE_FAILED = "engine_failed", _("could not tell who waits for it")
        DELIVERY_GIVEN_UP = "delivery_given_up", _("could not send a message by email or to a group chat")
        DELIVERY_RETRIED = "delivery_retried", _("had a message sent once more by email or to a group chat")
        # customers
        CUSTOMER_CREATED = "customer_created", _("created the customer")
        CUSTOMER_EDITED = "customer_edited", _("changed the customer's profile")
        # handovers
        HANDOVER_OPENED = "handover_opened", _("opened the handover")
        SECTION_SAVED = "section_saved", _("saved a section")
        SECTION_CONFLICT = "section_conflict", _("typed a section that met a newer text")
        LINE_CHECKED = "line_checked", _("checked an item for the handover")
        SUBMITTED = "submitted", _("signed as outgoing and submitted")
        LINE_ACCEPTED = "line_accepted", _("accepted an item")
        LINE_RECEIVED = "line_received", _("received an item into the queue")
        LINE_QUESTIONED = "line_questioned", _("asked a question on an item")
        LINE_REPLIED = "line_replied", _("replied on an item")
        LINE_REFUSED = "line_refused", _("refused an item")
        LINE_UNDONE = "line_undone", _("took back an answer")
        LINE_READ_BACK = "line_read_back", _("read back an urgent item")
        LINE_DECIDED = "line_decided", _("decided who holds an item")
        LINE_ENDED = "line_ended", _("closed or passed on an item of the handover")
        LINE_CARRIED = "line_carried", _("carried an open item on to the next handover")
        ANSWERED_BACK = "answered_back", _("said what became of an item")
        RETURNED = "returned", _("returned the handover")
        SIGNED_TOO = "signed_too", _("signed too")
        CONFIRMED = "confirmed", _("signed as incoming and confirmed")
        TAKEN_OVER = "taken_over", _("took the handover over as supervisor")
        LAPSED = "lapsed", _("let the handover lapse")
        ADDENDUM_ADDED = "addendum_added", _("added a signed addendum")
        EVIDENCE_EXPORTED = "evidence_exported", _("exported the record with its proof")
        CARRIED_ON = "carried_on", _("carried on into the next shift")
        PAPER_PRINTED = "paper_printed", _("printed blank paper forms")
        PAPER_USED = "paper_used", _("marked the handover as typed from paper")
        PAPER_RELEASED = "paper_released", _("took back that the handover is typed from paper")
        PAPER_DESTROYED = "paper_destroyed", _("marked a blank paper form as destroyed")
        # disputes
        DISPUTE_RAISED = "dispute_raised", _("raised a dispute")
        DISPUTE_STATED = "dispute_stated", _("made a statement on a dispute")
        DISPUTE_DECIDED = "dispute_decided", _("decided a dispute")
        DISPUTE_WITHDRAWN = "dispute_withdrawn", _("withdrew a dispute")
        RULE_DONE = "rule_done", _("ticked a rule as changed")
        # notices
        NOTICE_WRITTEN = "notice_written", _("wrote a notice")
        NOTICE_WITHDRAWN = "notice_withdrawn", _("withdrew a notice")
        # spot checks
        DRAW_COMMITTED = "draw_committed", _("committed itself to the seed of a draw")
        DRAWN = "drawn", _("drew the records to be checked")
        RECORD_ADDED = "record_added", _("chose the record for a spot check")
        SPOT_CHECKED = "spot_checked", _("checked the record")
        CHECK_CORRECTED = "check_corrected", _("corrected the check of the record")
        FINDING_FILED = "finding_filed", _("filed a finding")
        FINDING_ANSWERED = "finding_answered", _("answered a finding")
        FINDING_ACCEPTED = "finding_accepted", _("accepted what was done about a finding")
        FINDING_AGAIN = "finding_again", _("asked again about a finding")
        # weekly figures
        WEEKLY_NOTED = "weekly_noted", _("noted what was agreed on the weekly figures")
        WEEKLY_DONE = "weekly_done", _("ticked as done what was agreed on the weekly figures")
        # people and shifts
        CHECKED_IN = "checked_in", _("checked in")
        CHECKED_OUT = "checked_out", _("checked out")
        SUBSTITUTED = "substituted", _("arranged a substitute")
        ROSTER_CHANGED = "roster_changed", _("changed the roster")
        SWAP_ASKED = "swap_asked", _("asked for a swap of shifts")
        SWAP_AGREED = "swap_agreed", _("agreed to a swap of shifts")
        SWAP_DECLINED = "swap_declined", _("declined a swap of shifts")
        SWAP_WITHDRAWN = "swap_withdrawn", _("withdrew a swap of shifts")
        SWAP_APPROVED = "swap_approved", _("approved a swap of shifts")
        SWAP_REFUSED = "swap_refused", _("refused a swap of shifts")
        SWAP_LAPSED = "swap_lapsed", _("let a swap of shifts lapse: nobody had decided on it")
        CALENDAR_MADE = "calendar_made", _("made a calendar address")
        CALENDAR_REVOKED = "calendar_revoked", _("revoked a calendar address")
        SETTINGS_CHANGED = "settings_changed", _("changed the settings")
        PERSON_CHANGED = "person_changed", _("changed a person's account")
        PASSWORD_VOUCHED = "password_vouched", _("confirmed that a person set their password themselves")
        SIGNED_IN = "signed_in", _("signed in")
        SIGNED_OUT = "signed_out", _("signed out")
        TRAIL_EXPORTED = "trail_exported", _("exported the trail")
        CLOCK_STEPPED = "clock_stepped", _("found the server's clock moved")

    # What stays with the team in which it happened, when its item goes to another one.
    OF_DISPUTES = (
        Verb.DISPUTE_RAISED,
        Verb.DISPUTE_STATED,
        Verb.DISPUTE_DECIDED,
        Verb.DISPUTE_WITHDRAWN,
        Verb.RULE_DONE,
    )
    # What counts as a contact with the customer, for "the last three contacts".
    CONTACTS = (Verb.CREATED, Verb.PROGRESSED, Verb.CALLED_AGAIN, Verb.RESOLVED, Verb.CLOSED)

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="events")
    # None only for what happens outside of any team, such as an administrator's sign-in.
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="events", db_index=False)
    # No choices on the field: new words in the interface would each be a migration.
    verb = models.CharField(max_length=20)
    item = models.ForeignKey(PendingItem, models.PROTECT, null=True, related_name="events", db_index=False)
    handover = models.ForeignKey(Handover, models.PROTECT, null=True, related_name="events", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="events", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="events")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    emotion = models.CharField(max_length=10, choices=Emotion, blank=True)
    data = models.JSONField(default=dict, blank=True)
    # From where; none for what the program does by itself.
    address = models.GenericIPAddressField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        # Team, item, handover and customer are found by the first column of one of these.
        indexes = [
            models.Index(
                fields=["item", "-at", "-id"], condition=Q(item__isnull=False), name="event_of_item"
            ),
            models.Index(
                fields=["handover", "-at", "-id"],
                condition=Q(handover__isnull=False),
                name="event_of_handover",
            ),
            models.Index(
                fields=["customer", "-at", "-id"],
                condition=Q(customer__isnull=False),
                name="event_of_customer",
            ),
            models.Index(fields=["team", "-at", "-id"], name="event_of_team"),
            models.Index(fields=["team", "actor", "-at", "-id"], name="event_of_actor"),
            models.Index(fields=["team", "verb", "-at", "-id"], name="event_of_verb"),
            models.Index(
                fields=["team", "-at"], condition=Q(verb="transferred_out"), name="event_sent_to_other_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC {self.verb}"
