"""The devices a cashier touches: receipt printer and drawer, customer display, voice announcer, bank POS."""
