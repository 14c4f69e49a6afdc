"""What can go wrong with a device: one class per thing a cashier can do something about."""

from typing import ClassVar

from terminal.faults import Exit, Fault
from terminal.peripherals.lamp import Device, Health, Lamp


class DeviceFault(Fault):
    """Base of the room's faults; ``device`` says which one, ``lamp`` which light it turns on."""

    code = "device_fault"
    exit = Exit.DEVICE
    lamp: ClassVar[Lamp] = Lamp.FAULT

    def __init__(self, device: Device, **data: object) -> None:
        super().__init__(device=device, **data)
        self.device = device

    @property
    def health(self) -> Health:
        """The same fault as a light and its sentence."""
        zh, en, next_zh, next_en = (text.format(**self.data) for text in (self.zh, self.en, self.next_zh, self.next_en))
        return Health(self.device, self.lamp, self.code, zh, en, next_zh, next_en)


class DeviceAbsent(DeviceFault):
    """Not plugged in, switched off, or unplugged in the middle."""

    code = "device_absent"
    lamp = Lamp.ABSENT
    zh = "{device.zh}未连接（{address}）。"
    en = "The {device.en} is not connected ({address})."
    next_zh = "请检查电源和连线；插好后自动恢复，无需重启。"
    next_en = "Check power and cable; it works again by itself once plugged in."


class DeviceBusy(DeviceFault):
    """Another program keeps the line."""

    code = "device_busy"
    zh = "{device.zh}正被其他程序占用（{address}）。"
    en = "Another program is using the {device.en} ({address})."
    next_zh = "请关闭占用它的程序后重试。"
    next_en = "Close the program that uses it and try again."


class DeviceForbidden(DeviceFault):
    """The port is there, but this user may not open it."""

    code = "device_forbidden"
    zh = "没有权限打开{device.zh}（{address}）。"
    en = "This user may not open the {device.en} ({address})."
    next_zh = "请管理员将当前用户加入 dialout 或 lp 组，重新登录后再试。"
    next_en = "Have an administrator add this user to the group dialout or lp, then log in again."


class DeviceSilent(DeviceFault):
    """The line is open but nothing answers."""

    code = "device_silent"
    zh = "{device.zh}在{seconds}秒内没有应答（{address}）。"
    en = "The {device.en} did not answer within {seconds} s ({address})."
    next_zh = "请检查设备是否开机、波特率是否正确，再按测试。"
    next_en = "Check that it is switched on and the baud rate is right, then press test."


class DeviceGarbled(DeviceFault):
    """It answered something that its protocol does not know; ``found`` names the field, never its content."""

    code = "device_garbled"
    zh = "{device.zh}的应答无法识别：{found}。"
    en = "The {device.en} sent an answer that cannot be read: {found}."
    next_zh = "请核对型号和波特率设置。"
    next_en = "Check the model and baud rate in the settings."


class PaperLow(DeviceFault):
    """Near the end of the roll; printing goes on."""

    code = "paper_low"
    lamp = Lamp.WARNING
    zh = "{device.zh}纸将用尽。"
    en = "The {device.en} is nearly out of paper."
    next_zh = "请准备新纸卷。"
    next_en = "Have a new roll at hand."


class PaperOut(DeviceFault):
    """No paper. What was being printed may be cut short; it is stored and can be printed again."""

    code = "paper_out"
    zh = "{device.zh}缺纸。"
    en = "The {device.en} is out of paper."
    next_zh = "请装纸后重打；账务不受影响。"
    next_en = "Load paper and print again; no money is affected."


class CoverOpen(DeviceFault):
    """The lid is up."""

    code = "cover_open"
    zh = "{device.zh}盖未合上。"
    en = "The cover of the {device.en} is open."
    next_zh = "请合上盖后重打；账务不受影响。"
    next_en = "Close it and print again; no money is affected."


class PrinterStopped(DeviceFault):
    """The printer reports an error of its own: cutter, temperature, voltage."""

    code = "printer_stopped"
    zh = "{device.zh}报告故障（切刀、过热或电压）。"
    en = "The {device.en} reports an error (cutter, heat or voltage)."
    next_zh = "请清除卡纸，关机再开后重打。"
    next_en = "Clear the paper path, switch it off and on, print again."


class DeviceSettings(DeviceFault):
    """An address, model or encoding in the settings that does not exist."""

    code = "device_settings"
    exit = Exit.INPUT
    zh = "{device.zh}的设置 {found!r} 无效；应为 {expected}。"
    en = "The setting {found!r} of the {device.en} is not valid; expected {expected}."
    next_zh = "请在设置中更正。"
    next_en = "Correct it in the settings."


class TypedAmountDiffers(DeviceFault):
    """A stand-alone POS: the amount read from its slip is not the amount of the bill."""

    code = "typed_amount_differs"
    exit = Exit.INPUT
    zh = "POS 签购单金额 {typed} 元与应收 {due} 元不符。"
    en = "The POS slip says {typed} yuan, but {due} yuan is due."
    next_zh = "请核对签购单；如金额刷错，请先在 POS 上撤销。"
    next_en = "Check the slip; if the wrong amount was charged, void it on the POS first."
