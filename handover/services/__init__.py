"""Every write: one transaction, actor and instant passed in, the trail written with it."""
