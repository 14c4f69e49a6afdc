"""The parts of the figure ``adjudication``: its bills, one of them at a time, whole journals."""
