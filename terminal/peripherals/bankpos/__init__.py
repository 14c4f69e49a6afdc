"""The bank's card terminal beside the till: linked by a cable, or standing alone with its result typed in."""
