"""The Celery app, and what beat sends when. Users' own times are rows that a task looks for, not entries."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handover.settings")

app = Celery("handover", include=["handover.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
# Beat counts from its own start, so a long interval might never pass in a process that is restarted often.
app.conf.beat_schedule = {
    "pulse": {"task": "handover.tasks.beat_pulse", "schedule": 5.0, "options": {"expires": 5}},
    "sweep": {"task": "handover.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "deliver": {"task": "handover.tasks.deliver", "schedule": 5.0, "options": {"expires": 5}},
    "left": {"task": "handover.tasks.return_left", "schedule": 30.0, "options": {"expires": 30}},
    "handovers": {"task": "handover.tasks.open_handovers", "schedule": 30.0, "options": {"expires": 30}},
    "shift_messages": {"task": "handover.tasks.tell_shifts", "schedule": 30.0, "options": {"expires": 30}},
    "swaps": {"task": "handover.tasks.lapse_swaps", "schedule": 30.0, "options": {"expires": 30}},
    "ledger": {"task": "handover.tasks.seal_ledger", "schedule": 60.0, "options": {"expires": 60}},
    "checkpoint": {"task": "handover.tasks.mail_checkpoint", "schedule": 600.0, "options": {"expires": 600}},
    "shifts": {"task": "handover.tasks.generate_shifts", "schedule": 600.0, "options": {"expires": 600}},
    "holes": {"task": "handover.tasks.warn_of_holes", "schedule": 600.0, "options": {"expires": 600}},
    "spot_checks": {
        "task": "handover.tasks.keep_spot_checks",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "forget": {"task": "handover.tasks.forget_old", "schedule": 600.0, "options": {"expires": 600}},
    "figures": {"task": "handover.tasks.count_figures", "schedule": 60.0, "options": {"expires": 60}},
    "weekly": {"task": "handover.tasks.prepare_weekly", "schedule": 600.0, "options": {"expires": 600}},
    "actions": {"task": "handover.tasks.remind_weekly", "schedule": 600.0, "options": {"expires": 600}},
    "statistics": {
        "task": "handover.tasks.refresh_statistics",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
}
