"""Who you are and where you work: people, teams, memberships, sign-in. Imports nothing from handover."""
