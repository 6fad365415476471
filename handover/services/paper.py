"""Allocates numbered paper forms, and accounts for each of them: typed into a handover, or destroyed."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from handover import lifecycle
from handover.errors import Conflict
from handover.models import Event, Handover, PaperForm, Post
from handover.queries import paper
from handover.services import events


@transaction.atomic
def print_forms(*, post: Post, first: int, count: int, actor: User, now: datetime) -> list[PaperForm]:
    """Number `count` new sheets of the post from `first` on.

    Raises Conflict where `first` is not the next number any more: somebody printed meanwhile, or the same
    person clicked twice. No number is ever given twice or left out.
    """
    printed = Conflict(
        _("Forms of this post were printed meanwhile. Look at the list before you print more.")
    )
    if first != paper.next_number(post):
        raise printed
    numbers = range(first, first + count)
    new = [PaperForm(post=post, number=number, printed_by=actor, printed_at=now) for number in numbers]
    try:
        with transaction.atomic():
            PaperForm.objects.bulk_create(new)
    except IntegrityError:
        raise printed from None
    events.record(
        verb=Event.Verb.PAPER_PRINTED,
        actor=actor,
        now=now,
        team=post.team,
        post=post,
        data={"serials": [form.serial for form in new]},
    )
    return new


@transaction.atomic
def use(
    *, paper_form: PaperForm, handover: Handover, written_at: datetime, actor: User, now: datetime
) -> None:
    """The draft handover is typed from this sheet, which was signed on paper at `written_at`.

    Raises InvalidMove once the handover is signed, Conflict where the sheet is not one of the post, or was
    used or destroyed meanwhile.
    """
    lifecycle.require(handover, Handover.State.DRAFT)
    unused = PaperForm.objects.unused().filter(pk=paper_form.pk, post=handover.post_id)
    if not unused.update(handover=handover, written_at=written_at, typed_by=actor, typed_at=now):
        raise _accounted_for()
    events.record(
        verb=Event.Verb.PAPER_USED,
        actor=actor,
        now=now,
        handover=handover,
        data={"serial": paper_form.serial, "written_at": written_at.isoformat()},
    )


@transaction.atomic
def release(*, paper_form: PaperForm, handover: Handover, actor: User, now: datetime) -> None:
    """The handover is not from this sheet after all; the sheet can be used again.

    Raises InvalidMove once the handover is signed. Safe to repeat: a sheet taken off already stays so.
    """
    lifecycle.require(handover, Handover.State.DRAFT)
    typed = PaperForm.objects.filter(pk=paper_form.pk, handover=handover)
    if typed.update(handover=None, written_at=None, typed_by=None, typed_at=None):
        events.record(
            verb=Event.Verb.PAPER_RELEASED,
            actor=actor,
            now=now,
            handover=handover,
            data={"serial": paper_form.serial},
        )


@transaction.atomic
def destroy(*, paper_form: PaperForm, reason: str, actor: User, now: datetime) -> None:
    """The sheet is spoilt or lost and will never be typed in. Raises Conflict if it was used or destroyed."""
    unused = PaperForm.objects.unused().filter(pk=paper_form.pk)
    if not unused.update(destroyed_by=actor, destroyed_at=now, reason=reason):
        raise _accounted_for()
    post = paper_form.post
    events.record(
        verb=Event.Verb.PAPER_DESTROYED,
        actor=actor,
        now=now,
        team=post.team,
        post=post,
        text=reason,
        data={"serial": paper_form.serial},
    )


def _accounted_for() -> Conflict:
    return Conflict(_("This form was typed in or destroyed meanwhile. Look at the list of forms."))
