"""Reads a table file by a mapping, and gives back the history of one reference at a time."""
