"""A believable centre to try the product on: three teams, five posts, forty people, work in two languages.

Everything is told relative to the instant at which it is made, and played through the services in the order
of time. So whatever the hour, one handover waits for each role, and every clock, trail and signature is as
real as in daily work. `data/` holds the people, customers and items; the other modules play them:

    data_files    reads them
    spans         "+2h30m" and texts with clock times in them
    script        what happened, played in the order of time
    centre        teams, posts, people, shifts, roster
    stories       the items and what was done on them
    boundaries    what both shifts do at a shift boundary
    notices       what is to be read before work, and who has read it
    scenes        which boundary went how, and who was late
    installation  makes it, and keeps it away from real work
    accounts      who can be signed in as, for the command and the sign-in page
"""
