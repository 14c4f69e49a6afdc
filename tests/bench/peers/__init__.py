"""The same outpatient policy in other hands: ints, Decimal, numpy by hand, a rule engine, Catala, a microsimulation."""
