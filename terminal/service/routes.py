"""The routes as one table; the HTTP door, the framed door and the OpenAPI document are made from it."""

import msgspec

from cardio import CardReading
from terminal.counter.office.owed import Owed
from terminal.counter.office.receipts import Stock
from terminal.counter.office.refunds import Refund
from terminal.counter.office.takings import Report
from terminal.documents import Claim, Credential, Settlement
from terminal.service.api import Api, Route
from terminal.service.clients import Right
from terminal.service.documents import (
    Eligibility,
    Forwarded,
    Health,
    Line38,
    Nothing,
    QueueStatus,
    ReadCard,
    Readers,
    RefundRequest,
    Row,
    Standing,
)

_WITH_CENTRE = (400, 409, 424)

ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", Right.READ, Nothing, {200: Health}, "状态", "Whether it works", Api.health),
    Route("GET", "/devices", Right.READ, Nothing, {200: Readers}, "读卡器", "Attached readers", Api.devices, (424,)),
    Route("POST", "/card", Right.CARD, ReadCard, {200: CardReading}, "读卡", "Read the card", Api.card, _WITH_CENTRE),
    Route(
        "POST",
        "/card/line38",
        Right.CARD,
        ReadCard,
        {200: Line38},
        "读卡，标准竖线行",
        "Read the card as the standard's line",
        Api.line38,
        _WITH_CENTRE,
    ),
    Route(
        "POST",
        "/eligibility",
        Right.CARD,
        Credential,
        {200: Eligibility},
        "待遇",
        "Who pays",
        Api.eligibility,
        _WITH_CENTRE,
    ),
    Route("POST", "/trial", Right.MONEY, Claim, {200: Settlement}, "预结算", "The split", Api.trial, _WITH_CENTRE),
    Route(
        "POST",
        "/settle",
        Right.MONEY,
        Claim,
        {200: Standing, 202: Standing},
        "结算",
        "Settle",
        Api.settle,
        _WITH_CENTRE,
        needs_key=True,
    ),
    Route("GET", "/bills/{bill}", Right.READ, Nothing, {200: Standing}, "账单", "A bill", Api.bill, (400,)),
    Route("GET", "/bills/{bill}/why", Right.READ, Nothing, {200: Settlement}, "说明", "Why", Api.why),
    Route("GET", "/refunds", Right.READ, Nothing, {200: list[Refund]}, "退费", "Refunds", Api.refunds),
    Route(
        "POST",
        "/refunds",
        Right.REFUND,
        RefundRequest,
        {200: Refund},
        "申请退费",
        "Ask for a refund",
        Api.refund,
        needs_key=True,
    ),
    Route("GET", "/owed", Right.READ, Nothing, {200: list[Owed]}, "差额", "Who owes whom", Api.owed),
    Route("GET", "/shift", Right.READ, Nothing, {200: Report}, "班次", "The shift", Api.shift),
    Route("GET", "/receipts", Right.READ, Nothing, {200: list[Stock]}, "票据", "Receipts in stock", Api.receipts),
    Route("GET", "/bills", Right.READ, Nothing, {200: list[Row]}, "全部账单", "All bills", Api.bills),
    Route("GET", "/queue", Right.READ, Nothing, {200: QueueStatus}, "待传", "The queue", Api.queue),
    Route(
        "POST",
        "/queue/forward",
        Right.MONEY,
        Nothing,
        {200: Forwarded},
        "补传",
        "Forward now",
        Api.forward,
        _WITH_CENTRE,
    ),
    Route(
        "POST",
        "/api/{infno}",
        Right.MONEY,
        msgspec.Raw,
        {200: msgspec.Raw},
        "国家接口报文",
        "A message of the national interface",
        Api.national,
        (400, 504),
    ),
)
