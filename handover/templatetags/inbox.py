"""What the header of every page says about unread messages."""

from django import template
from django.template import RequestContext

from handover.queries import inbox

register = template.Library()


@register.simple_tag(takes_context=True)
def inbox_badge(context: RequestContext) -> inbox.Badge:
    return inbox.badge(context["request"].access)
