"""Changing what reporting keeps."""
