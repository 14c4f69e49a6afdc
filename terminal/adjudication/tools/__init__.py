"""Work on policy packs: check, compare, fit, simulate, run worked examples. The till never needs these."""
