"""Every transaction: its number, name, request and answer."""

from typing import NamedTuple

from terminal.centre.messages import facility, outpatient, person, pharmacy, reversal, session, settlement
from terminal.centre.wire import Node


class Transaction(NamedTuple):
    """One transaction of the national text. ``answer`` is NoAnswer where the envelope's state says it all."""

    number: str
    name: str
    request: type[Node]
    answer: type[Node]


TRANSACTIONS = {
    row.number: row
    for row in (
        Transaction("9001", "签到", session.SignInRequest, session.SignInAnswer),
        Transaction("9002", "签退", session.SignOutRequest, session.SignOutAnswer),
        Transaction("1101", "人员信息获取", person.PersonRequest, person.PersonAnswer),
        Transaction("1201", "医药机构信息获取", facility.InstitutionRequest, facility.InstitutionAnswer),
        Transaction("2001", "人员待遇享受检查", person.EntitlementRequest, person.EntitlementAnswer),
        Transaction("5206", "人员累计信息查询", person.AccumulatorRequest, person.AccumulatorAnswer),
        Transaction("5301", "人员慢特病备案查询", person.FilingRequest, person.FilingAnswer),
        Transaction("5302", "人员定点信息查询", person.DesignationRequest, person.DesignationAnswer),
        Transaction("2101", "药店预结算", pharmacy.PurchaseRequest, settlement.SettlementAnswer),
        Transaction("2102", "药店结算", pharmacy.PurchaseRequest, settlement.SettlementAnswer),
        Transaction("2103", "药店结算撤销", outpatient.SettlementCancelRequest, settlement.SettlementAnswer),
        Transaction("2201", "门诊挂号", outpatient.RegistrationRequest, outpatient.RegistrationAnswer),
        Transaction("2202", "门诊挂号撤销", outpatient.RegistrationCancelRequest, settlement.NoAnswer),
        Transaction("2203", "门诊就诊信息上传", outpatient.VisitRequest, settlement.NoAnswer),
        Transaction("2204", "门诊费用明细上传", outpatient.FeeRequest, settlement.ItemsAnswer),
        Transaction("2205", "门诊费用明细撤销", outpatient.FeeCancelRequest, settlement.NoAnswer),
        Transaction("2206", "门诊预结算", outpatient.PreSettlementRequest, settlement.SettlementAnswer),
        Transaction("2207", "门诊结算", outpatient.VisitSettlementRequest, settlement.SettlementAnswer),
        Transaction("2208", "门诊结算撤销", outpatient.SettlementCancelRequest, settlement.SettlementAnswer),
        Transaction("2601", "冲正", reversal.ReversalRequest, settlement.NoAnswer),
    )
}


def transaction(number: str) -> Transaction | None:
    """A transaction by the number on the wire; the suffix of a newer twin (2207A) makes no difference here."""
    return TRANSACTIONS.get(number) or TRANSACTIONS.get(number[:4])
