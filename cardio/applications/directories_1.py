"""Files of the application directories as 1.0 and 1.x cards have them, where they differ from 2.0.

«社会保障（个人）卡规范» part 6; which tags 2.0 gave another meaning: 人社信息函〔2012〕37号 appendix C.
"""

from cardio.applications.notation import parse

REUSED = frozenset({0x32, 0x37, 0x38, 0x4B, 0x4D, 0x4F, 0x50, 0x55, 0x61, 0x71, 0x81, 0x84, 0x87, 0x90, 0x93, 0x97})
"""Tags that mean one thing on a 1.x card and another on a 2.0 card."""
FOLLOWS = {0x39: 0x38, 0x56: 0x55, 0x96: 0x55, 0x6F: 0x71, 0x70: 0x71, 0x92: 0x90}
"""Tags that carry no mark of their own: they mean what the tag beside them means."""

DIRECTORIES = parse("""
DF01 public
  EF05 household pin
    20 household_type text 01
    21 household_address text 3E
    22 item_22 text 12
  EF06 residence pin
    25 item_25 text 3E
    26 item_26 text 12
    27 item_27 digits 03
    28 telephone text 0F
  EF09 employer pin
    2E employer text 3E
    2F item_2F text 08
    30 employer_code text 09
    31 item_31 text 01
    32 item_32 text 03
  EF0A wages pin
    37 item_37 fen_decimal 04
    38 item_38 fen_decimal 04
    39 item_39 fen_decimal 04
DF04 medical
  EF05 basics pin
    80 account_opened date 04
    81 designated_name_1 text 46
    82 item_82 text 08
    83 designated_1 text 09
    84 designated_name_2 text 46
    85 item_85 text 08
    86 designated_2 text 09
    87 designated_name_3 text 46
    88 item_88 text 08
    89 designated_3 text 09
    8A certificate text 0F
    8B account_number text 0A
    8C person_class text 01
    8F mode text 01
  EF06 account pin_and_key 84
    90 balance_fen fen_decimal 04
    92 year_self_fen fen_decimal 04
    93 year_pooled_fen fen_decimal 04
""")
PUBLIC, MEDICAL = DIRECTORIES
