"""The notices of the centre: who wrote which, and who has read it."""

from datetime import datetime
from functools import partial
from typing import Any

from handover.demo.centre import Centre
from handover.demo.data_files import read
from handover.demo.script import Script
from handover.demo.spans import named, span
from handover.models import Notice
from handover.services import notices


def plan(script: Script, centre: Centre) -> None:
    for facts in read("notices"):
        script.add(centre.now + span(facts["at"]), partial(_write, centre, facts))
        for username, words in facts["read"].items():
            script.add(centre.now + span(words), partial(_read, centre, facts["title"], username))


def _write(centre: Centre, facts: dict[str, Any], at: datetime) -> None:
    notices.write(
        team=centre.teams[facts["team"]],
        post=centre.posts[facts["post"]] if "post" in facts else None,
        facts={
            "title": facts["title"],
            "text": facts["text"],
            "valid_from": at,
            "valid_until": named(facts["until"], centre.now),
        },
        actor=centre.people[facts["by"]],
        now=at,
    )


def _read(centre: Centre, title: str, username: str, at: datetime) -> None:
    notices.mark_read(notice=Notice.objects.get(title=title), actor=centre.people[username], now=at)
