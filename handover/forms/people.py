"""What may be said about a person: who they are, and what they are in the teams of who asks."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team, User
from handover.models import Post
from handover.services.people import PersonFacts, Place

ROLES = [("", _("Not in this team")), *Membership.Role.choices]


class PersonForm(forms.Form):
    """`teams` are those in which who asks may give roles; only administrators make administrators."""

    def __init__(
        self,
        *args: Any,
        teams: list[Team],
        by_administrator: bool,
        person: User | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.teams, self.person = teams, person
        self.names = ["username"] if person is None else []
        self.names += ["display_name", "email"]
        self.names += ["is_active"] if person else []
        self.names += ["is_administrator"] if by_administrator else []
        self.fields.update(fields_for_model(User, fields=self.names))
        self.order_fields(self.names)
        if person:
            self.initial = {name: getattr(person, name) for name in self.names} | dict(self.initial)
        roles = dict(person.memberships.values_list("team_id", "role")) if person else {}
        led = set(person.led_posts.values_list("pk", flat=True)) if person else set()
        for team in teams:
            self._add_place(team, roles.get(team.pk, ""), led)

    def _add_place(self, team: Team, role: str, led: set[int]) -> None:
        self.fields[f"role_{team.pk}"] = forms.ChoiceField(
            label=_("Role"), choices=ROLES, required=False, initial=self.initial.get(f"role_{team.pk}", role)
        )
        offered = Post.objects.filter(Q(is_active=True) | Q(pk__in=led), team=team)
        posts = list(offered.order_by("name", "pk"))
        if posts:
            self.fields[f"posts_{team.pk}"] = forms.ModelMultipleChoiceField(
                label=_("Leads"),
                queryset=offered.order_by("name", "pk"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[post.pk for post in posts if post.pk in led],
                help_text=_("For the role “leader” alone."),
            )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("A person with this user name already exists."))
        return username

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for team in self.teams:
            if data.get(f"posts_{team.pk}") and data.get(f"role_{team.pk}") != Membership.Role.LEADER:
                self.add_error(f"role_{team.pk}", _("Choose the role “leader” for who leads a post."))
        return data

    def place_fields(self) -> Iterator[tuple[Team, list[forms.BoundField]]]:
        for team in self.teams:
            yield (
                team,
                [self[name] for name in (f"role_{team.pk}", f"posts_{team.pk}") if name in self.fields],
            )

    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.names]

    def facts(self) -> PersonFacts:
        """Of a person that exists; what the one who asks may not change stays as it is."""
        person = self.person or User()
        kept = {"is_administrator": person.is_administrator}
        values = kept | {name: self.cleaned_data[name] for name in self.names}
        return PersonFacts(**values)  # type: ignore[typeddict-item]

    def places(self) -> dict[Team, Place]:
        data = self.cleaned_data
        return {
            team: Place(role=data[f"role_{team.pk}"], led_posts=list(data.get(f"posts_{team.pk}", ())))
            for team in self.teams
        }
