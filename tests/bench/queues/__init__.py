"""What the offline queue is compared with, what is stored in each, and how flushes are counted."""
