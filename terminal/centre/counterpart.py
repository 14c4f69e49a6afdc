"""The national interface from the other side: a hospital's program that speaks it calls the terminal instead.

9001 to 2206 only collect a draft; 2206 and 2101 answer with the trial, 2207 and 2102 settle under the program's own
(fixmedins_code, msgid). The chain towards the centre is the terminal's, with numbers of its own. Nothing is provisional
here: these programs know no other end than settled, refused, or no answer.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from config.profiles import Profile
from terminal.centre.faults import BadMessage
from terminal.centre.identities import FUND_FIELDS
from terminal.centre.messages.outpatient import FeeItem
from terminal.centre.messages.person import InsuredInfo
from terminal.centre.messages.settlement import SettlementInfo
from terminal.centre.wire import compose, parse
from terminal.clock import BEIJING
from terminal.documents import (
    Claim,
    Credential,
    CredentialKind,
    Institution,
    Insurance,
    Line,
    Person,
    Settlement,
    Visit,
    VisitType,
)
from terminal.money import Fen, Price, Quantity

_KINDS = {"01": CredentialKind.E_CREDENTIAL, "02": CredentialKind.ID_NUMBER, "03": CredentialKind.CARD}
_ALL = "0000"


@dataclass(frozen=True)
class Site:
    """Where the drafts belong."""

    institution: Institution
    terminal: str
    operator: str


@dataclass(frozen=True)
class Doors:
    """What the terminal does for a national message; each may raise the terminal's own faults."""

    identify: Callable[[Credential], Person]
    trial: Callable[[Claim], Settlement]
    settle: Callable[[Claim], Settlement]


@dataclass
class Draft:
    """A visit as far as 2201 to 2205 have told it."""

    person: str
    credential: Credential
    visit: VisitType
    begin: str
    rows: list[FeeItem] = field(default_factory=list)


class Counterpart:
    """Collects drafts and answers national messages. Drafts live in memory: a program repeats what only collects."""

    def __init__(self, profile: Profile, doors: Doors) -> None:
        self._profile = profile
        self._doors = doors
        self._drafts: dict[str, Draft] = {}
        self._shown: dict[str, Credential] = {}
        self._lock = threading.Lock()
        self._count = 0

    def answer(self, transaction: str, body: bytes, site: Site) -> bytes:
        """The answering envelope of one message. Raises BadMessage, and what the doors raise."""
        try:
            request = parse(body)
        except ValueError as error:
            raise BadMessage(file=transaction, found=str(error)) from error
        number = transaction.rstrip("A")
        handle = _HANDLERS.get(number)
        content = request.get("input")
        if handle is None or not isinstance(content, dict):
            raise BadMessage(
                file=transaction, found="not a transaction the terminal takes over" if not handle else "no input"
            )
        if request.get("fixmedins_code") != site.institution.code:
            raise BadMessage(
                file="fixmedins_code", found=f"{request.get('fixmedins_code')} is not {site.institution.code}"
            )
        return envelope(0, "", handle(self, content, str(request.get("msgid", "")), site))

    def _sign_in(self, content: dict[str, Any], number: str, site: Site) -> dict[str, Any]:
        return {"signinoutb": {"sign_time": _now(), "sign_no": f"LOCAL{site.terminal}"}}

    def _person(self, content: dict[str, Any], number: str, site: Site) -> dict[str, Any]:
        credential = _credential(_data(content, "data"))
        person = self._doors.identify(credential)
        self._shown[person.number] = credential
        rows = [_insurance(each) for each in person.insurances]
        base = {
            "psn_no": person.number,
            "psn_cert_type": "01",
            "certno": person.id_number,
            "psn_name": person.name,
            "brdy": person.born.isoformat() if person.born else "",
        }
        return {"baseinfo": base, "insuinfo": rows, "idetinfo": []}

    def _register(self, content: dict[str, Any], number: str, site: Site) -> dict[str, Any]:
        data = _data(content, "data")
        person = _text(data, "psn_no")
        draft = Draft(person, self._credential(data, person), VisitType.OUTPATIENT, _text(data, "begntime"))
        with self._lock:
            self._count += 1
            visit = f"L{site.terminal}{_now():.10}".replace("-", "") + f"{self._count:06d}"
            self._drafts[visit] = draft
        return {"data": {"mdtrt_id": visit, "psn_no": person, "ipt_otp_no": _text(data, "ipt_otp_no")}}

    def _forget(self, content: dict[str, Any], number: str, site: Site) -> None:
        self._drafts.pop(_text(_data(content, "data"), "mdtrt_id"), None)

    def _describe(self, content: dict[str, Any], number: str, site: Site) -> None:
        data = _data(content, "mdtrtinfo")
        self._draft(data).visit = self._visit(_text(data, "med_type"))

    def _upload(self, content: dict[str, Any], number: str, site: Site) -> dict[str, Any]:
        rows = [FeeItem.read(row) for row in _rows(content, "feedetail")]
        for row in rows:
            draft = self._draft({"mdtrt_id": row.mdtrt_id})
            draft.rows = [each for each in draft.rows if each.feedetl_sn != row.feedetl_sn] + [row]
        echoed = ("feedetl_sn", "det_item_fee_sumamt", "cnt", "pric")
        written = [row.write(strict=False) for row in rows]
        return {"result": [{name: row.get(name) for name in echoed} for row in written]}

    def _withdraw(self, content: dict[str, Any], number: str, site: Site) -> None:
        data = _data(content, "data")
        draft, batch = self._draft(data), _text(data, "chrg_bchno")
        draft.rows = [] if batch == _ALL else [row for row in draft.rows if row.chrg_bchno != batch]

    def _try(self, content: dict[str, Any], number: str, site: Site) -> dict[str, Any]:
        return self._told(self._doors.trial(self._claim(content, number, site)), number)

    def _settle(self, content: dict[str, Any], number: str, site: Site) -> dict[str, Any]:
        if not number:
            raise BadMessage(file="msgid", found="is missing, and the settlement is known by it")
        return self._told(self._doors.settle(self._claim(content, number, site)), number)

    def _claim(self, content: dict[str, Any], number: str, site: Site) -> Claim:
        if "druginfo" in content:
            data = _data(content, "druginfo")
            person = _text(data, "psn_no")
            rows = [FeeItem.read(row) for row in _rows(content, "drugdetail")]
            draft = Draft(person, self._credential(data, person), VisitType.PHARMACY, _text(data, "begntime"), rows)
        else:
            data = _data(content, "data")
            draft = self._draft(data)
        claim = Claim(
            bill=number or "-",
            institution=site.institution,
            terminal=site.terminal,
            operator=site.operator,
            visit=Visit(draft.visit, _instant(draft.begin)),
            lines=tuple(_line(place, row) for place, row in enumerate(draft.rows, 1)),
            credential=draft.credential,
            account_use=data.get("acct_used_flag") != "0",
        )
        total = sum(line.amount for line in claim.lines)
        if not claim.lines or str(Fen(total)) != f"{data.get('medfee_sumamt', 0):.2f}":
            raise BadMessage(file="medfee_sumamt", found=f"{data.get('medfee_sumamt')} is not the rows' {Fen(total)}")
        return claim

    def _told(self, settlement: Settlement, number: str) -> dict[str, Any]:
        """A settlement in national fields: the first field of the profile's table that carries a fund takes it."""
        funds = dict.fromkeys(FUND_FIELDS, Fen(0))
        for layer in settlement.layers:
            name = next(name for name, kinds in self._profile.funds.items() if layer.fund in kinds)
            funds[name] = Fen(funds[name] + layer.paid)
        info = SettlementInfo(
            mdtrt_id=settlement.visit_number,
            setl_id=settlement.settlement_number,
            setl_time=f"{settlement.settled_at:%Y-%m-%d %H:%M:%S}" if settlement.settled_at else "",
            medfee_sumamt=settlement.total,
            fulamt_ownpay_amt=settlement.own_pay,
            overlmt_selfpay=settlement.over_limit,
            preselfpay_amt=settlement.first_self_pay,
            inscp_scp_amt=settlement.in_scope,
            act_pay_dedc=settlement.deductible,
            fund_pay_sumamt=settlement.funds,
            psn_part_amt=Fen(settlement.total - settlement.funds - settlement.hospital),
            acct_pay=settlement.account,
            psn_cash_pay=settlement.cash,
            hosp_part_amt=settlement.hospital,
            acct_mulaid_pay=settlement.family_account,
            balc=settlement.account_balance,
            medins_setl_id=number,
        )
        return {"setlinfo": msgspec.structs.replace(info, **funds).write(strict=False), "setldetail": []}

    def _credential(self, data: Mapping[str, Any], person: str) -> Credential:
        """What was shown with 1101, or what this message itself carries."""
        return self._shown.get(person) or _credential(data)

    def _draft(self, data: Mapping[str, Any]) -> Draft:
        visit = str(data.get("mdtrt_id", ""))
        if visit not in self._drafts:
            raise BadMessage(file="mdtrt_id", found=f"{visit} is not open here; send 2201 and what follows again")
        return self._drafts[visit]

    def _visit(self, code: str) -> VisitType:
        found = [kind for kind, mine in self._profile.visits.items() if mine == code]
        if not found:
            raise BadMessage(file="med_type", found=f"{code} is not known")
        return VisitType(found[0])


_Handler = Callable[[Counterpart, dict[str, Any], str, Site], dict[str, Any] | None]
_HANDLERS: Mapping[str, _Handler] = {
    "9001": Counterpart._sign_in,
    "1101": Counterpart._person,
    "2201": Counterpart._register,
    "2202": Counterpart._forget,
    "2203": Counterpart._describe,
    "2204": Counterpart._upload,
    "2205": Counterpart._withdraw,
    "2206": Counterpart._try,
    "2207": Counterpart._settle,
    "2101": Counterpart._try,
    "2102": Counterpart._settle,
}


def envelope(code: int, text: str, output: dict[str, Any] | None = None) -> bytes:
    """An answering envelope; ``code`` 0 is success, -1 a refusal with its words."""
    at = f"{datetime.now(BEIJING):%Y%m%d%H%M%S}000"
    return compose(
        {
            "infcode": code,
            "inf_refmsgid": None,
            "refmsg_time": at,
            "respond_time": at,
            "err_msg": text or None,
            "output": output,
        }
    )


def _data(content: Mapping[str, Any], node: str) -> dict[str, Any]:
    found = content.get(node)
    if not isinstance(found, dict):
        raise BadMessage(file=f"input.{node}", found="is missing")
    return found


def _rows(content: Mapping[str, Any], node: str) -> list[Any]:
    found = content.get(node)
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    if found is None or found == "":
        raise BadMessage(file=f"input.{name}", found="is missing")
    return str(found)


def _credential(data: Mapping[str, Any]) -> Credential:
    kind = _text(data, "mdtrt_cert_type")
    if kind not in _KINDS:
        raise BadMessage(file="input.mdtrt_cert_type", found=f"{kind} is not 01, 02 or 03")
    return Credential(_KINDS[kind], _text(data, "mdtrt_cert_no"), identification_code=str(data.get("card_sn") or ""))


def _insurance(insurance: Insurance) -> dict[str, Any]:
    info = InsuredInfo.read({**insurance.codes, "emp_name": insurance.employer})
    return msgspec.structs.replace(info, balc=insurance.insured.account_balance).write(strict=False)


def _line(place: int, row: FeeItem) -> Line:
    return Line(
        sn=place,
        name=row.medins_list_codg or row.med_list_codg,
        price=row.pric or Price(0),
        quantity=row.cnt or Quantity(0),
        amount=row.det_item_fee_sumamt or Fen(0),
        code=row.med_list_codg,
        house_code=row.medins_list_codg,
        prescription=row.rxno,
    )


def _instant(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError as error:
        raise BadMessage(file="begntime", found=f"{text} is not yyyy-MM-dd HH:mm:ss") from error


def _now() -> str:
    return f"{datetime.now(BEIJING):%Y-%m-%d %H:%M:%S}"
