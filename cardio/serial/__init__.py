"""Devices on a serial line: ID-card readers, code scanners, PIN pads. The only place that imports pyserial, lazily."""
