"""The national reader interface (人社信息函〔2016〕38号, part 2; LD/T 6001.5 keeps the names).

Same functions, same lines, same return codes, so that a program written against it can be served by this package.
"""

from cardio.standard38.codes import return_code
from cardio.standard38.functions import Standard38

__all__ = ["Standard38", "return_code"]
