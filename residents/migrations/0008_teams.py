"""Teams, and tasks that are theirs.

What: two tables, and an empty column on tasks.
Why: a task may be a team's until one of them takes it.
Safe while old code runs: yes; it neither reads nor writes what is new.
Going back loses: the teams, and which tasks were theirs.
"""

import django.db.models.deletion
import django.utils.timezone
import portal.lib.constraints
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('residents', '0007_counsellors_and_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('kind', models.CharField(choices=[('task', 'task team'), ('commando', 'commando'), ('vanguard', 'vanguard'), ('volunteer', 'volunteers'), ('group', 'work group')], default='task', max_length=9, verbose_name='kind')),
                ('formed_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='formed on')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='dissolved on')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams', to='residents.community', verbose_name='community')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='teams_led', to=settings.AUTH_USER_MODEL, verbose_name='leader')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='task',
            name='for_team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='residents.team', verbose_name='team'),
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='residents.team', verbose_name='team')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'member of a team',
                'verbose_name_plural': 'members of teams',
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='team_has_name', violation_error_message='Give the team a name.'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('formed_on')), _connector='OR'), name='team_days_in_order', violation_error_message='The last day lies before the first.'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('community', 'name'), name='team_name_once', violation_error_message='There is a team of this name already.'),
        ),
        migrations.AddIndex(
            model_name='teammember',
            index=models.Index(fields=['user', 'ends_on'], name='teammember_of_user'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='teammember_days_in_order', violation_error_message='The last day lies before the first.'),
        ),
        migrations.AddConstraint(
            model_name='teammember',
            constraint=portal.lib.constraints.NoOverlap('team', 'user', 'starts_on', 'ends_on', name='teammember_once_at_a_time', violation_error_message='They belong to this team already.'),
        ),
    ]
