"""Tokens of the search index."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.grams import grams, query_grams

WORDS = st.text(alphabet="退款申请仓库王Aaz09ß-_ .,()你好éかな한국Ａ１", max_size=40)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ""),
        (" ,。!", ""),
        ("退款", "退款"),
        ("退", "退"),
        ("退款申请", "退款 款申 申请"),
        ("退款,申请", "退款 申请"),
        ("退款退款", "退款 款退"),
        ("Ms Okafor", "ms okafor"),
        ("ＡＢＣ１２", "abc12"),
        ("已email仓库Dave", "已 email 仓库 dave"),
        ("こんにちは", "こん んに にち ちは"),
        ("order_ref T-8821", "order ref t 8821"),
        ("13800138000", "13800138000 8000"),
        ("WO88213", "wo88213 8213"),
        ("14:10", "14 10"),
        ("x" * 100, "x" * 64),
    ],
)
def test_grams_of_a_text(text, tokens):
    assert grams(text) == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("退款", ["退款"]),
        ("王", ["王"]),
        ("退款申请", ["退款", "款申", "申请"]),
        ("Okafor 退款 okafor", ["okafor", "退款"]),
        ("13800138000", ["13800138000"]),
    ],
)
def test_query_grams_of_a_text(text, tokens):
    assert query_grams(text) == tokens


@given(text=st.one_of(st.text(), WORDS))
def test_tokens_are_letters_and_digits_alone_and_each_stands_once(text):
    tokens = grams(text).split(" ") if grams(text) else []

    assert [token for token in tokens if not re.fullmatch(r"[^\W_]{1,64}", token)] == []
    assert len(tokens) == len(set(tokens))


@given(text=WORDS, around=WORDS)
def test_a_text_is_found_by_all_of_itself(text, around):
    assert set(query_grams(text)) <= set(grams(f"{around} {text} {around}").split())


@given(before=st.text(alphabet="仓库王先生", min_size=1), after=st.text(alphabet="已提交", min_size=1))
def test_a_word_of_two_characters_is_found_inside_a_sentence(before, after):
    assert query_grams("退款")[0] in grams(f"{before}退款{after}").split()


@given(number=st.from_regex(r"\A[0-9]{5,15}\Z"))
def test_a_number_is_found_by_its_last_four_digits(number):
    assert {number, number[-4:]} == set(grams(number).split())
