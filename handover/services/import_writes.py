"""Writes in bulk what an import has planned: posts, customers, items, clocks, promises, the trail.

Called by `imports`, inside its transaction.
"""

from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.models import Team, User
from handover import lifecycle
from handover.errors import Conflict
from handover.imports.history import ENDS, Happening
from handover.imports.mapping import Mapping
from handover.imports.rows import Facts
from handover.models import (
    Clock,
    Customer,
    Event,
    HandoverLine,
    IssueType,
    PendingItem,
    Post,
    Promise,
    Stage,
    UnknownFact,
)
from handover.queries.customers import plain_phone

from . import customers, events, import_clocks, import_words, search
from .import_plans import Earlier, Plan

Verb = Event.Verb
Written = tuple[PendingItem, Plan, Promise | None]


class Writer:
    """Writes one import, batch by batch."""

    def __init__(
        self, *, team: Team, mapping: Mapping, as_of: datetime, actor: User | None, now: datetime
    ) -> None:
        self.team, self.mapping, self.as_of, self.actor, self.now = team, mapping, as_of, actor, now
        self.posts: dict[str, Post] = {}
        self.issue_types: dict[str, IssueType] = {}
        # Items that were passed on to other teams since; few, and no index finds them by reference.
        passed_on = PendingItem.objects.filter(source=mapping.name, events__team=team).exclude(team=team)
        self.elsewhere = dict(passed_on.filter(events__verb=Verb.IMPORTED).values_list("source_ref", "pk"))

    def look_up(self) -> None:
        """Read the posts and issue types again: another import may have made some since the last batch."""
        posts = Post.objects.filter(team=self.team).prefetch_related("service_hours")
        self.posts = {post.name: self._in_team(post) for post in posts}
        self.issue_types = {kind.name: kind for kind in IssueType.objects.filter(team=self.team)}

    def earlier(self, references: list[str]) -> dict[str, Earlier]:
        """What earlier imports made of these references, wherever the items are now."""
        moved = [self.elsewhere[reference] for reference in references if reference in self.elsewhere]
        items = PendingItem.objects.filter(source=self.mapping.name).select_related("team")
        here = items.filter(team=self.team, source_ref__in=references)
        found = {item.pk: Earlier(item) for item in [*here, *items.filter(pk__in=moved)]}
        trail = Event.objects.filter(item__in=found).order_by("pk").values_list("item_id", "data")
        for item_id, data in trail.iterator(chunk_size=2000):
            known = found[item_id]
            known.worked_on |= "import" not in data
            if "row" in data.get("import", ()):
                known.states.append((data["import"]["row"], data["import"]["state"]))
        for item_id in HandoverLine.objects.filter(item__in=found).values_list("item_id", flat=True):
            found[item_id].worked_on = True
        return {known.item.source_ref: known for known in found.values()}

    def differing_needs(self, plans: list[Plan]) -> list[tuple[Customer, Facts]]:
        """Customers of whose need the file says something else than we know."""
        stated = {plan.facts.customer_code: plan.facts for plan in plans if plan.facts.need}
        ours = Customer.objects.filter(team=self.team, code__in=stated).order_by("pk")
        pairs = [(customer, stated[customer.code]) for customer in ours]
        return [(customer, facts) for customer, facts in pairs if customer.need != facts.need]

    def write(self, plans: list[Plan]) -> None:
        """Everything of these plans that is new. An item on which people work meanwhile is left alone."""
        plans = [plan for plan in plans if plan.new_rows]
        self._make_posts({entry.post for plan in plans for entry in plan.entries})
        self._make_issue_types({plan.facts.issue_type for plan in plans})
        known = self._make_customers(plans)
        written = self._make_items([plan for plan in plans if plan.earlier is None], known)
        written += [self._change_item(plan, plan.earlier, known) for plan in plans if plan.earlier]
        events.record_all([entry for parts in written for entry in self._entries(*parts)])
        search.index_items(items=PendingItem.objects.filter(pk__in=[item.pk for item, *_rest in written]))

    def _make_posts(self, names: set[str]) -> None:
        made = Post.objects.bulk_create(
            Post(team=self.team, name=name) for name in sorted(names - self.posts.keys())
        )
        prefetch_related_objects(made, "service_hours")
        self.posts |= {post.name: post for post in made}
        events.record_all([self._setting_entry("post", post, post=post) for post in made])

    def _in_team(self, post: Post) -> Post:
        post.team = self.team
        return post

    def _make_issue_types(self, names: set[str]) -> None:
        made = IssueType.objects.bulk_create(
            IssueType(team=self.team, name=name) for name in sorted(names - self.issue_types.keys())
        )
        self.issue_types |= {issue_type.name: issue_type for issue_type in made}
        events.record_all([self._setting_entry("issue_type", issue_type) for issue_type in made])

    def _setting_entry(self, what: str, thing: Post | IssueType, **facts: Any) -> Event:
        data = {"what": what, "id": thing.pk, "name": thing.name, "changes": {"name": ["", thing.name]}}
        return self._entry(Verb.SETTINGS_CHANGED, data=data, **facts)

    def _make_customers(self, plans: list[Plan]) -> dict[str, Customer]:
        """The customers of the plans by code. Known ones stay as they are; a need is filled in."""
        for customer, facts in self.differing_needs(plans):
            if customer.need == Customer.Need.UNKNOWN:
                customers.set_need(
                    customer=customer,
                    need=facts.need,
                    need_note=facts.need_note,
                    actor=self.actor,
                    now=self.now,
                )
        stated = {plan.facts.customer_code: plan.facts for plan in plans}
        ours = Customer.objects.filter(team=self.team, code__in=stated)
        known = {customer.code: customer for customer in ours}
        made = Customer.objects.bulk_create(
            self._customer(facts) for code, facts in stated.items() if code not in known
        )
        events.record_all([self._customer_entry(customer) for customer in made])
        return known | {customer.code: customer for customer in made}

    def _customer(self, facts: Facts) -> Customer:
        return Customer(
            team=self.team,
            code=facts.customer_code,
            name=facts.customer_name or facts.customer_code,
            phone=plain_phone(facts.phone),
            channel=facts.channel,
            need=facts.need or Customer.Need.UNKNOWN,
            need_note=facts.need_note,
            created_at=self.now,
            changed_at=self.now,
        )

    def _customer_entry(self, customer: Customer) -> Event:
        values = {name: getattr(customer, name) for name in Customer.FACTS}
        changes = {name: ["", value] for name, value in values.items() if value}
        data = {"version": customer.version, "changes": changes}
        return self._entry(Verb.CUSTOMER_CREATED, customer=customer, data=data)

    def _make_items(self, plans: list[Plan], known: dict[str, Customer]) -> list[Written]:
        made: list[Written] = []
        clocks: list[Clock] = []
        for plan in plans:
            item = PendingItem(team=self.team, source=self.mapping.name, source_ref=plan.last.reference)
            item.created_at = plan.course.created_at
            for name, value in self._fields(plan, known).items():
                setattr(item, name, value)
            runs = import_clocks.of_item(item, plan, self.as_of)
            vars(item).update(import_clocks.first_due(runs))
            clocks += runs
            made.append((item, plan, import_clocks.promise_of(item, plan)))
        PendingItem.objects.bulk_create(item for item, *_rest in made)
        Clock.objects.bulk_create(clocks)
        Promise.objects.bulk_create(promise for *_rest, promise in made if promise)
        return made

    def _change_item(self, plan: Plan, earlier: Earlier, known: dict[str, Customer]) -> Written:
        item = earlier.item
        if not plan.sets_state:
            return item, plan, None
        fields = self._fields(plan, known)
        item.post, item.team = fields["post"], self.team
        runs = import_clocks.of_item(item, plan, self.as_of)
        try:
            lifecycle.update(item, **fields, **import_clocks.first_due(runs))
        except Conflict:
            return item, plan, None  # Somebody works on it at this very moment: what they do counts.
        import_clocks.bring_up_to_date(item, runs, self.now)
        return item, plan, import_clocks.renew_promise(item, plan, self.now)

    def _fields(self, plan: Plan, known: dict[str, Customer]) -> dict[str, Any]:
        """The fields of the item as they stand after its last row."""
        facts, course = plan.facts, plan.course
        customer = known[facts.customer_code]
        return {
            "post": self.posts[facts.post],
            "customer": customer,
            "issue_type": self.issue_types[facts.issue_type],
            "kind": facts.kind,
            "stage": facts.stage,
            "is_open": facts.stage not in ENDS,
            "progress": facts.progress or import_words.unknown_progress(facts),
            "next_action": facts.next_action,
            "key_at": facts.key_at,
            "key_note": facts.key_note,
            "channel": facts.channel,
            "order_ref": facts.order_ref,
            "result": facts.result or import_words.result(facts),
            "customer_told": True if facts.stage == Stage.RESOLVED else None,
            "urgent_since": course.urgent_since,
            "responded_at": course.responded_at,
            "progressed_at": course.progressed_at,
            "closed_at": course.ended_at,
            "unknown_facts": unknown_facts(facts, customer),
            "changed_at": self.now,
            **self._waiting(facts),
        }

    def _waiting(self, facts: Facts) -> dict[str, Any]:
        """Until when is asked again at the end of the business day where the source does not say it."""
        if facts.stage != Stage.WAITING:
            return {"waiting_for": "", "waiting_until": None}
        until = facts.waiting_until or self.team.business_day_end(self.as_of)
        return {"waiting_for": facts.waiting_for or import_words.unknown_waiting(), "waiting_until": until}

    def _entries(self, item: PendingItem, plan: Plan, promise: Promise | None) -> list[Event]:
        facts = {"team_id": item.team_id, "item": item, "customer_id": item.customer_id}
        found = [self._history_entry(entry, facts) for entry in plan.entries]
        if promise:
            data = {"promise": promise.pk, "due_at": promise.due_at.isoformat(), "by": plan.facts.promised_by}
            text = promise.text
            found.append(self._entry(Verb.PROMISED, text=text, data=data | {"import": {}}, **facts))
        text = import_words.imported(item, plan)
        facts["post_id"] = item.post_id
        return [*found, self._entry(Verb.IMPORTED, text=text, data={"import": {}}, **facts)]

    def _history_entry(self, entry: Happening, facts: dict[str, Any]) -> Event:
        post = self.posts[entry.post]
        return Event(verb=entry.verb, at=entry.at, post=post, text=entry.text, data=entry.data, **facts)

    def _entry(self, verb: str, **facts: Any) -> Event:
        return events.entry(verb=verb, actor=self.actor, now=self.now, **{"team_id": self.team.pk, **facts})


def unknown_facts(facts: Facts, customer: Customer) -> list[str]:
    """What must be asked at the first contact; nobody is asked about a matter that has ended."""
    if facts.stage in ENDS:
        return []
    missing = {
        UnknownFact.NEED: customer.need == Customer.Need.UNKNOWN,
        UnknownFact.PROGRESS: not facts.progress,
        UnknownFact.KEY_TIME: facts.key_at is None,
        UnknownFact.PROMISE: not facts.promise and not facts.no_promise,
    }
    return [fact.value for fact, is_missing in missing.items() if is_missing]
