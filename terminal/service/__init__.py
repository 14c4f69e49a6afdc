"""The loopback service: the counter's use cases for other programs. The service drives the money, not the page."""
