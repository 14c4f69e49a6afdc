"""Small packs for tests: one benefit, written in the pack's own words, with as little around it as is allowed."""

from terminal.adjudication import load_plan
from terminal.adjudication.tools.new import HEADER

ACCUMULATOR = """
[[accumulator]]
id = "{id}"
zh = "{id}"
en = "{id}"
unit = "{unit}"
measure = {measure}
benefits = {benefits}
period = "{period}"
scope = "{scope}"
opening = "centre"
days = {days}
year_begins = {year_begins}
"""


def accumulator(id, measure="", period="calendar_year", *, unit="yuan", benefits="b", scope="person", days=0, begins=1):
    """One accumulator; without a measure it is declared by others."""
    words = [f'"{word}"' for word in measure.split()]
    posts = [f'"{word}"' for word in benefits.split()] if words else []
    return ACCUMULATOR.format(
        id=id, unit=unit, measure=f"[{', '.join(words)}]", benefits=f"[{', '.join(posts)}]", period=period,
        scope=scope, days=days, year_begins=begins,
    )  # fmt: skip


def value(key, text, when=""):
    """One figure; the unit shows in its text: ``85%``, ``10.00``, ``3``, or bands such as ``100.00:50% *:60%``."""
    unit = "bands" if ":" in text else "rate" if "%" in text or "/" in text else "yuan" if "." in text else "count"
    if unit == "bands":
        pairs = [pair.split(":") for pair in text.split()]
        rows = [f'{{ rate = "{rate}"' + ("" if top == "*" else f', up_to = "{top}"') + " }" for top, rate in pairs]
        figure = f"bands = [{', '.join(rows)}]"
    else:
        figure = f"is = {text}" if unit == "count" else f'is = "{text}"'
    case = f"when = {{ {when} }}\n" if when else ""
    dated = 'from = 2020-01-01\nknown = 2020-01-01\nref = "law"'
    return f'[[value]]\nkey = "{key}"\nunit = "{unit}"\n{dated}\n{case}{figure}\n'


def small_files(stages="", values=None, *, lines="", accumulators="", header="", benefit="", layers="", visits=None):
    """The files of a pack with one benefit ``b`` whose layer ``l`` has these stages, or with the layers given."""
    figures = []
    for key, entry in (values or {}).items():
        for when, text in entry.items() if isinstance(entry, dict) else [("", entry)]:
            figures.append(value(key, text, when))
    layer = layers or (layer_toml("l", stages) if stages else "")
    named = ", ".join(f'"{visit}"' for visit in visits or ("inpatient", "outpatient", "chronic", "observation"))
    head = HEADER.format(
        id="small", area="360400", scheme="resident", title='"small"', day="2020-01-01", review="2099-01-01"
    )
    own_benefit = "" if benefit == "none" else (
        f'[[benefit]]\nid = "b"\nzh = "b"\nen = "b"\nvisits = [{named}]\n'
        + ("" if "date_basis" in benefit else 'date_basis = "begin"\n') + benefit
    )  # fmt: skip
    return {
        "pack.toml": (header + "\n" + head if header and "[" not in header else head + "\n" + header).encode()
        + accumulators.encode(),
        "benefits.toml": f"{lines}\n{own_benefit}\n{layer}".encode(),
        "values.toml": "".join(figures).encode(),
    }


def layer_toml(id, stages, *, base="in_scope", fund="pooled", reduces=True, more=""):
    """One layer of benefit ``b``."""
    return (
        f'\n[[benefit.layer]]\nid = "{id}"\nzh = "{id}"\nen = "{id}"\nfund = "{fund}"\nbase = "{base}"\n'
        f"reduces = {str(reduces).lower()}\n{more}\nstages = [\n{stages}\n]\n"
    )


def small(*args, **words):
    """As ``small_files``, compiled."""
    return load_plan(small_files(*args, **words))
