"""How much work the product's pages cost, against a plain Django application measured in the same run."""
