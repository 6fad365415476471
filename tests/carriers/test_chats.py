"""What each kind of group chat is sent, how its refusal is understood, and which addresses it may have."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from handover.carriers import NotSent, Parcel, chat, chats, post
from tests.factories import NOW
from tests.receivers import receiver

TEXT = "#7 Ms Zhao <urgent> & waiting"
PARCEL = Parcel(
    ref="handover-7", at=NOW, text=TEXT, language="en", url="https://handover.example.com/items/7/"
)
BODY = f"{TEXT}\n{PARCEL.url}"
# Of which it makes no tag, such as one that calls everybody in the chat.
FEISHU = {"msg_type": "text", "content": {"text": BODY.replace("<", "＜")}}
WECOM = {"msgtype": "text", "text": {"content": BODY}}
ANSWERS = {
    "wecom": (WECOM, b'{"errcode":0,"errmsg":"ok"}', b'{"errcode":93000,"errmsg":"invalid webhook url"}'),
    "dingtalk": (WECOM, b'{"errcode":0,"errmsg":"ok"}', b'{"errcode":310000,"errmsg":"sign not match"}'),
    "feishu": (FEISHU, b'{"code":0,"msg":"success"}', b'{"code":19021,"msg":"sign match fail"}'),
    "lark": (FEISHU, b'{"code":0,"msg":"success"}', b'{"code":9499,"msg":"Bad Request"}'),
    "slack": (
        {"text": BODY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")},
        b"ok",
        b"invalid_token",
    ),
}


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True


def send(form, url, *, secret="", parcel=PARCEL):
    chat(form, url=url, secret=secret, now=NOW).send(parcel)


@pytest.mark.parametrize("form", ANSWERS)
def test_chat_is_sent_its_own_form(form):
    content, accepted, _refused = ANSWERS[form]
    with receiver(answer=accepted) as outside:
        send(form, outside.url)

    assert [post.content for post in outside.posts] == [content]


@pytest.mark.parametrize("form", ANSWERS)
def test_refusal_inside_an_answer_of_200_is_no_success(form):
    _content, _accepted, refused = ANSWERS[form]
    with receiver(answer=refused) as outside, pytest.raises(NotSent, match="refused"):
        send(form, outside.url)


@pytest.mark.parametrize("form", ["wecom", "feishu"])
@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"other":1}'])
def test_answer_that_says_nothing_is_no_success(form, answer):
    with receiver(answer=answer) as outside, pytest.raises(NotSent, match="refused"):
        send(form, outside.url)


def test_dingtalk_is_signed_in_its_address():
    with receiver(answer=ANSWERS["dingtalk"][1]) as outside:
        send("dingtalk", f"{outside.url}?access_token=abc", secret="SEC1")

    timestamp = str(int(NOW.timestamp() * 1000))
    digest = hmac.new(b"SEC1", f"{timestamp}\nSEC1".encode(), hashlib.sha256).digest()
    (sent,) = outside.posts
    assert parse_qs(urlsplit(sent.path).query) == {
        "access_token": ["abc"],
        "timestamp": [timestamp],
        "sign": [base64.b64encode(digest).decode()],
    }


def test_feishu_is_signed_in_its_body():
    with receiver(answer=ANSWERS["feishu"][1]) as outside:
        send("feishu", outside.url, secret="key")

    timestamp = str(int(NOW.timestamp()))
    digest = hmac.new(f"{timestamp}\nkey".encode(), b"", hashlib.sha256).digest()
    signed = {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
    assert outside.posts[0].content == FEISHU | signed


def test_long_text_is_cut_to_what_a_chat_takes_and_keeps_its_link():
    parcel = Parcel(ref="r", at=NOW, text="急" * 600 + "🙂" * 300, language="en", url=PARCEL.url)
    with receiver(answer=ANSWERS["wecom"][1]) as outside:
        send("wecom", outside.url, parcel=parcel)

    content = outside.posts[0].content["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.startswith("急" * 600)
    assert content.endswith(PARCEL.url)


@pytest.mark.parametrize(
    ("form", "url"),
    [
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1a-2b"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=12ab"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/12-ab"),
        ("lark", "https://open.larksuite.com/open-apis/bot/v2/hook/12-ab"),
        ("slack", "https://hooks.slack.com/services/T1/B2/c3"),
        ("json", "https://ops.example.com:8443/in?team=1"),
    ],
)
def test_address_as_its_makers_show_it_is_taken(settings, form, url):
    settings.WEBHOOK_ALLOW_PRIVATE = False

    assert chats.is_address(form, url)


@pytest.mark.parametrize(
    ("form", "url"),
    [
        ("wecom", "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=1"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="),
        ("wecom", "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=1"),
        ("slack", "http://hooks.slack.com/services/T1/B2/c3"),
        ("slack", "https://open.feishu.cn/open-apis/bot/v2/hook/12-ab"),
        ("json", "http://ops.example.com/"),
        ("json", "https://user:secret@ops.example.com/"),
        ("json", "https://"),
        ("json", "https://ops.example.com:99999/"),
        ("json", "https://ops.example.com/a b"),
        ("json", "https://ops.example.com/\r\nX-More: 1"),
        ("json", "file:///etc/passwd"),
        ("json", "https://[::1"),
    ],
)
def test_any_other_address_is_not(settings, form, url):
    settings.WEBHOOK_ALLOW_PRIVATE = False

    assert not chats.is_address(form, url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  it is not bound to
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_of_the_own_network_are_not_outside(address):
    assert not post.is_outside(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_addresses_of_the_internet_are_outside(address):
    assert post.is_outside(address)


def test_times_in_signed_json_are_utc():
    zone_of_reader = datetime(2026, 3, 10, 6, 0, tzinfo=UTC).astimezone()
    with receiver() as outside:
        send("json", outside.url, secret="s", parcel=Parcel("r", zone_of_reader, "t", "en"))

    assert outside.posts[0].content["at"] == "2026-03-10T06:00:00+00:00"
