"""What may be said in a notice, and to whom."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from handover.models import Notice, Post
from handover.queries.notices import Places
from handover.services.notices import NoticeFacts

from .instants import InstantForm
from .keys import key_field

LASTS = timedelta(days=7)
Choices = dict[str, list[tuple[str, Any]]]


class NoticeForm(InstantForm):
    """A notice for a whole team or one post; it begins at once unless a time is named."""

    place = forms.ChoiceField(label=_("For whom"))
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(label=_("What is to be read"), max_length=4000, widget=forms.Textarea({"rows": 6}))
    form_key = key_field()

    def __init__(self, *args: Any, places: Places, like: Notice | None, now: datetime, **kwargs: Any) -> None:
        if like:
            place = f"post-{like.post_id}" if like.post_id else f"team-{like.team_id}"
            kwargs["initial"] = {"place": place, "title": like.title, "text": like.text}
        super().__init__(*args, now=now, **kwargs)
        self.teams = {f"team-{team.pk}": team for team in places.teams}
        self.posts = {f"post-{post.pk}": post for post in places.posts}
        self.fields["place"].choices = list(self._choices().items())  # type: ignore[attr-defined]
        self.add_instant("valid_from", label=_("Valid from"))
        self.fields["valid_from"].help_text = _("At once, if you leave this empty.")
        self.add_instant("valid_until", label=_("Valid until"), required=True, initial=now + LASTS)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        begins_at = data.get("valid_from") or self.now
        if not self.errors and data["valid_until"] <= begins_at:
            self.add_error("valid_until", _("This is before the notice begins."))
        return data

    def place_of(self) -> tuple[Team, Post | None]:
        key = self.cleaned_data["place"]
        post = self.posts.get(key)
        return (post.team, post) if post else (self.teams[key], None)

    def facts(self) -> NoticeFacts:
        data = self.cleaned_data
        return NoticeFacts(
            title=data["title"],
            text=data["text"],
            valid_from=data["valid_from"] or self.now,
            valid_until=data["valid_until"],
        )

    def _choices(self) -> Choices:
        """Under the name of each team: all of it, and its posts."""
        groups: Choices = {}
        for key, team in self.teams.items():
            groups[team.name] = [(key, _("%(team)s: the whole team") % {"team": team.name})]
        for key, post in self.posts.items():
            groups.setdefault(post.team.name, []).append((key, post.name))
        return groups
