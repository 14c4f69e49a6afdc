"""The house's prices: found by code, made anew when the list changes, refused with the line that is wrong."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from terminal.counter.prices import Priced, Prices
from terminal.faults import BadDocument
from terminal.money import parse_price, parse_rate


def write(home, *rows, head="code,price,first_self_pay,ceiling,house_code"):
    (home / "prices.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def look(home, code):
    with closing(Prices(home)) as prices:
        return prices.get(code)


@pytest.mark.parametrize(
    ("row", "priced"),
    [
        ("A,12.50", Priced(parse_price("12.50"))),
        ("A,12.50,10%,11.1,H-7", Priced(parse_price("12.50"), parse_rate("10%"), parse_price("11.1"), "H-7")),
        ("A,1.00\nA,2.00", Priced(parse_price("2.00"))),
        ("B,1.00", None),
    ],
    ids=["price only", "everything", "the last row of a code counts", "another code"],
)
def test_an_item_costs_what_the_list_says(tmp_path, row, priced):
    write(tmp_path, row)
    assert look(tmp_path, "A") == priced
    assert look(tmp_path, "A") == priced, "and the same from the index of the last time"


def test_without_a_list_nothing_has_a_price_also_when_there_was_one(tmp_path):
    assert look(tmp_path, "A") is None
    write(tmp_path, "A,1.00")
    assert look(tmp_path, "A") is not None
    (tmp_path / "prices.csv").unlink()
    assert look(tmp_path, "A") is None


def test_a_changed_list_counts_from_the_next_start_and_an_unchanged_one_is_not_read_again(tmp_path):
    write(tmp_path, "A,1.00")
    assert look(tmp_path, "A").price == parse_price("1.00")
    before = (tmp_path / "prices.csv").stat()
    write(tmp_path, "A,2.00")
    os.utime(tmp_path / "prices.csv", ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert look(tmp_path, "A").price == parse_price("2.00")
    made = (tmp_path / "prices.db").stat().st_mtime_ns
    time.sleep(0.02)
    assert look(tmp_path, "A").price == parse_price("2.00")
    assert (tmp_path / "prices.db").stat().st_mtime_ns == made


@pytest.mark.parametrize("row", ["A,1.00\nB,dear", "A,1.00\nB", "A,1.00\nB,1,x%"])
def test_a_wrong_line_is_named_and_the_index_of_the_last_list_is_left(tmp_path, row):
    write(tmp_path, "A,9.00")
    look(tmp_path, "A")
    write(tmp_path, row)
    with pytest.raises(BadDocument) as raised:
        Prices(tmp_path)
    assert (raised.value.data["file"], raised.value.data["place"]) == ("prices.csv", "3")
    write(tmp_path, "A,3.00")
    assert look(tmp_path, "A").price == parse_price("3.00")


def test_a_torn_index_or_a_folder_that_takes_nothing_leaves_the_prices(tmp_path):
    write(tmp_path, "A,1.00")
    (tmp_path / "prices.db").write_bytes(b"torn" * 1000)
    assert look(tmp_path, "A").price == parse_price("1.00")
    (tmp_path / "prices.db").unlink()
    (tmp_path / "prices.db").mkdir()
    assert look(tmp_path, "A").price == parse_price("1.00")


def test_desks_that_open_at_once_make_one_index(tmp_path):
    write(tmp_path, *(f"C{place},1.00" for place in range(20_000)))
    with ThreadPoolExecutor(4) as desks:
        found = list(desks.map(lambda _: look(tmp_path, "C19999"), range(4)))
    assert {each.price for each in found} == {parse_price("1.00")}


def test_a_process_killed_while_it_makes_the_index_leaves_the_next_one_its_prices(tmp_path):
    write(tmp_path, *(f"C{place},1.00" for place in range(100_000)))
    script = (
        "import sys; from pathlib import Path; from terminal.counter.prices import Prices; Prices(Path(sys.argv[1]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    end = time.monotonic() + 60
    while not (tmp_path / "prices.db-journal").exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    process.kill()
    process.wait()
    assert look(tmp_path, "C99999").price == parse_price("1.00")
