"""Pages: load visible, allow, form, one service call, message and redirect."""
