"""The screens beside the main one: each is a list with keys, over one use case of the counter."""
