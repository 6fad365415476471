"""The items of the centre: each is registered, and then what was done on it is done, by who was on duty."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from accounts.models import User
from handover.demo.centre import Centre, Desk
from handover.demo.data_files import read
from handover.demo.script import Script
from handover.demo.spans import named, span, told
from handover.models import Assignment, PendingItem, Promise
from handover.services import endings, holding, items, promises

WORK = {"progress", "resolve"}  # who does this to an item in the queue takes it first


@dataclass
class Story:
    """One item with the facts of its data; `turn` lets colleagues take turns."""

    centre: Centre
    desk: Desk
    facts: dict[str, Any]
    turn: int
    item_id: int = field(default=0)

    def told(self, text: str, at: datetime) -> str:
        return told(text, now=self.centre.now, written_at=at, zone=self.desk.post.team.zone)

    def named(self, words: str | None) -> datetime | None:
        return named(words, self.centre.now) if words else None

    def item(self) -> PendingItem:
        related = ("post__team", "team", "customer__team", "issue_type", "holder", "first_contact")
        return PendingItem.objects.select_related(*related).get(pk=self.item_id)


def plan(script: Script, centre: Centre) -> None:
    for desk in centre.desks.values():
        for turn, facts in enumerate(read(desk.key)):
            tell(script, Story(centre, desk, facts, turn))


def tell(script: Script, story: Story) -> None:
    now = story.centre.now
    script.add(now + span(story.facts["at"]), partial(_register, story))
    for step in story.facts.get("then", []):
        script.add(now + span(step["at"]), partial(_continue, story, step))


def _register(story: Story, at: datetime) -> None:
    facts, post = story.facts, story.desk.post
    promise = facts.get("promise")
    key_at = story.named(facts["key"])
    assert key_at is not None  # noqa: S101  the data name it for every item
    item = items.create(
        post=post,
        customer=story.centre.customer(post, facts["customer"]),
        issue_type=story.centre.issue_type(story.desk, facts["issue"]),
        kind=facts["kind"],
        progress=story.told(facts["progress"], at),
        key_at=key_at,
        key_note=story.told(facts.get("key_note", ""), at),
        next_action=story.told(facts.get("next", ""), at),
        plan=story.told(facts.get("plan", ""), at),
        channel=facts.get("channel", ""),
        emotion=facts.get("emotion", "neutral"),
        order_ref=facts.get("order", ""),
        promise=(promise[0], named(promise[1], story.centre.now)) if promise else None,
        holder=None if facts.get("queue") else items.Holder.BY_DUTY,
        actor=_somebody(story.desk, story.turn, at),
        now=at,
    )
    story.item_id = item.pk


def _continue(story: Story, step: dict[str, Any], at: datetime) -> None:
    item = story.item()
    actor = _worker(story, item, at)
    if item.holder is None and item.is_open and step["do"] in WORK:
        holding.take(item=item, actor=actor, now=at)
    STEPS[step["do"]](story, item, step, actor, at)


def _worker(story: Story, item: PendingItem, at: datetime) -> User:
    """The holder, if on duty; else a colleague of the post where the item is now."""
    desk = next(desk for desk in story.centre.desks.values() if desk.post == item.post)
    if item.holder and item.holder in _agents(desk, at):
        return item.holder
    return _somebody(desk, story.turn, at)


def _somebody(desk: Desk, turn: int, at: datetime) -> User:
    agents = _agents(desk, at)
    return agents[turn % len(agents)] if agents else desk.leader


def _agents(desk: Desk, at: datetime) -> list[User]:
    rows = Assignment.objects.on_duty(at).filter(shift__post=desk.post, is_duty_supervisor=False)
    return [row.user for row in rows.select_related("user").order_by("user__display_name", "pk")]


def _progress(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    said: items.Contact = {"channel": item.channel, "emotion": item.emotion}
    if "next" in step:
        said["next_action"] = story.told(step["next"], at)
    if "waiting_for" in step:
        said["waiting_for"] = step["waiting_for"]
        said["waiting_until"] = story.named(step["waiting_until"])
    items.progress(
        item=item,
        text=story.told(step["text"], at),
        stage=step["stage"],
        key_at=story.named(step["key"]),
        actor=actor,
        now=at,
        **said,
    )


def _call_again(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    items.call_again(
        item=item,
        text=story.told(step["text"], at),
        channel=step["channel"],
        emotion=step["emotion"],
        actor=actor,
        now=at,
    )


def _move_promise(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    promise = item.promises.select_related("item").get(state=Promise.State.OPEN)
    due_at = named(step["to"], story.centre.now)
    promises.move(promise=promise, due_at=due_at, reason=step["reason"], actor=actor, now=at)


def _transfer(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    holding.transfer(item=item, to=story.centre.posts[step["to"]], reason=step["reason"], actor=actor, now=at)


def _resolve(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    endings.resolve(
        item=item,
        result=story.told(step["result"], at),
        customer_told=step["told"],
        channel=item.channel,
        emotion=step.get("emotion", "neutral"),
        promise_kept=step.get("kept"),
        actor=actor,
        now=at,
    )


def _close(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    result = story.told(step["result"], at)
    endings.close(item=item, result=result, promise_kept=step.get("kept"), actor=actor, now=at)


def _cancel(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    endings.cancel(item=item, reason=story.told(step["result"], at), actor=actor, now=at)


def _reopen(story: Story, item: PendingItem, step: dict[str, Any], actor: User, at: datetime) -> None:
    endings.reopen(item=item, reason=step["reason"], actor=actor, now=at)


STEPS: dict[str, Callable[[Story, PendingItem, dict[str, Any], User, datetime], None]] = {
    "progress": _progress,
    "called_again": _call_again,
    "move_promise": _move_promise,
    "transfer": _transfer,
    "resolve": _resolve,
    "close": _close,
    "cancel": _cancel,
    "reopen": _reopen,
}
