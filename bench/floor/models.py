"""Records of customers, each with its lines."""

from django.conf import settings
from django.db import models


class Customer(models.Model):
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Record(models.Model):
    class Kind(models.TextChoices):
        URGENT = "urgent", "Urgent"
        FOLLOW_UP = "follow_up", "Follow-up"
        REMINDER = "reminder", "Reminder"

    customer = models.ForeignKey(Customer, models.PROTECT)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["is_open", "-created_at"], name="record_newest")]

    def __str__(self) -> str:
        return f"Record {self.pk}"


class Line(models.Model):
    record = models.ForeignKey(Record, models.CASCADE, related_name="lines")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    is_done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.text
