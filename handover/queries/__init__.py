"""Reads, shaped for the page or the service that needs them."""
