"""Every transaction: its number, name, request and answer."""

from typing import Any, NamedTuple

from terminal.centre.messages import (
    catalogue,
    credential,
    facility,
    files,
    inpatient,
    outpatient,
    person,
    pharmacy,
    queries,
    reconciliation,
    reversal,
    session,
    settlement,
    stock,
)
from terminal.centre.wire import Finding, Node, Severity, fields


class Transaction(NamedTuple):
    """One transaction of the national text. ``answer`` is NoAnswer where the envelope's state says it all."""

    number: str
    name: str
    request: type[Node]
    answer: type[Node]


_SETTLED, _NOTHING, _FILE = settlement.SettlementAnswer, settlement.NoAnswer, files.StoredFile

_FILES = {
    "1301": "西药中成药目录下载",
    "1302": "中药饮片目录下载",
    "1303": "医疗机构制剂目录下载",
    "1305": "医疗服务项目目录下载",
    "1306": "医用耗材目录下载",
    "1307": "疾病与诊断目录下载",
    "1308": "手术操作目录下载",
    "1309": "门诊慢特病种目录下载",
    "1310": "按病种付费病种目录下载",
    "1311": "日间手术治疗病种目录下载",
    "1313": "肿瘤形态学目录下载",
    "1314": "中医疾病目录下载",
    "1315": "中医证候目录下载",
}

TRANSACTIONS = {
    row.number: row
    for row in (
        Transaction("9001", "签到", session.SignInRequest, session.SignInAnswer),
        Transaction("9002", "签退", session.SignOutRequest, session.SignOutAnswer),
        Transaction("1101", "人员信息获取", person.PersonRequest, person.PersonAnswer),
        Transaction("1161", "读卡获取人员信息", person.PersonRequest, person.PersonAnswer),
        Transaction("1162", "扫码获取人员信息", person.PersonRequest, person.PersonAnswer),
        Transaction("1201", "医药机构信息获取", facility.InstitutionRequest, facility.InstitutionAnswer),
        *(Transaction(number, name, files.CatalogueFileRequest, _FILE) for number, name in _FILES.items()),
        Transaction("1304", "民族药品目录查询", catalogue.PageRequest, catalogue.NationalDrugPage),
        Transaction("1312", "医保目录信息查询", catalogue.PageRequest, catalogue.ItemPage),
        Transaction("1316", "医疗目录与医保目录匹配信息查询", catalogue.PageRequest, catalogue.MappingPage),
        Transaction("1317", "医药机构目录匹配信息查询", catalogue.PageRequest, catalogue.MappingPage),
        Transaction("1318", "医保目录限价信息查询", catalogue.PageRequest, catalogue.PriceLimitPage),
        Transaction("1319", "医保目录先自付比例信息查询", catalogue.PageRequest, catalogue.OwnPayRatioPage),
        Transaction("1901", "字典表查询", catalogue.DictionaryRequest, catalogue.DictionaryAnswer),
        Transaction("2001", "人员待遇享受检查", person.EntitlementRequest, person.EntitlementAnswer),
        Transaction("2101", "药店预结算", pharmacy.PurchaseRequest, _SETTLED),
        Transaction("2102", "药店结算", pharmacy.PurchaseRequest, _SETTLED),
        Transaction("2103", "药店结算撤销", outpatient.SettlementCancelRequest, _SETTLED),
        Transaction("2201", "门诊挂号", outpatient.RegistrationRequest, outpatient.RegistrationAnswer),
        Transaction("2202", "门诊挂号撤销", outpatient.RegistrationCancelRequest, _NOTHING),
        Transaction("2203", "门诊就诊信息上传", outpatient.VisitRequest, _NOTHING),
        Transaction("2204", "门诊费用明细上传", outpatient.FeeRequest, settlement.ItemsAnswer),
        Transaction("2205", "门诊费用明细撤销", outpatient.FeeCancelRequest, _NOTHING),
        Transaction("2206", "门诊预结算", outpatient.PreSettlementRequest, _SETTLED),
        Transaction("2207", "门诊结算", outpatient.VisitSettlementRequest, _SETTLED),
        Transaction("2208", "门诊结算撤销", outpatient.SettlementCancelRequest, _SETTLED),
        Transaction("2301", "住院费用明细上传", inpatient.StayFeeRequest, settlement.ItemsAnswer),
        Transaction("2302", "住院费用明细撤销", inpatient.StayFeeCancelRequest, _NOTHING),
        Transaction("2303", "住院预结算", inpatient.StaySettlementRequest, _SETTLED),
        Transaction("2304", "住院结算", inpatient.StaySettlementRequest, _SETTLED),
        Transaction("2305", "住院结算撤销", outpatient.SettlementCancelRequest, _SETTLED),
        Transaction("2401", "入院办理", inpatient.AdmissionRequest, inpatient.AdmissionAnswer),
        Transaction("2402", "出院办理", inpatient.DischargeRequest, _NOTHING),
        Transaction("2403", "住院信息变更", inpatient.AdmissionChangeRequest, _NOTHING),
        Transaction("2404", "入院撤销", inpatient.StayCancelRequest, _NOTHING),
        Transaction("2405", "出院撤销", inpatient.StayCancelRequest, _NOTHING),
        Transaction("2601", "冲正", reversal.ReversalRequest, _NOTHING),
        Transaction("3201", "结算对总账", reconciliation.StatementTotalRequest, reconciliation.StatementTotalAnswer),
        Transaction("3202", "结算对明细账", reconciliation.StatementDetailRequest, reconciliation.FileAnswer),
        Transaction("3203", "清算申请", reconciliation.ClearingRequest, reconciliation.ClearingAnswer),
        Transaction("3204", "清算申请撤销", reconciliation.ClearingCancelRequest, _NOTHING),
        Transaction("3211", "日对账任务", reconciliation.DailyCheckRequest, reconciliation.DailyCheckAnswer),
        Transaction("3212", "日对账任务查询", reconciliation.TaskRequest, reconciliation.TaskAnswer),
        Transaction("3301", "目录对照上传", catalogue.HouseItemRequest, _NOTHING),
        Transaction("3302", "目录对照撤销", catalogue.HouseItemCancelRequest, _NOTHING),
        Transaction("3501", "商品盘存上传", stock.StocktakingRequest, _NOTHING),
        Transaction("3502", "商品库存变更", stock.StockChangeRequest, _NOTHING),
        Transaction("3503", "商品采购", stock.DeliveryRequest, _NOTHING),
        Transaction("3504", "商品采购退货", stock.DeliveryRequest, _NOTHING),
        Transaction("3505", "商品销售", stock.SaleRequest, _NOTHING),
        Transaction("3506", "商品销售退货", stock.SaleRequest, _NOTHING),
        Transaction("3507", "商品信息删除", stock.ArticleDeleteRequest, _NOTHING),
        Transaction("5201", "就诊信息查询", queries.VisitQueryRequest, queries.VisitQueryAnswer),
        Transaction("5202", "诊断信息查询", queries.DiagnosisQueryRequest, queries.DiagnosisQueryAnswer),
        Transaction("5203", "结算信息查询", queries.SettlementQueryRequest, queries.SettlementQueryAnswer),
        Transaction("5204", "费用明细查询", queries.SettlementQueryRequest, queries.ItemQueryAnswer),
        Transaction("5206", "人员累计信息查询", person.AccumulatorRequest, person.AccumulatorAnswer),
        Transaction("5261", "结算单查询", queries.SettlementQueryRequest, queries.SettlementQueryAnswer),
        Transaction("5262", "结算单及费用分类查询", queries.SettlementQueryRequest, queries.SettlementQueryAnswer),
        Transaction("5301", "人员慢特病备案查询", person.FilingRequest, person.FilingAnswer),
        Transaction("5302", "人员定点信息查询", person.DesignationRequest, person.DesignationAnswer),
        Transaction("5303", "在院信息查询", queries.StayQueryRequest, queries.StayQueryAnswer),
        Transaction("5368", "个人账户余额查询", queries.AccountRequest, queries.AccountAnswer),
        Transaction("5369", "结算后个人账户支付", queries.AccountRequest, queries.AccountAnswer),
        Transaction("9101", "文件上传", files.UploadRequest, _FILE),
        Transaction("9102", "文件下载", files.DownloadRequest, _NOTHING),
    )
}

SERVICES = {
    name: Transaction(name, title, credential.ServiceCall, credential.ServiceAnswer)
    for name, title in (
        ("ec.query", "解码医保电子凭证"),
        ("cn.nhsa.qrcode.get", "终端扫码"),
        ("cn.nhsa.ec.auth", "刷脸授权"),
        ("cn.nhsa.auth.check", "刷脸核验"),
        ("cn.nhsa.settle.notify", "结算结果通知"),
    )
}
"""The e-credential service beside the interface, by its transType."""


def transaction(number: str) -> Transaction | None:
    """A transaction by the number on the wire; the suffix of a newer twin (2207A) makes no difference here."""
    return TRANSACTIONS.get(number) or TRANSACTIONS.get(number[:4]) or SERVICES.get(number)


def read_output(kind: type[Node], output: Any, findings: list[Finding]) -> Node:
    """The content of an answer. Where ``output`` is the list itself (5204), it fills the answer's one list."""
    plan = fields(kind)
    if isinstance(output, list) and len(plan) == 1 and plan[0].many:
        findings.append(Finding(Severity.NOTE, "output", "list", "输出本身是列表", "the output is the list itself"))
        output = {plan[0].name: output}
    return kind.read(output or {}, "output", findings)
