"""Who can be signed in as in the demo, and what waits for each: for the command and the sign-in page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PASSWORD = "handover-demo"  # noqa: S105  of everybody in the demo; it stands on the sign-in page


@dataclass(frozen=True)
class Account:
    """One person of the demo; `team` says where and in which language they work."""

    username: str
    role: "_StrPromise"
    team: str
    waiting: "_StrPromise"


ACCOUNTS = (
    Account(
        "agent.out",
        _("Agent of the leaving shift"),
        "Service desk (English)",
        _("A handover to look through and sign; the shift ends soon."),
    ),
    Account(
        "agent.next",
        _("Agent of the coming shift"),
        "Service desk (English)",
        _("The same handover, as soon as agent.out has signed it."),
    ),
    Account(
        "agent.in",
        _("Agent of the coming shift"),
        "Technical support (English)",
        _("A signed handover to receive: accept, question or refuse each item, then sign."),
    ),
    Account(
        "supervisor",
        _("Supervisor"),
        "London support, Promotion desk 大促专席",
        _("A handover that nobody came to receive: take it over and sign."),
    ),
    Account(
        "leader",
        _("Leader"),
        "Service desk, Technical support (English)",
        _("The handovers of two posts to watch, and items to pass on."),
    ),
    Account(
        "jiaoban",
        _("Agent of the leaving shift"),
        "一线接待岗（中文）",
        _("A handover that was returned: mend it and sign a second time."),
    ),
    Account(
        "jieban",
        _("Agent of the coming shift"),
        "售后处理岗（中文）",
        _("A handover to sign, as soon as zhuguan has decided its refused urgent item."),
    ),
    Account(
        "zhuguan",
        _("Supervisor"),
        "上海客服一组（中文）",
        _("A refused urgent item to decide."),
    ),
    Account("auditor", _("Auditor"), "", _("Everything to read, nothing to sign.")),
    Account("admin", _("Administrator"), "", _("Teams, posts, shifts and people to keep.")),
)


def shown() -> tuple[Account, ...]:
    """The accounts, where the demo is there."""
    return ACCOUNTS if User.objects.filter(username=ACCOUNTS[0].username).exists() else ()
