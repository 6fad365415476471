from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('handover', '0020_pulse_ticks'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='may_have_arrived',
            field=models.BooleanField(default=False),
        ),
    ]
