"""Cards, readers, PSAM, key service and serial devices made of software: for the demo, for drills and for tests."""
