"""Paper forms on the pages: printed, typed in once, and named wherever the record is read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handover.forms.paper import FromPaperForm
from handover.models import Handover, PaperForm
from handover.queries.words import moment_words
from handover.services import paper
from tests import factories
from tests.boundary import Boundary, Desk
from tests.counting import queries_of
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db

LOCAL = "%Y-%m-%dT%H:%M"


@pytest.fixture
def desk(client):
    desk = Desk()
    client.force_login(desk.ada)
    return desk


def sheet_of(desk, *, hours=6, post=None) -> PaperForm:
    post = post or desk.post
    printed_at = desk.now - timedelta(hours=hours)
    first = PaperForm.objects.filter(post=post).count() + 1
    return paper.print_forms(post=post, first=first, count=1, actor=desk.ada, now=printed_at)[0]


def mark(client, desk, serial, *, minutes_ago=60):
    written_at = timezone.localtime(desk.now) - timedelta(minutes=minutes_ago)
    zone = desk.team.zone
    typed = {"serial": serial, "written_at": written_at.astimezone(zone).strftime(LOCAL)}
    return client.post(f"{desk.address}paper/", typed)


def errors_of(answer) -> dict[str, list[str]]:
    return dict(answer.context["form"].errors)


def test_print_allocates_the_sheets_and_leads_to_them(client, desk):
    page = reverse("paper_form_list", args=[desk.post.pk])
    first = client.get(page).context["form"].initial["first"]

    answer = client.post(page, {"count": "3", "first": first}, follow=True)

    serials = [f"{desk.post.pk}-000{number}" for number in (1, 2, 3)]
    assert [form.serial for form in PaperForm.objects.order_by("number")] == serials
    assert answer.redirect_chain == [(f"{page}1/3/", 302)]
    assert [form.serial for form in answer.context["sheets"]] == serials
    assert [answer.content.decode().count(f"</small> {serial}") for serial in serials] == [1, 1, 1]


def test_second_click_prints_no_more_sheets(client, desk):
    page = reverse("paper_form_list", args=[desk.post.pk])
    typed = {"count": "2", "first": "1"}
    client.post(page, typed)

    answer = client.post(page, typed, follow=True)

    assert (PaperForm.objects.count(), answer.redirect_chain) == (2, [(page, 302)])
    assert "were printed" in answer.content.decode()


@pytest.mark.parametrize("count", ["0", "21", "", "x"])
def test_count_of_sheets_has_its_limits(client, desk, count):
    answer = client.post(reverse("paper_form_list", args=[desk.post.pk]), {"count": count, "first": "1"})

    assert (list(errors_of(answer)), PaperForm.objects.count()) == (["count"], 0)


def test_sheets_that_are_used_or_destroyed_are_not_printed_again(client, desk):
    used, spoilt, blank = sheet_of(desk), sheet_of(desk), sheet_of(desk)
    mark(client, desk, used.serial)
    client.post(reverse("paper_form_destroy", args=[desk.post.pk, spoilt.number]), {"text": "Coffee"})

    shown = client.get(reverse("paper_form_print", args=[desk.post.pk, 1, 3])).context["sheets"]
    gone = client.get(reverse("paper_form_print", args=[desk.post.pk, 1, 2]))

    assert ([form.pk for form in shown], gone.status_code) == ([blank.pk], 404)


def test_list_says_what_became_of_each_sheet(client, desk):
    used, spoilt, blank = sheet_of(desk), sheet_of(desk), sheet_of(desk)
    mark(client, desk, used.serial)
    client.post(reverse("paper_form_destroy", args=[desk.post.pk, spoilt.number]), {"text": "Coffee"})

    answer = client.get(reverse("paper_form_list", args=[desk.post.pk]))

    content = answer.content.decode()
    assert [form.pk for form in answer.context["page"].rows] == [blank.pk, spoilt.pk, used.pk]
    said = [f"Typed into handover {desk.handover.pk}", "Destroyed", "Coffee", "Printed, still blank"]
    assert [words for words in said if words not in content] == []


def test_list_goes_on_where_the_page_ends(client, desk):
    for first in (1, 21):
        paper.print_forms(post=desk.post, first=first, count=20, actor=desk.ada, now=desk.then)
    page = reverse("paper_form_list", args=[desk.post.pk])

    newest = client.get(page).context["page"]
    rest = client.get(page, {"before": newest.older}).context["page"]

    assert [form.number for form in newest.rows + rest.rows] == list(range(40, 0, -1))
    assert (newest.older, rest.older) == (11, None)


def test_list_asks_as_often_for_thirty_sheets_as_for_one(client, desk):
    page = reverse("paper_form_list", args=[desk.post.pk])
    sheet_of(desk)
    for_one = queries_of(client, page)

    for _number in range(29):
        sheet_of(desk)

    assert queries_of(client, page) == for_one


def test_handover_from_paper_says_so_on_every_page(client, desk):
    form = sheet_of(desk)
    answer = mark(client, desk, form.serial)
    form.refresh_from_db()
    with timezone.override(desk.team.zone):
        words = (
            f"From paper: form {form.serial}, written {moment_words(form.written_at)}, "
            f"typed {moment_words(form.typed_at)} by Ada."
        )

    assert (answer.status_code, answer.url, form.typed_by) == (302, f"{desk.address}edit/", desk.ada)
    pages = {
        name: client.get(f"{desk.address}{name}/").content.decode() for name in ("edit", "print", "sign")
    }
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"password": PASSWORD, "seen": seen})
    pages["record"] = client.get(desk.address).content.decode()
    pages["signed print"] = client.get(f"{desk.address}print/").content.decode()
    client.force_login(desk.bo)
    pages |= {name: client.get(f"{desk.address}{name}/").content.decode() for name in ("review", "confirm")}
    assert {name: content.count(words) for name, content in pages.items()} == dict.fromkeys(pages, 1)


def test_board_and_list_say_from_paper_and_still_call_it_late(client):
    desk = Desk()
    handover = desk.handover
    Handover.objects.filter(pk=handover.pk).update(boundary_at=desk.now - timedelta(hours=1))
    sheet = sheet_of(desk)
    client.force_login(desk.dai)
    without = [client.get(reverse(page)).content.decode() for page in ("board", "handover_list")]

    paper.use(paper_form=sheet, handover=handover, written_at=desk.then, actor=desk.ada, now=desk.now)

    with_paper = [client.get(reverse(page)).content.decode() for page in ("board", "handover_list")]
    assert [page.count("From paper") for page in (*without, *with_paper)] == [0, 0, 1, 1]
    assert ["Not signed." in page for page in (without[0], with_paper[0])] == [True, True]


def test_trail_names_the_sheet(client, desk):
    form = sheet_of(desk)
    mark(client, desk, form.serial)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"password": PASSWORD, "seen": seen})

    trail = client.get(desk.address).context["trail"]

    marked = next(entry for entry in trail if entry["what"] == "marked the handover as typed from paper")
    assert (marked["who"], marked["changes"]) == ("Ada", [f"Form {form.serial}"])


def test_sheet_is_taken_off_a_draft_again(client, desk):
    form = sheet_of(desk)
    mark(client, desk, form.serial)

    answer = client.post(reverse("handover_paper_remove", args=[desk.handover.pk, form.number]), follow=True)

    form.refresh_from_db()
    assert (form.handover, form.written_at, form.typed_by) == (None, None, None)
    assert f"form {form.serial} any more" in answer.content.decode()


def test_serial_that_cannot_be_used_is_named_at_its_field(client, desk):
    used, spoilt = sheet_of(desk), sheet_of(desk)
    foreign = sheet_of(desk, post=factories.post(desk.team))
    mark(client, desk, used.serial)
    paper.destroy(paper_form=spoilt, reason="Coffee", actor=desk.ada, now=desk.now)
    unknown = (
        f"No form with this serial number was printed for {desk.post.name}. Look at the sheet once more."
    )

    said = {
        serial: errors_of(mark(client, desk, serial))
        for serial in (used.serial, spoilt.serial, foreign.serial, "000123", "9" * 30)
    }

    assert said == {
        used.serial: {
            "serial": [f"Form {used.serial} is typed into handover {desk.handover.pk} already."],
        },
        spoilt.serial: {"serial": [f"Form {spoilt.serial} was marked as destroyed: Coffee"]},
        foreign.serial: {"serial": [unknown]},
        "000123": {"serial": [unknown]},
        "9" * 30: {"serial": [unknown]},
    }
    assert list(desk.handover.paper_forms.all()) == [used]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        (NOW + timedelta(minutes=1), ["This time is still to come."]),
        (NOW, []),
        (NOW - timedelta(hours=6), []),
        (NOW - timedelta(hours=6, minutes=1), ["This sheet was printed only at 2026-03-10 08:00."]),
    ],
)
def test_sheet_is_written_between_its_printing_and_now(written, wrong):
    assert errors_in_form(written, printed=NOW - timedelta(hours=6) + timedelta(seconds=30)) == wrong


def test_sheet_is_not_written_before_the_shift_began():
    early = NOW - timedelta(hours=7, minutes=1)

    assert errors_in_form(early, printed=NOW - timedelta(days=3)) == [
        "The shift began only at 2026-03-10 07:00."
    ]


def errors_in_form(written, *, printed) -> list[str]:
    boundary = Boundary()
    (sheet,) = paper.print_forms(post=boundary.post, first=1, count=1, actor=boundary.ada, now=printed)
    zone = boundary.post.team.zone
    with timezone.override(zone):
        typed = {"serial": sheet.serial, "written_at": written.astimezone(zone).strftime(LOCAL)}
        form = FromPaperForm(typed, handover=boundary.open(), now=NOW)
        return list(form.errors.get("written_at", []))


def test_time_on_paper_is_that_of_the_team_whatever_zone_the_person_chose(client, desk):
    desk.ada.time_zone = "America/New_York"
    desk.ada.save(update_fields=["time_zone"])
    form = sheet_of(desk)

    mark(client, desk, form.serial)

    form.refresh_from_db()
    assert form.written_at == (desk.now - timedelta(hours=1)).replace(second=0, microsecond=0)


def test_signed_handover_is_not_marked_any_more(client, desk):
    form = sheet_of(desk)
    seen = client.get(f"{desk.address}sign/").context["form"].initial["seen"]
    client.post(f"{desk.address}sign/", {"password": PASSWORD, "seen": seen})

    answer = mark(client, desk, form.serial)

    form.refresh_from_db()
    assert (form.handover, list(errors_of(answer))) == (None, ["__all__"])


def test_forms_of_another_team_are_not_there(client, desk):
    form = sheet_of(desk)
    client.force_login(factories.agent_on_duty(factories.post(), now=desk.now))
    places = ("paper_form_list", []), ("paper_form_print", [1, 1]), ("paper_form_destroy", [form.number])

    answers = [client.post(reverse(name, args=[desk.post.pk, *args])).status_code for name, args in places]
    answers.append(client.get(reverse("paper_form_print", args=[desk.post.pk, 1, 1])).status_code)

    form.refresh_from_db()
    assert (answers, form.destroyed_at) == ([404, 405, 404, 404], None)
