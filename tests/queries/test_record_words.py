"""What was signed stays readable, whatever was added to the content of a record since."""

import json

from handover.queries import record_words

# A confirmation and a round as the first schema signed them, byte for byte.
CONFIRMATION = (
    '{"handover":7,"lines":[{"answer":"decided","at":"2026-03-10T06:50:00.000000Z","by":"Dai",'
    '"heard_orally":false,"item":3,"read_back":"","read_back_by":"","reason":"Bo has time.","remarks":'
    '[{"at":"2026-03-10T06:45:00.000000Z","by":"Bo","text":"Which parcel?"}],"round":1}],"round":1,'
    '"round_sha256":"ab","schema":"handover.confirmation","schema_version":1,"signature":null,'
    '"taken_over":false,"time_zone":"Asia/Shanghai"}'
)
ROUND = (
    '{"answer_backs":[{"became":"ended","customer":"Li","from_handover":6,"holder":"","issue_type":"Refund",'
    '"item":2,"kind":"urgent","progress":"Refunded.","stage":"closed","why":""}],"handover":7,'
    '"incoming_shift":null,"lines":[{"checked":false,"checked_by":"","customer":{"code":"K-1","name":"Chen",'
    '"need":"none","need_note":"","phone":""},"emotion":"neutral","handovers":0,"holder":"Ada",'
    '"issue_type":"Refund","item":3,"key_at":null,"key_note":"","kind":"urgent","missing":[],'
    '"missing_reason":"","next_action":"","next_clock":"taken","next_due_at":"2026-03-10T07:10:00.000000Z",'
    '"order_ref":"","plan":"","progress":"Rang.","promise":null,"stage":"in_progress","told_orally":false,'
    '"waiting_for":"","waiting_until":null}],"outgoing_shift":null,"post":"Front","round":1,"schema":'
    '"handover.round","schema_version":1,"sections":{"notes":{"text":"Quiet."}},"signature":null,'
    '"staying":[],"team":"East","template":{"name":"shift","version":1},"time_zone":"Asia/Shanghai"}'
)


def test_a_confirmation_of_the_first_schema_is_read():
    answers = record_words.answers(json.loads(CONFIRMATION)["lines"])

    assert answers[3].holder == ""
    assert (answers[3].answer, answers[3].by, answers[3].reason) == ("decided", "Dai", "Bo has time.")
    assert [words for _who, _when, words in answers[3].remarks] == ["Which parcel?"]


def test_a_round_of_the_first_schema_is_read():
    content = json.loads(ROUND)

    lines, sections = record_words.lines(content), record_words.sections(content)

    assert [(line.item, line.customer, line.kind, line.progress) for line in lines] == [
        (3, "Chen", "urgent", "Rang.")
    ]
    assert {section.key: section.rows for section in sections}["notes"] == [("", "Quiet.", "")]
    assert [row["words"] for row in record_words.answer_backs(content)] == ["It is closed"]
    assert record_words.papers(content) == []
