"""What a refused document says, in Chinese: one row a phrase; a group of the pattern goes to its number.

What stands in the document, field names and words of its vocabulary stay as they are.
"""

import re

_ROWS: tuple[tuple[str, str], ...] = (
    # what was found
    (r"Object contains unknown field `(.+)`", r"没有 `\1` 这个字段"),
    (r"Object missing required field `(.+)`", r"缺少字段 `\1`"),
    (r"JSON is malformed: .+ \(byte (\d+)\)", r"不是合格的 JSON（第 \1 字节起）"),
    ("Input data was truncated", "JSON 不完整，后面缺了"),
    (r"(?:Invalid UTF-8 encoding|.*codec can't decode .*)", "不是 UTF-8 编码"),
    ("lists or objects nested too deep", "列表或对象套得太深"),
    (r"(?:is )?missing|nothing", "缺少"),
    ("no value", "没有写值"),
    ("no such place", "没有这个位置"),
    ("no columns", "没有列"),
    (r'column "(.+)" twice', r"“\1”列出现两次"),
    (r'column "(.+)"', r"“\1”列"),
    ("more cells", "格数过多"),
    ("no bill number", "没有单号"),
    (r"bill (.+) again", r"单号 \1 再次出现"),
    (r"byte (\d+) is neither UTF-8 nor GB18030", r"第 \1 字节既不是 UTF-8 也不是 GB18030"),
    ("no Parquet file", "不是 Parquet 文件"),
    (r"(.+?): expected (.+)", r"\1，应为 \2"),
    (r"Expected `(.+)`, got `(.+)`", r"得到 `\2` 而不是 `\1`"),
    # what was expected
    (r"one of (.+)", r"\1 之一"),
    (r"only (.+)", r"只有 \1"),
    (r"(`.+`) as well", r"还要有 \1"),
    (r"an instant with its offset, such as (.+)", r"带时区的时刻，如 \1"),
    ("an instant not before begin", "不早于 begin 的时刻"),
    ("text without control characters", "不含控制字符的文字"),
    (r'text such as (".+"), never a JSON number', r"文字，如 \1，不能是 JSON 数字"),
    (r"(.+) as text with at most (\d+) decimals, such as (.+)", r"\1，写成文字，最多 \2 位小数，如 \3"),
    ("a unit price in yuan", "单价（元）"),
    ("a quantity", "数量"),
    (r"an exact rate such as (.+) or (.+)", r"精确的比例，如 \1 或 \2"),
    (r"a year from (\d+) to (\d+)", r"\1 到 \2 之间的年份"),
    ("a rate between 0% and 100%", "0% 到 100% 的比例"),
    (r"(?:a|an) (\w+) as `yibao schema` prints it", r"`yibao schema` 所写的 \1"),
    (r"a (Claim|Slip|[A-Z]\w+)", r"一份 \1"),
    (r"nothing \(null\)", "空（null）"),
    ("text", "文字"),
    ("a whole number", "整数"),
    ("a list", "列表"),
    ("an object", "对象"),
    (r"(text|a whole number|a list|an object) (.+)", r"\1（\2）"),
    (r"true or false", "true 或 false"),
    (r"of length (.+)", r"长度 \1"),
    ("a value", "一个值"),
    ("whom it is for", "写明参保人"),
    ("the person's insurance", "参保人的参保信息"),
    ("all rows of a bill together", "同一张账单的行放在一起"),
    ("each column once", "每列只出现一次"),
    ("as many cells as the first row has", "与首行相同的格数"),
    ("text or a decimal; a binary float loses fen", "文字或十进制数；二进制小数会丢分"),
    ("a CSV table in UTF-8", "UTF-8 编码的 CSV 表"),
    ("a Parquet table", "Parquet 表"),
    ("an amount in yuan", "金额（元）"),
    ("a bill with a split", "可以分割的账单"),
    ("small letters, digits and hyphens, such as (.+)", r"小写字母、数字和连字符，如 \1"),
    ("six digits, such as (.+)", r"六位数字，如 \1"),
    (r'("[^"]*") or ("[^"]*")', r"\1 或 \2"),
    # where
    (r"row (\d+)", r"第 \1 行"),
    (r"row (\d+), (.+)", r"第 \1 行 \2"),
    (r"column (.+)", r"\1 列"),
)


def in_chinese(words: str) -> str:
    """The words of a refusal in Chinese, part by part where they give a choice."""
    for pattern, chinese in _ROWS:
        if found := re.fullmatch(pattern, words, re.S):
            parts = (in_chinese(part) if part and part != words else part or "" for part in found.groups())
            for number, part in enumerate(parts, 1):
                chinese = chinese.replace(f"\\{number}", part)
            return chinese
    first, choice, second = words.partition(" or ") if words[:1] not in ('"', "{", "[") else (words, "", "")
    return f"{in_chinese(first)} 或 {in_chinese(second)}" if choice else words
