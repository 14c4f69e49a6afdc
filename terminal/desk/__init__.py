"""The screens: they show state and send intents to the counter; no rule lives here."""
