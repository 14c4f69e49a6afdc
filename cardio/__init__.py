"""Credentials: readers, social-security cards, PSAM, ID cards, scanners, PIN entry; knows nothing of bills."""
