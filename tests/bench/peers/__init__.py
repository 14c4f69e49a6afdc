"""The same outpatient policy in other hands: plain ints, Decimal, numpy by hand, a rule engine, a microsimulation."""
