"""Hurts a whole running installation in every way it must survive, and counts what it told and what not."""
