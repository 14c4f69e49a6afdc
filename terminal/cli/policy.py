"""``yibao policy``: work on policy packs. A pack is named by its id or by the folder that holds its ``pack.toml``."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from config.places import policies_folder
from config.policies import files_in, pack_files, pack_ids
from terminal.cli.options import as_json, at_home, show
from terminal.clock import now
from terminal.documents import Scheme
from terminal.faults import Exit

if TYPE_CHECKING:
    from terminal.adjudication import Pack
    from terminal.adjudication.mistakes import Mistake
    from terminal.adjudication.tools.slips import Slip


_SHOWN = 6
"""How many of a kind are listed; where more conventions are left, the slips do not tell."""


class _Day(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r}：应为日期，如 2026-01-01。 {value!r}: expected a date such as 2026-01-01.", param, ctx
            )


_day = click.option("--day", type=_Day(), default=lambda: now().date(), help="日期 the law day; today unless given")


def _files(name: str, home: Path) -> dict[str, bytes]:
    folder = Path(name)
    return files_in(folder) if (folder / "pack.toml").is_file() else pack_files(name, policies_folder(home))


def _pack(name: str, home: Path) -> "Pack":
    from terminal.adjudication.reading import load_pack

    return load_pack(_files(name, home))


def _read(name: str) -> bytes:
    try:
        with click.open_file(name, "rb") as file:
            data: bytes = file.read()
            return data
    except OSError as error:
        raise click.ClickException(
            f"无法读取 {name}：{error.strerror}。 Cannot read {name}: {error.strerror}."
        ) from error


def _slips(name: str) -> "list[Slip]":
    from terminal.adjudication.tools.slips import read_slips, read_table
    from terminal.adjudication.tools.tables import is_table

    read = read_table if is_table(name) else read_slips
    return list(read(_read(name), file=name))


@click.group()
def policy() -> None:
    """政策包。 Work on policy packs."""


@policy.command()
@click.argument("packs", nargs=-1)
@click.option("--every-fen", is_flag=True, help="逐分检查平稳性（需要 numpy） growth on every fen; needs numpy")
@_day
@at_home
@as_json
def check(packs: tuple[str, ...], every_fen: bool, day: date, home: Path, as_json: bool) -> int:
    """检查：缺口、重叠、走不到的行、不平稳、没有算例的数字。 Everything that is wrong with packs."""
    from terminal.adjudication import PackFault
    from terminal.adjudication.reading import load_pack
    from terminal.adjudication.tools.check import check_pack

    found: dict[str, list[dict[str, Any]]] = {}
    for name in packs or pack_ids(policies_folder(home)):
        files = _files(name, home)
        try:
            mistakes = check_pack(load_pack(files), day, every_fen=every_fen)
        except PackFault as fault:
            mistakes = list(fault.mistakes)
        found[name] = [{**mistake._asdict(), "zh": mistake.zh, "en": mistake.en} for mistake in mistakes]

    def text() -> str:
        lines = []
        for name, mistakes in found.items():
            lines.append(f"{name}: {'OK' if not mistakes else f'{len(mistakes)} 处 mistakes'}")
            lines += [f"  {m['file']}:{m['line']}: {m['key']}: {m['zh']} {m['en']}" for m in mistakes]
            if any("goes unnoticed" in m["found"] for m in mistakes):
                lines.append(f"  拟出所缺的算例 proposes bills for these: yibao policy cases {name}")
        return "\n".join(lines)

    show(found, as_json, text)
    return Exit.NO if any(found.values()) else Exit.DONE


@policy.command()
@click.argument("pack")
@at_home
@as_json
def test(pack: str, home: Path, as_json: bool) -> int:
    """运行政策包自带的算例。 Runs the golden cases of a pack."""
    from terminal.adjudication import compile_plan
    from terminal.adjudication.golden import BLANK, check_case, unfinished, working

    plan = compile_plan(_pack(pack, home))
    results = {case.id: check_case(plan, case) for case in plan.pack.cases}

    def text() -> Iterator[str]:
        for case in plan.pack.cases:
            open_, wrong = unfinished(case), [one for one in results[case.id] if one.found != BLANK]
            yield f"{'NO ' if wrong else '-- ' if open_ else 'ok '} {case.id}"
            if open_:
                yield f"     待填 to fill in: {', '.join(open_)}"
            yield from (f"     {w.figure}: 应为 expected {w.expected}, 得到 found {w.found}" for w in wrong)
            yield from (f"     {step.zh}  {step.en}" for step in working(plan, case) if wrong)

    _table({case: [one._asdict() for one in wrong] for case, wrong in results.items()}, as_json, lambda: [*text()])
    return Exit.NO if any(results.values()) else Exit.DONE


@policy.command()
@click.argument("pack")
@at_home
@as_json
def cases(pack: str, home: Path, as_json: bool) -> int:
    """为没有算例的数字拟账单，写入 cases.toml，金额留空待人手工核算。 Proposes bills for untested numbers."""
    from terminal.adjudication import compile_plan
    from terminal.adjudication.tools.propose import propose
    from terminal.adjudication.tools.reach import Reach
    from terminal.adjudication.tools.worksheet import worksheet

    read = _pack(pack, home)
    found = propose(read)
    sheet = worksheet(Reach(compile_plan(read)), found.proposed)
    place = next((f for f in (Path(pack), policies_folder(home) / pack) if (f / "pack.toml").is_file()), None)
    if place is not None and sheet:
        _append(place / "cases.toml", sheet)
    file = str(place / "cases.toml") if place else ""
    tests = {each.case.id: [*dict.fromkeys(map(_at, each.tests))] for each in found.proposed}
    left = [_at(one) for one in found.left]

    def text() -> list[str]:
        lines = [f"{case}: {', '.join(each)}" for case, each in tests.items()] if file else [sheet] * bool(sheet)
        if tests and file:
            lines.append(
                f"{file}：{len(tests)} 笔账单待手工核算，填上金额和姓名（confirmed_by）。"
                f" {len(tests)} bills to work out by hand; fill in the amounts and your name."
            )
        lines += [f"没有账单能检验 no bill shows it: {one}" for one in left]
        return lines or ["每个数字都有算例。 Every number has a case."]

    _table({"file": file, "cases": tests, "left": left}, as_json, text)
    return Exit.NO if left else Exit.DONE


def _at(mistake: "Mistake") -> str:
    return f"{mistake.file}:{mistake.line} {mistake.key}"


def _append(file: Path, text: str) -> None:
    try:
        with file.open("a", encoding="utf-8") as cases:
            cases.write(text)
    except OSError as error:
        raise click.ClickException(
            f"无法写入 {file}：{error.strerror}。 Cannot write {file}: {error.strerror}."
        ) from error


@policy.command("show")
@click.argument("pack")
@_day
@at_home
@as_json
def show_figures(pack: str, day: date, home: Path, as_json: bool) -> int:
    """某日有效的数字（推导的已算出）和规则。 Figures in force on a day, and what is done with them."""
    from terminal.adjudication.tools.compare import rules, show_pack

    read = _pack(pack, home)
    figures = show_pack(read, day)
    document: dict[str, Any] = {
        "pack": read.id,
        "title": read.header.title_zh,
        "digest": read.digest,
        "notes": read.header.notes,
        "figures": msgspec.to_builtins(figures),
        "rules": rules(read),
    }

    def text() -> list[str]:
        lines = [f"{read.id} {read.header.title_zh} {read.header.title_en}"]
        for f in figures:
            why = f": {f.why}" if f.why else ""
            lines.append(f"  {f.key:28} {f.when:40} {f.text}{why}  [{f.begins}..{f.ends or ''} {f.ref}]")
        if not figures and read.rows:
            first = min(row.begins for row in read.rows)
            lines.append(f"  {day}：没有生效的数字，最早 {first}。 No figure is in force; the first is of {first}.")
        done = document["rules"].items()
        lines += [f"  {place}: {rule}" for place, rule in done if place.startswith(("line.", "benefit."))]
        return lines + [f"  * {note}" for note in read.header.notes]

    _table(document, as_json, text)
    return Exit.DONE


@policy.command()
@click.argument("old")
@click.argument("new")
@_day
@click.option("--old-day", type=_Day(), help="旧包的日期 the day for the first pack, if another")
@at_home
@as_json
def diff(old: str, new: str, day: date, old_day: date | None, home: Path, as_json: bool) -> int:
    """两个政策包（或同一包的两天）的不同。 What two packs, or two days, state differently."""
    from terminal.adjudication.tools.compare import diff_packs

    changed = diff_packs(_pack(old, home), _pack(new, home), old_day or day, day)
    _table([msgspec.to_builtins(one) for one in changed], as_json, lambda: [
        f"{one.key:28} {one.when:40} {one.before or '-'} -> {one.after or '-'}" for one in changed
    ] or ["没有不同。 No difference."])  # fmt: skip
    return Exit.NO if changed else Exit.DONE


@policy.command()
@click.argument("pack")
@click.argument("slips")
@click.option("--settled", help="中心的结果表，列名同 batch the centre's figures, in a table as `batch` writes")
@at_home
@as_json
def fit(pack: str, slips: str, settled: str | None, home: Path, as_json: bool) -> int:
    """由已结算的单据找出中心的舍入方式。 Finds the centre's rounding from settled slips."""
    from terminal.adjudication import compile_plan
    from terminal.adjudication.tools.batch import read_settled
    from terminal.adjudication.tools.fit import fit as fit_slips

    read = _pack(pack, home)
    given = None if settled is None else read_settled(compile_plan(read), _read(settled), file=settled)
    found = fit_slips(read, _slips(slips), given)

    def text() -> list[str]:
        if not found.slips:
            return ["没有可用的单据：要有中心的结果，且政策包能分割。 No slip has the centre's result and a split."]
        lines = [f"单据 slips {found.slips}  相符的舍入 conventions that fit {len(found.survivors)}/{found.candidates}"]
        lines += [f"  {one}" for one in found.survivors[:_SHOWN]] + ["  ..."] * (len(found.survivors) > _SHOWN)
        if found.nearest is not None:
            lines.append(f"最接近 nearest: {found.nearest}")
            lines += [f"  {bill}: {fen:+} 分 fen" for bill, fen in found.residuals.items()]
        elif len(found.survivors) > 1 and found.separating:
            lines.append(f"可用来区分 told apart by: {found.separating}")
        return lines

    _table(msgspec.to_builtins(found), as_json, text)
    return Exit.DONE if found.survivors else Exit.NO


@policy.command()
@click.argument("old")
@click.argument("new")
@click.argument("journal")
@at_home
@as_json
def simulate(old: str, new: str, journal: str, home: Path, as_json: bool) -> int:
    """同一批账单在另一政策下：谁多付、基金多支。 A journal under another pack: who pays more."""
    from terminal.adjudication import compile_plan
    from terminal.adjudication.tools.simulate import simulate as run
    from terminal.documents import encode

    plans = [compile_plan(_pack(name, home)) for name in (old, new)]
    found = run(plans[0], plans[1], _slips(journal))
    if as_json:
        click.echo(encode(found))
        return Exit.DONE
    for group in found.groups:
        click.echo(
            f"{group.name:20} 账单 bills {group.bills:6} 改变 changed {group.changed:6}"
            f"  基金 funds {group.funds_before} -> {group.funds_after}"
            f"  个人多付 more {group.patients_more}  少付 less {group.patients_less}"
        )
    for change in found.largest:
        click.echo(f"  {change.bill}: 个人 patient {change.before} -> {change.after} ({change.why})")
    if lost := found.unanswered:
        click.echo(f"没有结果 without an answer: {len(lost)}")
        for bill, why in list(lost.items())[:_SHOWN]:
            click.echo(f"  {bill}: {why}")
    return Exit.DONE


@policy.command()
@click.argument("pack")
@click.argument("journal")
@click.argument("results")
@at_home
@as_json
def batch(pack: str, journal: str, results: str, home: Path, as_json: bool) -> int:
    """整本账单逐一分割，结果写成 .csv 或 .parquet。 Splits a whole journal into a table of results."""
    from terminal.adjudication import compile_plan
    from terminal.adjudication.tools.batch import batch as run
    from terminal.adjudication.tools.tables import is_table, table_bytes

    if not is_table(results):
        raise click.BadParameter(f"{results}：应以 .csv 或 .parquet 结尾。 It should end in .csv or .parquet.")
    found, table = run(compile_plan(_pack(pack, home)), _slips(journal))
    data = table_bytes(table, file=results)
    try:
        Path(results).write_bytes(data)
    except OSError as error:
        raise click.ClickException(
            f"无法写入 {results}：{error.strerror}。 Cannot write {results}: {error.strerror}."
        ) from error
    show(found, as_json, lambda: "\n".join([
        f"{results}: 账单 bills {found.bills}  有结果 answered {found.answered}"
        f"  基金 funds {found.funds}  个人 patients {found.patients}",
        *(f"  逐笔 one at a time: {bills}  {why}" for why, bills in found.one_by_one.items()),
    ]))  # fmt: skip
    return Exit.DONE if found.answered == found.bills else Exit.NO


@policy.command()
@click.argument("pack")
@click.option("--area", required=True, help="参保地六位区划 insured area, six digits")
@click.option("--scheme", type=click.Choice([scheme.value for scheme in Scheme]), required=True)
@click.option("--title", required=True, help="名称 title")
@click.option("--from", "begins", type=_Day(), required=True, help="生效日 first day in force")
@click.option("--into", type=click.Path(path_type=Path), help="文件夹 folder for packs; the site's own unless given")
@at_home
@as_json
def new(
    pack: str, area: str, scheme: str, title: str, begins: date, into: Path | None, home: Path, as_json: bool
) -> int:
    """写一个可以通过检查的空白政策包。 Writes an empty pack to start from."""
    from terminal.adjudication.tools.new import new_pack

    files = new_pack(pack, area=area, scheme=Scheme(scheme), title=title, day=begins, today=now().date())
    folder = (into or policies_folder(home)) / pack
    if folder.exists():
        raise click.ClickException(f"{folder} 已存在，没有改动。 {folder} exists; nothing was changed.")
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    show({"folder": str(folder), "files": sorted(files)}, as_json, lambda: str(folder))
    return Exit.DONE


@policy.command()
@click.argument("file")
@as_json
def examples(file: str, as_json: bool) -> int:
    """运行 policy-examples/1 格式的算例文件。 Runs a file of worked examples."""
    from terminal.adjudication.tools.examples import run_examples

    outcomes = run_examples(_read(file), file=file)
    document = {
        "file": file,
        "examples": [
            {
                "id": one.id,
                "ok": one.ok,
                "computed": one.computed,
                "differences": {k: {"expected": e, "computed": c} for k, (e, c) in one.differences.items()},
            }
            for one in outcomes
        ],
        "differing": sum(not one.ok for one in outcomes),
    }

    def text() -> list[str]:
        lines = []
        for one in outcomes:
            lines.append(f"{'ok ' if one.ok else 'NO '} {one.id}")
            lines += [f"     {k}: 应为 expected {e}, 得到 computed {c}" for k, (e, c) in one.differences.items()]
        return lines

    _table(document, as_json, text)
    return Exit.NO if document["differing"] else Exit.DONE


def _table(document: object, as_json: bool, lines: Callable[[], list[str]]) -> None:
    show(document, as_json, lambda: "\n".join(lines()))
