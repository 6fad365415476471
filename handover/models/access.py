"""What one person may see and do at one instant; computed once per request by `queries.duty.access`."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from accounts.models import Membership, User

READS_OFF_DUTY = {Membership.Role.LEADER, Membership.Role.SUPERVISOR, Membership.Role.AUDITOR}


@dataclass(frozen=True)
class DutyPlace:
    """One assignment on which a person is on duty right now."""

    assignment_id: int
    shift_id: int
    post_id: int
    team_id: int
    post_name: str
    shift_name: str
    handed_over_at: datetime | None = None  # when the handover of the shift was confirmed, or lapsed
    is_duty_supervisor: bool = False


@dataclass(frozen=True)
class Border:
    """Whose work one may see: the same for all who may see the same."""

    everything: bool
    team_ids: frozenset[int]
    own_team_ids: frozenset[int]  # of these only what is one's own
    own_of: int | None  # whose, where there is any such team


@dataclass(frozen=True)
class Led:
    """The teams and posts that one leads."""

    team_ids: frozenset[int]
    post_ids: frozenset[int]


@dataclass(frozen=True)
class Access:
    """A person with their roles and their duty at the instant `now`."""

    user: User
    now: datetime
    roles: dict[int, str] = field(default_factory=dict)  # team id -> role
    led_post_ids: frozenset[int] = frozenset()  # in teams that the person does not supervise
    # Of these, those that are the person's for good and not for one shift.
    kept_post_ids: frozenset[int] = frozenset()
    duty: tuple[DutyPlace, ...] = ()
    team_zone: str = ""  # of the team in which the person works first of all

    @property
    def time_zone(self) -> str:
        """In which times are shown: the person's own zone, else the team's."""
        return self.user.time_zone or self.team_zone

    @property
    def is_administrator(self) -> bool:
        return self.user.is_administrator

    @cached_property
    def duty_team_ids(self) -> frozenset[int]:
        return frozenset(place.team_id for place in self.duty)

    @cached_property
    def duty_post_ids(self) -> frozenset[int]:
        return frozenset(place.post_id for place in self.duty)

    @cached_property
    def duty_shift_ids(self) -> frozenset[int]:
        return frozenset(place.shift_id for place in self.duty)

    @cached_property
    def read_team_ids(self) -> frozenset[int]:
        """Teams of which everything is readable: leaders and above always, agents while on duty there."""
        return self.always_read_team_ids | self.duty_team_ids.intersection(self.roles)

    @cached_property
    def always_read_team_ids(self) -> frozenset[int]:
        """Of these, those that are readable on duty or not."""
        return self._teams_as(*READS_OFF_DUTY)

    @cached_property
    def border(self) -> Border:
        own = frozenset(self.roles) - self.read_team_ids
        return Border(self.is_administrator, self.read_team_ids, own, self.user.pk if own else None)

    @cached_property
    def supervised_team_ids(self) -> frozenset[int]:
        return self._teams_as(Membership.Role.SUPERVISOR)

    @cached_property
    def overseen_team_ids(self) -> frozenset[int]:
        """Teams whose people's own affairs are readable too: to supervisors and auditors."""
        return self._teams_as(Membership.Role.SUPERVISOR, Membership.Role.AUDITOR)

    @cached_property
    def led(self) -> Led:
        return Led(self.supervised_team_ids, self.led_post_ids)

    @cached_property
    def kept(self) -> Led:
        """The same without what is the person's for one shift alone."""
        return Led(self.supervised_team_ids, self.kept_post_ids)

    @cached_property
    def working_team_ids(self) -> frozenset[int]:
        """Teams in which the person works, on duty or not; auditors only read."""
        return frozenset(team for team, role in self.roles.items() if role != Membership.Role.AUDITOR)

    @property
    def reads_off_duty(self) -> bool:
        """Whether there is a team that this person supervises or checks."""
        return self.is_administrator or bool(self.always_read_team_ids)

    @property
    def keeps(self) -> bool:
        """Whether there is anything that this person keeps: its settings, its roster, its checks."""
        return bool(self.is_administrator or self.kept_post_ids or self.supervised_team_ids)

    @property
    def leads(self) -> bool:
        """Whether there is anything at all that this person supervises."""
        return bool(self.is_administrator or self.led_post_ids or self.supervised_team_ids)

    def _teams_as(self, *wanted: str) -> frozenset[int]:
        return frozenset(team_id for team_id, role in self.roles.items() if role in wanted)
