"""What the header of every page says about duty."""

from django import template
from django.template import RequestContext

from handover.models import Assignment
from handover.queries import duty, next_shift, pulse

register = template.Library()


@register.simple_tag(takes_context=True)
def engine_pulse(context: RequestContext) -> pulse.Verdict:
    """When the engine last looked at what is due, judged at the time of the page."""
    access = getattr(context.get("request"), "access", None)
    return pulse.verdict(access.now if access else pulse.now())


@register.simple_tag(takes_context=True)
def check_in_choice(context: RequestContext) -> Assignment | None:
    """The shift at which the person may check in now. Asked only while off duty."""
    access = getattr(context.get("request"), "access", None)
    if access is None or access.duty or not access.roles:
        return None
    choices = context.get("check_in_choices")  # the first page has asked already
    if choices is None:
        choices = duty.check_in_choices(access.user, access.now)
    return next(iter(choices), None)


@register.simple_tag(takes_context=True)
def next_shift_words(context: RequestContext) -> str:
    """For the first page of somebody who is off duty and holds nothing; asked there alone."""
    access = context["request"].access
    return next_shift.words(access.user, access.now)
