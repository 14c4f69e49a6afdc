"""Whatever a message holds, the centre answers it completely and its books stay whole."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from terminal.centre.simulator.transactions import TRANSACTIONS

FIELDS = sorted(
    {key for row in TRANSACTIONS.values() for fields in row.required.values() for key in fields.split()}
    | {"init_feedetl_sn", "mid_setl_flag", "refd_setl_flag", "exp_content"}
)
NODES = sorted({node for row in TRANSACTIONS.values() for node in row.required} | {"medinsInfo", "catalogcompin"})

words = st.sampled_from(
    ["", "0", "1", "-1", "310", "390", "0000", "11", "2026-01-01", "2026-13-45 99:00:00", "1e999", "NaN", "9" * 40,
     "11010000000000000001", "XA01-TEST-0001", "H11010500001", "110100V000000000001", "' or 1=1 --", "\u0000", "张三"]
)  # fmt: skip
values = st.one_of(
    words, st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.text()
)
nested = st.recursive(values, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2))
filled = st.dictionaries(st.sampled_from(FIELDS), nested, max_size=4)


@st.composite
def rows(draw, fields):
    """Some rows of a node: the required fields filled with something, and a few more."""
    return [
        {**{key: draw(words) or "1" for key in fields.split()}, **draw(filled)} for _ in range(draw(st.integers(0, 2)))
    ]


@st.composite
def messages(draw):
    infno = draw(st.sampled_from(sorted(TRANSACTIONS)))
    node = {name: draw(rows(fields)) for name, fields in TRANSACTIONS[infno].required.items()}
    return infno, draw(st.one_of(st.just(node), st.dictionaries(st.sampled_from(NODES), nested, max_size=2), nested))


@pytest.fixture
def examples(size):
    return size(150, 20_000)


def test_every_message_gets_a_complete_answer(desk, simulator, examples, seed):
    @seeded(seed)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(messages())
    def ask(message):
        infno, node = message
        body = json.dumps(desk.message(infno, node)).encode("utf-8", "replace")
        status, kind, answer = desk.post(f"/{infno}", body, desk.headers())
        assert status == 200
        if "json" in kind:
            assert int(json.loads(answer)["infcode"]) in (0, -1)
        if infno == "9002":
            desk.sign_in()

    ask()
    stands = [row for row in simulator.books()["accounts"] if row["psn_no"] == "11010000000000000001"]
    assert {row["insutype"]: row["balc"] for row in stands}["310"] == "1378.15"
