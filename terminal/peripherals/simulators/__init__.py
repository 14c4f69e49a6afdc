"""Devices made of software, for tests, drills and training: the real drivers talk to them over real lines."""
