"""The plain floor: records with lines, written the ordinary way, as one would on a first day."""
