"""Validation and layout of what people type; forms never save."""
