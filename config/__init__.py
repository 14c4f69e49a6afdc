"""Settings, places on disk, national code tables, policy packs and centre profiles as data."""
