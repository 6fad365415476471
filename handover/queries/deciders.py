"""Who decides a dispute: who leads the post or the team, never a party; administrators come last."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from handover import permissions
from handover.errors import NotAllowed
from handover.models import Access, Dispute, Escalation, Target

from . import duty, parties
from .words import listed


def refuse(dispute: Dispute, actor: User, now: datetime) -> None:
    """Raises NotAllowed, with the reason in words, for who does not decide it now."""
    if sentence := why_not(dispute, duty.access(actor, now)):
        raise NotAllowed(sentence)


def why_not(dispute: Dispute, access: Access) -> str:
    """What keeps this person from deciding it, "" where nothing does."""
    involved = parties.of_disputes([dispute])[dispute.pk].both
    if not permissions.can_decide_dispute(access, dispute):
        return _("A leader of the post or a supervisor of the team decides a dispute.")
    if access.user.pk in involved:
        return _("You are a party to this matter; somebody else must decide it.")
    if _is_in_charge(dispute, access) or _has_come_to_administrators(dispute):
        return ""
    others = [person for person in in_charge(dispute, access.now) if not person.is_administrator]
    if not others:
        return ""
    names = listed(person.display_name for person in others)
    return _("It is for %(names)s. Administrators decide when nobody else can.") % {"names": names}


def in_charge(dispute: Dispute, now: datetime) -> tuple[User, ...]:
    """Everybody who may decide it: leaders and supervisors, else the administrators."""
    involved = parties.of_disputes([dispute])[dispute.pk].both
    chain = duty.chains([dispute.post], now)[dispute.post_id]
    people = {person.pk: person for person in (*chain.leaders, *chain.supervisors)}
    return chain.first(tuple(people.values()), parties=involved)


def _is_in_charge(dispute: Dispute, access: Access) -> bool:
    return dispute.post_id in access.led_post_ids or dispute.team_id in access.supervised_team_ids


def _has_come_to_administrators(dispute: Dispute) -> bool:
    """Nobody has decided for so long that its ladder has told them."""
    fired = Escalation.objects.filter(clock__dispute=dispute).values_list("targets", flat=True)
    return any(Target.ADMINISTRATORS in targets for targets in fired)
