"""What group chats and other programs are sent, each in its own form.

The chats answer 200 to what they refuse, and say so inside the answer: a refusal that is taken for success
would be lost in silence, so each answer is read.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from .parcels import Carrier, NotSent, Parcel, Reason
from .post import post

# Where the address of a bot begins, as its makers show it. Nothing else is taken for one.
BEGINNINGS = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/",
    "lark": "https://open.larksuite.com/open-apis/bot/v2/hook/",
    "slack": "https://hooks.slack.com/services/",
}
LONGEST_BYTES = 2000  # of a text in WeCom, which cuts nothing itself and refuses what is longer
SLACK_OK = b"ok"

Json = dict[str, Any]


def is_address(form: str, url: str) -> bool:
    """Whether messages of this form may go to the address. That it lies outside is asked when sending."""
    if form in BEGINNINGS:
        return url.startswith(BEGINNINGS[form]) and len(url) > len(BEGINNINGS[form])
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False
    schemes = {"https", "http"} if settings.WEBHOOK_ALLOW_PRIVATE else {"https"}
    return has_place and parts.scheme in schemes and url.isascii() and url.isprintable() and " " not in url


def chat(form: str, *, url: str, secret: str, now: datetime) -> Carrier:
    """The carrier to one chat or program; `now` stands in signatures."""
    return SignedJson(url, secret, now) if form == "json" else Chat(form, url, secret, now)


@dataclass
class SignedJson:
    """The message as data for a program, which can check that it comes from here and is fresh."""

    url: str
    secret: str
    now: datetime

    def send(self, parcel: Parcel) -> None:
        content = {
            "id": parcel.ref,
            "at": parcel.at.astimezone(UTC).isoformat(),
            "text": parcel.text,
            "item": parcel.item_id,
            "handover": parcel.handover_id,
            "url": parcel.url,
            "repeat": parcel.may_be_repeat,
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp = str(int(self.now.timestamp()))
        signature = hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
        headers = {
            "X-Handover-Id": parcel.ref,
            "X-Handover-Timestamp": timestamp,
            "X-Handover-Signature": signature.hexdigest(),
        }
        post(self.url, body, headers)

    def close(self) -> None:
        """Each message has a connection of its own."""


@dataclass
class Chat:
    """The message as a text in a group chat."""

    form: str
    url: str
    secret: str
    now: datetime

    def send(self, parcel: Parcel) -> None:
        write, is_accepted = FORMS[self.form]
        url, content = write(self, _words(parcel))
        answer = post(url, json.dumps(content).encode(), {"X-Handover-Id": parcel.ref})
        if not is_accepted(answer):
            raise NotSent(Reason.REFUSED, answer[:200].decode(errors="replace"))

    def close(self) -> None:
        """Each message has a connection of its own."""


def _words(parcel: Parcel) -> str:
    with translation.override(parcel.language):
        again = _("Perhaps sent twice:") if parcel.may_be_repeat else ""
    text = parcel.text.encode()[: LONGEST_BYTES - len(parcel.url.encode()) - len(again.encode()) - 2]
    return "\n".join(part for part in (again, text.decode(errors="ignore"), parcel.url) if part)


def _wecom(chat: Chat, text: str) -> tuple[str, Json]:
    return chat.url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(chat: Chat, text: str) -> tuple[str, Json]:
    content = {"msgtype": "text", "text": {"content": text}}
    if not chat.secret:
        return chat.url, content
    timestamp = str(int(chat.now.timestamp() * 1000))
    signature = hmac.new(chat.secret.encode(), f"{timestamp}\n{chat.secret}".encode(), hashlib.sha256)
    sign = quote_plus(b64encode(signature.digest()))
    return f"{chat.url}&timestamp={timestamp}&sign={sign}", content


def _feishu(chat: Chat, text: str) -> tuple[str, Json]:
    # It knows no escapes, and `<at user_id="all">` in the name of a customer would call everybody.
    content: Json = {"msg_type": "text", "content": {"text": text.replace("<", "＜")}}
    if chat.secret:
        timestamp = str(int(chat.now.timestamp()))
        signature = hmac.new(f"{timestamp}\n{chat.secret}".encode(), b"", hashlib.sha256)
        content |= {"timestamp": timestamp, "sign": b64encode(signature.digest()).decode()}
    return chat.url, content


def _slack(chat: Chat, text: str) -> tuple[str, Json]:
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, escaped)
    return chat.url, {"text": text}


def _answers_zero(name: str) -> Callable[[bytes], bool]:
    def is_accepted(answer: bytes) -> bool:
        try:
            content = json.loads(answer)
        except ValueError:
            return False
        return isinstance(content, dict) and content.get(name) == 0

    return is_accepted


# How each form is written, and how its chat says that it took the text.
FORMS: dict[str, tuple[Callable[[Chat, str], tuple[str, Json]], Callable[[bytes], bool]]] = {
    "wecom": (_wecom, _answers_zero("errcode")),
    "dingtalk": (_dingtalk, _answers_zero("errcode")),
    "feishu": (_feishu, _answers_zero("code")),
    "lark": (_feishu, _answers_zero("code")),
    "slack": (_slack, lambda answer: answer.strip() == SLACK_OK),
}
