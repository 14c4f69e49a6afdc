"""Files of the application directories, version 2.0: 人社信息函〔2012〕37号 §8.2-§8.8, access §9, appendix B.

3.0 publishes no tables of its own and is read by these. Items whose meaning no public text gives are called by their
tag. DF05 is optional, free to read and written by the health authority. How to read the table: ``notation``.
"""

from cardio.applications.notation import parse

DIRECTORIES = parse("""
DF01 public
  EF05 household pin_or_key 88
    20 household_type text 02
    21 household_address text 50
    0E household_region digits 03
  EF06 residence pin_or_key 88
    23 address text 50
    24 address_region digits 03
    28 telephone text 0F
    2C contact text 32
    2D contact_telephone text 0F
  EF07 work pin_or_key 88
    29 employment_status text 01
  EF08 family pin_or_key 88
    2B marital_status text 01
  EF09 employer pin_or_key 88
    2E employer text 46
    30 employer_code text 09
    32 person_identity text 02
  EF0A nationality pin_or_key 88
    37 nationality text 03
    38 political_status text 02
    39 party_joined date 04
  EF15 education pin_or_key 88
    2A education digits 01
    40 degrees x3 34
      57 degree text 03
      58 subject digits 03
      59 school text 28
  EF16 reserve_16 128h
  EF17 reserve_17 128h
  EF18 reserve_18 128h
  EF19 reserve_19 128h
  EF1A reserve_1A 128h
DF02 employment
  EF05 qualification pin_or_key 88
    42 item_42 text 03
    41 item_41 text 03
    43 item_43 x2 6C
      5A item_5A text 07
      5B item_5B text 01
      5C item_5C text 46
      5D item_5D date 04
      5E item_5E text 10
    44 item_44 x2 65
      33 item_33 text 03
      34 item_34 text 46
      35 item_35 date 04
      36 item_36 text 10
  EF06 registration pin_or_key 88
    4C employment_registered date 04
    4B item_4B text 05
    4D item_4D digits 03
    60 item_60 date 04
    4F item_4F text 06
    50 item_50 digits 03
    3A item_3A text 07
  EF07 history pin_or_key 88
    - occupation text 07
    - begin date 04
    - end date 04
    - employer text 46
  EF09 certificate pin_or_key 88
    55 certificate_number text 10
    56 certificate_issuer text 46
    96 certificate_issued date 04
    97 certificate_region digits 03
  EF15 support pin_or_key 88
    99 item_99 x4 10
      10 item_10 text 03
      11 item_11 date 04
      12 item_12 digits 03
    0F item_0F date 04
    1F item_1F digits 03
  EF16 support_history pin_or_key 88
    - kind text 03
    - decided date 04
    - begin date 04
    - end date 04
    - region digits 03
DF03 insurance
  EF05 unemployment pin_or_key 85
    61 unemployment_region digits 03
    60 item_60 date 04
    98 item_98 date 04
    62 item_62 date 04
    63 months_63 count 03
    64 months_64 count 03
    65 months_65 count 03
    66 months_66 count 03
  EF06 disability pin_or_key 84
    45 item_45 text 14
    46 item_46 text 02
    47 item_47 text 02
    48 item_48 text 01
    49 item_49 text 01
    67 item_67 date 04
    6B item_6B text 3C
    4A item_4A x3 61
      13 item_13 text 02
      14 item_14 text 01
      15 item_15 text 14
      16 item_16 date 04
      17 item_17 text 3C
  EF07 pension pin_or_key 84
    70 pension_type text 03
    71 pension_region digits 03
    6E item_6E date 04
    6C item_6C date 04
    6F item_6F date 04
    73 item_73 date 04
  EF15 work_injury pin_or_key 84
    7A work_injury_region digits 03
    7B item_7B date 04
    7C item_7C date 04
  EF16 maternity pin_or_key 84
    51 maternity_region digits 03
    5F item_5F text 01
  EF17 injury_finding pin_or_key 84
    3B item_3B text 14
    3C item_3C text 46
    3D injury_conclusion text 01
    3E item_3E date 04
    3F item_3F text 3C
  EF18 benefits pin_or_key 84
    74 item_74 text 03
    75 item_75 digits 03
    76 item_76 digits 01
    77 item_77 date 04
    78 item_78 date 04
  EF19 insurance_proofs pin_or_key 84
    79 proofs x4 27
      18 insurance_type text 03
      19 region digits 03
      1A begin date 04
      1B end date 04
      1C paid_fen fen_decimal 04
      1D months count 03
      1E issued date 04
DF04 medical
  EF05 basics pin_or_key 84
    81 insurance text 08
    84 pooling_region digits 03
    87 health_record text 11
    8C person_class digits 01
    80 account_opened date 04
    8B account_number text 1D
    8A certificate text 0F
    83 designated_1 text 09
    86 designated_2 text 09
    89 designated_3 text 09
    7D work_injury_1 text 09
    7E work_injury_2 text 09
    7F work_injury_3 text 09
    8D maternity_1 text 09
    8E maternity_2 text 09
    8F mode text 01
  EF06 offline pin_and_key 84
    90 offline_allowed text 01
    92 offline_fen fen_decimal 04
    93 offline_count count 02
  EF08 transactions pin
    - sequence binary 02
    - kind text 01
    - terminal digits 06
    - time moment 07
    - account_fen binary 04
    - self_fen binary 04
    - pooled_fen binary 04
  EF15 special_settlements pin
    - sequence binary 02
    - kind text 01
DF05 health
  EF05 health
    A0 health_status text 01
    A1 disability_kind text 01
    B9 disability_grade text 01
    A2 blood_group text 04
    A9 rhesus digits 01
    A3 forbidden_drugs x5 18
      A5 item_A5 text 10
      A6 item_A6 text 04
    A4 serious_illnesses x5 17
      A7 item_A7 text 10
      A8 item_A8 text 03
    BA allergen text 14
    BB allergic_reaction text 64
    AA item_AA text 14
    AB item_AB date 04
    AC item_AC text 01
    AD item_AD text 01
    AE item_AE text 01
    AF item_AF text 01
    B0 item_B0 text 01
    B1 item_B1 text 01
    B2 item_B2 text 01
    B3 item_B3 text 01
    B4 item_B4 text 01
    B5 item_B5 text 01
    B6 item_B6 text 01
    B7 item_B7 text 01
    BC item_BC text 01
    B8 item_B8 text 28
DF07 personnel
  EF05 post key
    F0 item_F0 text 02
    F1 item_F1 text 01
    F2 item_F2 date 04
    F3 item_F3 text 03
    F4 item_F4 date 04
  EF06 title key
    F5 item_F5 text 03
    F6 item_F6 date 04
    F7 item_F7 text 46
  EF07 service key
    F8 item_F8 date 04
    F9 item_F9 text 01
""")
PUBLIC, EMPLOYMENT, INSURANCE, MEDICAL, HEALTH, PERSONNEL = DIRECTORIES
