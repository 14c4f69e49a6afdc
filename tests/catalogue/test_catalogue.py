"""The catalogue at the till: kept with its dates, found per keystroke, replaced whole or not at all."""

import itertools
import random
import sqlite3
import subprocess
import sys
import time
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.catalogue import BadCatalogueFile, Catalogue, NoCatalogue, read_file
from terminal.catalogue.readings import readings
from terminal.documents.catalogue import CatalogueItem, FirstSelfPay, HouseItem, PriceCeiling
from terminal.documents.vocabulary import ItemClass
from terminal.money import parse_price, parse_rate

TODAY, AREA = date(2026, 5, 6), "110100"


def item(code: str, name: str, **fields) -> CatalogueItem:
    return CatalogueItem(code, name, AREA, fields.pop("begin", date(2020, 1, 1)), **fields)


AMOXICILLIN = item("XJ01CAA040E001", "阿莫西林胶囊", item_class=ItemClass.A, wubi="bsag", barcode="6900000000017")
PARIS = item("ZA03BAC0001", "重楼", item_class=ItemClass.B)
VITAMIN = item("XB03BAW001B002", "维生素B12注射液", initials="wss")
SHARED = [
    AMOXICILLIN, PARIS, VITAMIN,
    item("T1", "复方丹参滴丸"), item("T2", "白术"), item("T3", "阿司匹林肠溶片"), item("T4", "ＶＣ银翘片"),
]  # fmt: skip


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path / "catalogue.db", create=True) as opened:
        opened.update(SHARED)
        yield opened


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("amxl", AMOXICILLIN.code), ("AMXL", AMOXICILLIN.code), ("mxljn", AMOXICILLIN.code), ("xl", AMOXICILLIN.code),
        ("西林", AMOXICILLIN.code), ("阿莫", AMOXICILLIN.code), ("囊", AMOXICILLIN.code), ("bsag", AMOXICILLIN.code),
        ("6900000000017", AMOXICILLIN.code), (AMOXICILLIN.code, AMOXICILLIN.code),
        ("cl", PARIS.code), ("zl", PARIS.code), ("fffc", None), ("fufsdw", None), ("fdsdw", "T1"),
        ("ffdsdw", "T1"), ("ffdcdw", "T1"), ("bz", "T2"), ("bs", "T2"), ("wssb12zsy", VITAMIN.code),
        ("b12", VITAMIN.code),
        ("wss", VITAMIN.code), ("vcyqp", "T4"), ("VC银翘", "T4"), ("", None), ("%", None), ("'; --", None),
    ],
)  # fmt: skip
def test_what_a_clerk_types_finds_the_item(catalogue, typed, code):
    codes = [found.code for found in catalogue.find(typed, TODAY)]
    assert code in codes if code else codes == []


def test_a_name_longer_than_what_is_stored_is_compared_whole(tmp_path):
    names = ["一次性使用无菌医用外科口罩系带式灭菌级" + tail for tail in ("大号", "小号")]
    with Catalogue(tmp_path / "c.db", create=True) as catalogue:
        catalogue.update(item(str(place), name) for place, name in enumerate(names))
        assert [found.name for found in catalogue.find(names[1], TODAY)] == [names[1]]
        assert len(catalogue.find(names[1][:18], TODAY)) == 2


def test_what_is_sold_most_is_shown_first(catalogue):
    catalogue.update([], {"T3": 7, AMOXICILLIN.code: 3})
    assert [found.code for found in catalogue.find("a", TODAY)][:2] == ["T3", AMOXICILLIN.code]


def test_a_row_holds_only_on_its_days(catalogue):
    new = item("T3", "阿司匹林肠溶片", begin=date(2026, 1, 1), end=date(2026, 6, 30), item_class=ItemClass.B)
    catalogue.update([new])
    assert catalogue.item("T3", date(2025, 12, 31)).item_class is None
    assert catalogue.item("T3", TODAY).item_class is ItemClass.B
    assert catalogue.item("T3", date(2026, 7, 1)).item_class is None  # the later row ended, the open one stands
    assert catalogue.item("T3", date(2019, 12, 31)) is None
    assert catalogue.find("asplcrp", date(2019, 12, 31)) == ()


def test_terms_depend_on_person_use_institution_region_and_day(catalogue):
    code, day = PARIS.code, date(2026, 1, 1)
    catalogue.update(
        [
            FirstSelfPay(code, AREA, "11", "1", day, parse_rate("5%")),
            FirstSelfPay(code, AREA, "15", "1", day, parse_rate("10%")),
            FirstSelfPay(code, AREA, "11", "1", date(2026, 5, 1), parse_rate("8%"), end=date(2026, 5, 31)),
            PriceCeiling(code, AREA, "3", day, parse_price("12.345678")),
            PriceCeiling(code, "360400", "3", day, parse_price("9")),
        ]
    )

    def terms(person_kind="11", area=AREA, on=TODAY, limit_kind="3"):
        return catalogue.terms(code, area, on, person_kind=person_kind, use_kind="1", limit_kind=limit_kind)

    assert (terms().item_class, terms().first_self_pay, terms().ceiling) == (
        ItemClass.B, parse_rate("8%"), parse_price("12.345678"),
    )  # fmt: skip
    assert terms(on=date(2026, 6, 1)).first_self_pay == parse_rate("5%")  # the later row ended, the open one stands
    assert terms(on=date(2026, 4, 1)).first_self_pay == parse_rate("5%")
    assert terms(person_kind="15").first_self_pay == parse_rate("10%")
    assert terms(area="360400").ceiling == parse_price("9")
    assert terms(limit_kind="2").ceiling is None


def test_the_houses_own_codes_map_to_national_ones(catalogue):
    catalogue.update([HouseItem("H77", PARIS.code, "H11010500001", date(2026, 1, 1))])
    assert catalogue.national_code("H77", "H11010500001", TODAY) == PARIS.code
    assert catalogue.national_code("H77", "H99999999999", TODAY) is None
    assert [found.code for found in catalogue.find("H77", TODAY)] == [PARIS.code]


def test_an_update_that_breaks_in_the_middle_changes_nothing(catalogue):
    def torn():
        yield item("NEW", "新药")
        raise OSError("the line went down")

    with pytest.raises(OSError):
        catalogue.update(torn())
    assert catalogue.find("xy", TODAY) == () and catalogue.find("amxl", TODAY) == (AMOXICILLIN,)


KILLED = """
import sys, time
from datetime import date
from pathlib import Path
from terminal.catalogue import Catalogue
from terminal.documents import CatalogueItem

def rows():
    for place in range(20_000):
        yield CatalogueItem(f"K{place}", "新药", "110100", date(2020, 1, 1))
    print("half", flush=True)
    time.sleep(60)

Catalogue(Path(sys.argv[1])).update(rows())
"""


def test_a_killed_import_leaves_the_catalogue_as_it_was(tmp_path):
    path = tmp_path / "c.db"
    with Catalogue(path, create=True) as catalogue:
        catalogue.update(SHARED)
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE) as importing:
        assert importing.stdout.readline() == b"half\n"
        with Catalogue(path) as reader:  # a till goes on searching meanwhile
            assert reader.find("amxl", TODAY) == (AMOXICILLIN,) and len(reader) == len(SHARED)
        importing.kill()
    with Catalogue(path) as catalogue:
        assert len(catalogue) == len(SHARED) and catalogue.find("xy", TODAY) == ()
        assert catalogue.update([item("NEW", "新药")]) == 1 and len(catalogue.find("xy", TODAY)) == 1


def test_a_missing_catalogue_says_so(tmp_path):
    with pytest.raises(NoCatalogue):
        Catalogue(tmp_path / "none.db")


COLUMNS = {"code": 0, "name": 2, "begin": 3, "item_class": 4, "barcode": 5}
TEXT = "X1\t?\t阿莫西林\t2020-01-01 00:00:00\t01\tnull\nX2\t?\t白术\t20200101\t乙\t69\n"


@pytest.mark.parametrize("packed", [False, True])
def test_a_downloaded_file_is_read_by_the_sites_columns(tmp_path, packed):
    path = tmp_path / "1301"
    text = TEXT.replace("20200101", "2020-01-01").encode()
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("1301.txt", text)
    else:
        path.write_bytes(text)
    first, second = read_file(path, COLUMNS, AREA)
    assert (first.name, first.item_class, first.barcode, second.item_class) == (
        "阿莫西林",
        ItemClass.A,
        "",
        ItemClass.B,
    )


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"X1\t?\tname\n", 1),
        ("X1\t?\t药\t2020-01-01\t01\t\nX2\t?\t药\tsoon\t01\t\n".encode(), 2),
        ("X1\t?\t药\t2020-01-01\t09\t\n".encode(), 1),
        ("\t?\t药\t2020-01-01\t01\t\n".encode(), 1),
        ("X1\t?\t阿莫西林\t2020-01-01\t01\t\n".encode("gb18030"), 1),
        (b"PK\x03\x04torn", 0),
    ],
)
def test_a_bad_file_is_refused_with_its_row_and_nothing_is_taken(tmp_path, catalogue, data, row):
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    before = len(catalogue)
    with pytest.raises(BadCatalogueFile) as told:
        catalogue.update(read_file(path, COLUMNS, AREA))
    assert told.value.data["row"] == row and len(catalogue) == before


@given(st.text("阿莫西林重楼参术单长复方丹红B12 Ⅱ（）", min_size=1, max_size=9), st.data())
@settings(deadline=None, max_examples=60)
def test_every_part_of_every_accepted_reading_finds_the_item(tmp_path_factory, name, data):
    accepted = readings(name)
    if not accepted:
        return
    with Catalogue(tmp_path_factory.mktemp("c") / "c.db", create=True) as catalogue:
        catalogue.update([item("X", name), item("Y", "别的东西")])
        reading = data.draw(st.sampled_from(accepted))
        start = data.draw(st.integers(0, len(reading) - 1))
        end = data.draw(st.integers(start + 1, len(reading)))
        assert "X" in {found.code for found in catalogue.find(reading[start:end], TODAY)}


def test_every_keystroke_gives_the_same_as_reading_the_whole_list(tmp_path, size, seed):
    chance = random.Random(seed)
    parts = [
        "阿莫",
        "西林",
        "头孢",
        "克洛",
        "维生素",
        "注射液",
        "片",
        "胶囊",
        "颗粒",
        "复方",
        "丹参",
        "钠",
        "盐酸",
        "B12",
    ]
    names = ["".join(chance.choices(parts, k=chance.randint(2, 5))) for _ in range(size(1500, 20000))]
    rows = [item(f"C{place:06d}", name) for place, name in enumerate(names)]
    sold = {row.code: chance.randrange(10**6) for row in rows}
    with Catalogue(tmp_path / "c.db", create=True) as catalogue:
        catalogue.update(rows, sold)
        order = sorted(rows, key=lambda row: (-sold[row.code], row.name, row.code))
        typed = {row.code: ("|".join((row.name.lower(), *readings(row.name)))) for row in rows}
        queries = {"a", "z", "b12", "西林", "片", "no-such"}
        for row in chance.sample(rows, 40):
            text = chance.choice(typed[row.code].split("|"))
            start = chance.randrange(len(text))
            queries.add(text[start : start + chance.randint(1, 6)])
        for query in queries:
            expected = [row.code for row in itertools.islice((r for r in order if query in typed[r.code]), 20)]
            assert [found.code for found in catalogue.find(query, TODAY)] == expected, query


def test_a_keystroke_costs_less_than_half_a_scan_at_any_length(tmp_path, size):
    chance = random.Random(1)
    letters = "阿莫西林头孢克洛维生素注射液片胶囊颗粒复方丹参钠盐酸"
    count = size(20_000, 250_000)
    rows = [item(f"C{place:06d}", "".join(chance.choices(letters, k=chance.randint(3, 9)))) for place in range(count)]
    with Catalogue(tmp_path / "c.db", create=True) as catalogue:
        catalogue.update(rows)
        plain = sqlite3.connect(tmp_path / "c.db")
        plain.execute(
            "CREATE TEMP TABLE flat AS SELECT code, texts, random() AS sold FROM item JOIN label ON label.id = label"
        )
        scan = "SELECT code FROM flat WHERE texts LIKE ? ORDER BY sold DESC LIMIT 20"
        for typed in ("a", "fs", "阿莫", "xlt", "片", "西林头孢"):
            whole = timed(lambda typed=typed: plain.execute(scan, (f"%{typed}%",)).fetchall())
            assert timed(lambda typed=typed: catalogue.find(typed, TODAY)) < whole / 2, typed


def timed(work) -> float:
    best = 9.0
    for _ in range(5):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best
