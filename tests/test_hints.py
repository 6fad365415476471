"""Content hints: judged by notes that were written before the rules, and rule by rule."""

import json
from pathlib import Path
from typing import get_args

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from handover.hints import RULES_FILE, Field, Hint, hints, must_fail

DATA = Path(__file__).parent / "data"
FIELDS = get_args(Field)

# code: field, a text it fires on and a near neighbour it leaves alone, in both languages
CASES = {
    "credential": [
        ("next_action", "log in with password Sommer2026! and check", "reset the password and check"),
        ("promise", "pw: hunter", "password: reset link comes by email"),
        ("progress", "sent him PIN 4471 at 9:00", "sent him a new PIN at 9:00"),
        ("read_back", "I call at 9, admin / Qwe123!", "I call at 9, account 4471 / invoice 12"),
        ("progress", "9:00已帮客户重置,密码Abc123456", "9:00已帮客户重置密码,链接已发"),
        ("next_action", "登录后台核对,密码是 888888", "密码2026年改过,登录后台核对"),
        ("next_action", "登录后台核对,口令:qwe#45", "登录后台核对,口令:******"),
    ],
    "empty_phrase": [
        ("progress", "Registered, to follow up.", "Registered, label emailed 9:00, to follow up Friday."),
        ("progress", "已登记,待跟进。", "已登记,已补发,明天跟进。"),
    ],
    "only_customer": [
        ("progress", "She called again at 9:00, very angry.", "She called again at 9, driver comes today."),
        ("progress", "客户9点又催了一次,很着急。", "客户9点又催了一次,师傅11点上门。"),
    ],
    "no_action": [
        ("progress", "Washing machine leaks.", "Machine leaks, technician booked."),
        ("progress", "洗衣机漏水。", "洗衣机漏水,已约师傅。"),
        ("progress", "Wrong invoice number.", "Correct invoice in his folder since Friday."),
    ],
    "unclear_action": [
        ("progress", "Machine leaks since 9:00.", "Machine leaks since 9:00, technician booked."),
        ("progress", "洗衣机9点开始漏水。", "洗衣机9点开始漏水,已约师傅。"),
    ],
    "no_answer_by": [
        ("progress", "Emailed the warehouse.", "Emailed the warehouse, they answer by 16:00."),
        ("progress", "已联系仓库。", "已联系仓库,16点前答复。"),
    ],
    "refund_stage": [
        ("progress", "Called him at 9:00 about the refund.", "Called him at 9:00, refund requested."),
        ("progress", "9点已致电客户沟通退款。", "9点已致电客户,退款已提交审批。"),
    ],
    "no_time": [
        ("progress", "Sent a new label.", "Sent a new label, collected tomorrow."),
        ("progress", "已补发面单。", "已补发面单,明天取件。"),
    ],
    "no_person": [
        ("progress", "Emailed warehouse, reply by 16:00.", "Emailed warehouse, reply by 16:00 (Dave)"),
        ("progress", "已联系仓库,16点前答复。", "已联系仓库李工,16点前答复。"),
    ],
    "only_receipt": [
        ("read_back", "noted, before 16:00", "noted, I call him before 16:00"),
        ("read_back", "收到,16点前", "收到,16点前致电客户"),
    ],
    "empty_next": [
        ("next_action", "to be dealt with", "to be dealt with: call the carrier"),
        ("promise", "继续跟进", "继续跟进,致电快递"),
    ],
    "no_step": [
        ("next_action", "Warehouse, 16:00", "Call the warehouse, 16:00"),
        ("promise", "仓库,16点", "联系仓库,16点"),
    ],
    "read_back_no_time": [
        ("read_back", "I call the customer.", "I call the customer by 16:00."),
        ("read_back", "我来致电客户。", "我16点前致电客户。"),
    ],
    "vague_time": [
        ("promise", "We call back soon", "We call back soon, at 16:00 at the latest"),
        ("next_action", "稍后致电客户", "稍后致电客户,16点前"),
    ],
}  # fmt: skip


def notes(name: str) -> list[dict]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def codes(text: str, field: Field = "progress") -> set[str]:
    return {hint.code for hint in hints(text, field=field, language="en")}


@pytest.mark.parametrize("good", [True, False])
@pytest.mark.parametrize(
    ("kind", "count", "allowed"), [("notes", 20, 2), ("notes_trial", 10, 3), ("notes_held_out", 10, 3)]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_notes_judged_by_hand_few_are_wrong(kind, count, allowed, language, good):
    """`notes` came before the rules, `notes_trial` showed the first ones too strict, `held_out` came last."""
    judged = [note["text"] for note in notes(f"{kind}_{language}.json") if note["good"] is good]
    assert len(judged) == count

    wrong = [text for text in judged if must_fail(text, field="progress") is good]

    assert len(wrong) <= allowed, wrong


@pytest.mark.parametrize(
    ("code", "field", "bad", "better"), [(code, *case) for code, cases in CASES.items() for case in cases]
)
def test_rule_fires_on_the_bad_text_alone(code, field, bad, better):
    assert (code in codes(bad, field), code in codes(better, field)) == (True, False)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("progress", "Pending. Finance, 16:00.", {"unclear_action"}),
        ("progress", "处理中,财务16点。", {"unclear_action"}),
        ("progress", "She called again, sent a new label today.", set()),
        ("progress", "She called again, pls follow up.", {"empty_phrase", "no_time"}),
        ("progress", "She called again.", {"only_customer", "no_time"}),
        ("progress", "Washing machine leaks.", {"no_action", "no_time"}),
        ("progress", "Emailed the warehouse.", {"no_answer_by"}),
        ("progress", "Emailed the warehouse, they reply soon.", {"no_answer_by"}),
        ("progress", "Emailed the warehouse, solved.", set()),
        ("progress", "已联系仓库,已解决。", set()),
        ("progress", "Emailed the warehouse at 9:00, solved.", set()),
        ("progress", "Sent a new label, soon there.", {"no_time"}),
        ("next_action", "Send a label.", set()),
        ("promise", "in progress soon", {"empty_next"}),
        ("read_back", "Warehouse 16:00", {"no_step"}),
        ("read_back", "noted", {"only_receipt"}),
        ("read_back", "to be dealt with", {"empty_next"}),
    ],
)
def test_one_sentence_for_one_lack(field, text, expected):
    assert codes(text, field) == expected


def test_every_rule_has_cases_in_both_languages_and_known_fields():
    rules = json.loads(RULES_FILE.read_text(encoding="utf-8"))["rules"]

    assert [rule["code"] for rule in rules] == list(CASES)
    assert {field for rule in rules for field in rule["fields"]} == set(FIELDS)
    assert {rule["severity"] for rule in rules} == {"must", "hint"}


def test_rule_of_another_field_stays_silent():
    assert codes("Registered, to follow up.", "promise") == {"empty_next"}


def test_sentence_quotes_the_phrase_in_the_language_asked_for():
    said = "“registered” does not say what has been done. What was the last step, and what came of it?"
    chinese = "“registered”没有说明做了什么。最近一步做了什么，结果如何？"

    assert hints("registered today", field="progress", language="en") == [Hint("empty_phrase", "must", said)]
    assert hints("registered today", field="progress", language="zh-hans") == [
        Hint("empty_phrase", "must", chinese)
    ]


def test_sentence_without_a_language_follows_the_active_one():
    with override("zh-hans"):
        chinese = hints("已登记", field="progress")
    with override(None):
        english = hints("已登记", field="progress")

    assert chinese == hints("已登记", field="progress", language="zh-hans")
    assert english == hints("已登记", field="progress", language="en")


def test_long_phrase_is_shortened_in_the_sentence():
    (hint,) = hints("辛苦各位同事有空的时候帮忙一起盯着点 today", field="progress", language="en")

    assert hint.sentence.startswith("“辛苦各位")
    assert len(hint.sentence) < 130


def test_mixed_languages_and_full_width_letters_are_read():
    assert codes("已email仓库Dave,今天16:00前reply") == set()
    assert codes("registered，待跟进") == {"empty_phrase", "no_time"}
    assert codes("ｒｅｆｕｎｄ　ｉｎ　ｐｒｏｇｒｅｓｓ") == {"empty_phrase", "refund_stage", "no_time"}


@pytest.mark.parametrize("blank", ["", " ", "\n\t\u3000"])
def test_blank_text_has_no_hints(blank):
    assert [hints(blank, field=field) for field in FIELDS] == [[], [], [], []]


def test_must_fail_is_false_for_hints_alone():
    assert [hint.is_must for hint in hints("Sent a new label.", field="progress")] == [False]
    assert must_fail("Sent a new label.", field="progress") is False
    assert must_fail("to follow up", field="progress") is True


WORDS = st.sampled_from(
    [
        "已",
        "登记",
        "待跟进",
        "退款",
        "refund",
        "password",
        ":",
        "密码",
        "123abc",
        "to follow up",
        "called",
        "仓库",
        "9点",
        "soon",
        "。",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(WORDS).map("".join), st.lists(WORDS).map(" ".join))
SPACES = st.text(alphabet=" \t\n\r\u00a0\u3000\u2003")


@given(text=TEXTS, before=SPACES, after=SPACES, field=st.sampled_from(FIELDS))
def test_any_text_is_judged_and_white_space_around_it_changes_nothing(text, before, after, field):
    assert hints(before + text + after, field=field) == hints(text, field=field)
