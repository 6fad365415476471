"""The notices in force at a shift boundary are part of what is signed."""

from datetime import timedelta

import pytest

from handover import canonical
from handover.queries import record, record_words
from handover.services import notices, signing, submission
from tests import factories
from tests.boundary import Boundary
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def boundary():
    return Boundary()


def content_of(handover) -> record.Content:
    return record.outgoing_content(record.load_draft(handover))


def test_content_holds_what_is_in_force_for_the_post_at_the_boundary(boundary):
    team, at = boundary.post.team, boundary.outgoing.ends_at
    handover = boundary.open()
    begins = factories.notice(team, boundary.post, title="Begins", valid_from=at, author=boundary.dai)
    runs = factories.notice(team, title="Runs", text="Chat alone.", valid_from=NOW, author=boundary.dai)
    factories.notice(team, title="Ends", valid_from=NOW, valid_until=at)
    factories.notice(team, title="Later", valid_from=at + HOUR)
    factories.notice(team, title="Withdrawn", withdrawn_at=NOW)
    factories.notice(team, factories.post(team), title="Elsewhere")
    factories.notice(factories.team(), title="Foreign")

    content = content_of(handover)

    until = canonical.instant(NOW + 24 * HOUR)
    author = boundary.dai.display_name
    assert content["notices"] == [
        {"notice": runs.pk, "title": "Runs", "text": "Chat alone.", "author": author, "until": until},
        {"notice": begins.pk, "title": "Begins", "text": begins.text, "author": author, "until": until},
    ]
    assert [(shown.title, shown.author) for shown in record_words.notices(content)] == [
        ("Runs", author),
        ("Begins", author),
    ]


def test_what_was_signed_stays_when_the_notice_is_withdrawn(boundary):
    notice = factories.notice(boundary.post.team)
    handover = boundary.open()
    boundary.submit(handover)

    notices.withdraw(notice=notice, actor=boundary.dai, now=NOW + HOUR)

    signed = record.signed_content(record.latest_round(handover).text)
    assert [shown.title for shown in record_words.notices(signed)] == [notice.title]
    assert content_of(handover)["notices"] == []


def test_notice_written_while_the_signer_reads_signs_nothing(boundary):
    handover = boundary.open()
    signature = record.outgoing_signature(boundary.ada, as_supervisor=False)
    seen = canonical.content_hash(record.outgoing_content(record.load_draft(handover), signature))
    factories.notice(boundary.post.team)

    with pytest.raises(signing.SeenChanged):
        submission.submit_signed(handover=handover, signature=signature, seen_sha256=seen, now=NOW)


def test_text_of_the_first_schema_has_none():
    assert record_words.notices({"schema": "handover.round", "schema_version": 1}) == []
