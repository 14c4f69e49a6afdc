"""Durable, encrypted, tamper-evident store-and-forward; sees bytes, lanes and outcome classes, no insurance."""

from offline_queue.errands import Policy
from offline_queue.faults import QueueFault
from offline_queue.keystores import FileKeys, SystemKeys
from offline_queue.limits import Limits
from offline_queue.ports import Identity, NewItem
from offline_queue.queue import Queue

__all__ = ["FileKeys", "Identity", "Limits", "NewItem", "Policy", "Queue", "QueueFault", "SystemKeys"]
