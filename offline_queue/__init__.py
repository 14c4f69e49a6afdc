"""Durable, encrypted, tamper-evident store-and-forward; sees bytes, lanes and outcome classes, no insurance."""
