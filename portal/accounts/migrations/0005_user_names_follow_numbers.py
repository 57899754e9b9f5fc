"""A user name that was the old number of its account becomes the new one.

What: accounts named by one mobile number and reached by another are named by the number they are reached by; where somebody
else has that name already, they stay as they are.
Why: the old number still signed its former owner in, and its next owner was refused a sign-in.
Safe while old code runs: yes. A number changed by it meanwhile leaves the name behind; sign-in prefers who has the number.
Going back loses: nothing; the old names are not brought back.
"""

from django.db import migrations
from django.db.models import F


def follow(apps, schema_editor):
    """One by one: there are few, and each looks whether its name is free."""
    users = apps.get_model("accounts", "User").objects
    for user in users.filter(username__regex=r"^1[3-9][0-9]{9}$", phone__isnull=False).exclude(username=F("phone")).order_by("pk"):
        if not users.filter(username=user.phone).exists():
            users.filter(pk=user.pk).update(username=user.phone)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_erasures'),
    ]

    operations = [
        migrations.RunPython(follow, migrations.RunPython.noop),
    ]
