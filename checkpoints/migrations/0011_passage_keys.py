"""The keys of passages are asked once a statement on PostgreSQL.

What: triggers in the place of six foreign keys (portal/lib/postgresql/keys.py); SQLite rebuilds the table as it is.
Why: asked with each row they took more than a third of the database's time for a batch of fifty.
Safe while old code runs: yes. Old code stores and deletes as before, and is refused the same.
Going back loses: nothing, the foreign keys are made again and check what is stored.
"""

import portal.lib.postgresql.keys
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('checkpoints', '0010_keeper_of_a_closed_exit'),
        ('residents', '0017_mutual_aid_buyers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='passage',
            constraint=portal.lib.postgresql.keys.KeysAtOnce('community', 'post', 'shift', 'dwelling', 'resident', 'logged_by', name='passage_keys'),
        ),
    ]
