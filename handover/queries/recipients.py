"""Whom a step of a ladder tells."""

from collections.abc import Collection

from accounts.models import User
from handover.models import Target

from .duty import Chain


def of_step(
    targets: Collection[str], *, chain: Chain, holder: User | None, parties: Collection[int] = ()
) -> list[User]:
    """The people of the targets, each once; where a target has nobody, the next in the chain.

    Whoever holds a thing, or works beside the holder, is told what is theirs. In charge of it is nobody who
    is a party.
    """
    found: dict[int, User] = {}
    for target in targets:
        for person in _people(target, chain, holder, parties):
            found[person.pk] = person
    return list(found.values())


def _people(target: str, chain: Chain, holder: User | None, parties: Collection[int]) -> tuple[User, ...]:
    if target == Target.HOLDER and holder and holder.is_active:
        return (holder,)
    if target in {Target.HOLDER, Target.POST}:
        return chain.on_duty or chain.in_charge(parties)
    steps = {
        Target.DUTY_SUPERVISOR: (chain.duty_supervisors, chain.leaders, chain.supervisors),
        Target.LEADERS: (chain.leaders, chain.supervisors),
        Target.SUPERVISORS: (chain.supervisors,),
        Target.ADMINISTRATORS: (),
    }
    return chain.first(*steps[Target(target)], parties=parties)
