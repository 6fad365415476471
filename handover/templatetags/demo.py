"""The accounts of the demo, for the sign-in page."""

from typing import Any

from django import template
from django.conf import settings

from handover.demo.accounts import PASSWORD, shown

register = template.Library()


@register.inclusion_tag("accounts/_demo_accounts.html")
def demo_accounts() -> dict[str, Any]:
    """Nothing where DEMO is off, or where the database holds no demo."""
    return {"accounts": shown() if settings.DEMO else (), "password": PASSWORD}
