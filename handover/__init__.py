"""Shift handover for customer service centres.

One layered Django app with the project's settings inside; `accounts` is the other. One word per
subject runs through all layers: `git ls-files '*items*'` is the slice.

Layers, from the top. A module imports only from its own package or from a lower layer, and there is
no import inside a function:

    urls        addresses
    views       load visible -> allow -> form -> one service call -> message and redirect
    management  commands for operators; templatetags: small helpers of the templates;
                demo: a believable centre to try the product on
    tasks       every Celery task: clock, fetch, one service call
    forms       validate, never save
    services    every write: keyword-only, one transaction, takes `actor` and `now`, leaves an Event
    queries     reads shaped for a page; `queries.duty` alone answers who is on duty
    lifecycle   allowed moves as data, and the one door through which a state changes
    permissions can_<verb>_<noun>(user, obj); hints: what a good note says, rules as data;
                imports: reads table files by a mapping; carriers: email, and posts to group chats
    ladders     what is told to whom after how long; clock: what time it is; form_template and
                check_template: what a record and a spot check ask; sampling: a draw to be repeated;
                canonical, chain, seal_key: what is signed and sealed, byte for byte; verifier: checks it
                without this program
    append_only triggers that refuse changes of what was written once; checks: what `check` says of it
    models      fields, constraints, QuerySet methods
    errors      HandoverError: a sentence the user can act on
    redaction   secrets never reach the log; env: settings out of the environment
    accounts    who you are and where you work; knows nothing of handover

What holds everywhere:

- The database is the truth. A thing that must happen has a row with a due instant; the broker only
  wakes a worker, and may lose any message.
- What waits for somebody is a running Clock with the instant at which the engine looks at it next
  (`services.escalation`). Stopping it is enough; nothing has to be revoked.
- Services write rows and never enqueue. Tasks are safe to run twice and late.
- The clock is read at the edge (view, task, command) and passed on as `now`.
- Every page is closed by default; what is not yours answers 404, as what does not exist.
- What was signed is a text that is stored verbatim and never changes. Triggers keep it, the trail and
  the readings; a sealed ledger shows what went past them (docs/evidence.md).
- Figures are counted from Fact rows that a task derives from the same trail (`services.figures`), never
  on the page that shows them.
- SQLite and PostgreSQL behave alike: conditional UPDATEs decide who was first, not locks.
"""
