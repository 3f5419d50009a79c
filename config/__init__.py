"""Wires the house together. The Celery application is made here, so that every process sends to the same queue."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
