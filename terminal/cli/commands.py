"""The table of commands; a command's module is imported only when it is called or asked for help."""

import importlib

import click

from terminal import VERSION

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("terminal.cli.demo:demo", "主流程演示 the main job without hardware or network"),
    "readers": ("terminal.cli.card:readers", "读卡器 what is attached"),
    "doctor": ("terminal.cli.doctor:doctor", "体检 what is broken and how to mend it"),
    "card": ("terminal.cli.card:card", "读卡 read and watch cards"),
    "adjudicate": ("terminal.cli.adjudicate:adjudicate", "分割 the split of a bill, and why"),
    "policy": ("terminal.cli.policy:policy", "政策包 work on policy packs"),
    "settle": ("terminal.cli.settle:settle", "结算 settle one bill, or a stream"),
    "bill": ("terminal.cli.bill:bill", "账单 what became of a bill"),
    "devices": ("terminal.cli.devices:devices", "设备 printer, display, announcer, bank POS: how they are, and a test"),
    "desk": ("terminal.cli.desk:desk", "收费窗口 the screens"),
    "events": ("terminal.cli.events:events", "事件 what happened since a sequence number"),
    "catalogue": ("terminal.cli.catalogue:catalogue", "目录 items, prices, classes"),
    "queue": ("terminal.cli.queue:queue", "待传队列 the offline queue"),
    "hub": ("terminal.cli.hub:hub", "中心机 the site's one sender for many terminals"),
    "refund": ("terminal.cli.refund:refund", "退费 giving money back, by three persons"),
    "shift": ("terminal.cli.shift:shift", "班次 a cashier's drawer, from the float to the count"),
    "pos": ("terminal.cli.pos:pos", "银行卡 card payments through the bank POS"),
    "park": ("terminal.cli.park:park", "挂单 bills put aside"),
    "unfinished": ("terminal.cli.unfinished:unfinished", "未了事项 what a break left open, and what to do"),
    "receipt": ("terminal.cli.receipt:receipt", "票据 the stock of receipts"),
    "owed": ("terminal.cli.owed:owed", "差额 money owed after differences"),
    "advice": ("terminal.cli.advice:advice", "提示 checks that advise about a bill"),
    "filing": ("terminal.cli.filing:filing", "备案 filings: chronic diseases, referral, care elsewhere"),
    "dispense": ("terminal.cli.dispense:dispense", "发药登记 lot, expiry and prescription of what is handed out"),
    "prepay": ("terminal.cli.prepay:prepay", "预交金 money paid ahead for a stay"),
    "reason": ("terminal.cli.reason:reason", "原因卡 why a card did not settle, and how often it did"),
    "reconcile": ("terminal.cli.reconcile:reconcile", "对账 a day against the centre's books"),
    "operator": ("terminal.cli.operator:operator", "人员 the people who work here"),
    "backup": ("terminal.cli.copies:backup", "备份 a checked copy of the store"),
    "restore": ("terminal.cli.copies:restore", "恢复 puts a copy in place of the store"),
    "centre": ("terminal.cli.centre:centre", "医保中心 the centre's messages and its simulator"),
    "config": ("terminal.cli.config:config", "设置 settings of this terminal"),
    "export": ("terminal.cli.export:export", "导出 a settled bill as FHIR"),
    "serve": ("terminal.cli.serve:serve", "本机接口服务 the loopback API for other programs"),
    "client": ("terminal.cli.serve:client", "接口程序 programs that may call the service"),
    "schema": ("terminal.cli.schema:schema", "文档格式 the JSON schema of a document"),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="data folder (default: YIBAO_HOME, else the system's place)")
@click.version_option(VERSION, prog_name="yibao", message="%(prog)s %(version)s")
@click.pass_context
def yibao(context: click.Context, home: str | None) -> None:
    """医保终端：读卡、分割、结算、脱机补传。 Reads the card, splits the bill, settles now or later."""
    context.obj = home
