"""Figures as ratios: each of ours beside a reference measured in the same run, on the same machine."""
