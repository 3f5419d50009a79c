"""Reporting's tables: figures as they were at one moment."""

from reporting.models.figure import Figure, Snapshot

__all__ = ["Figure", "Snapshot"]
