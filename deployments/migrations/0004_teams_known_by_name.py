"""Praise finds its team where one of the community has the name that was written, and its helper where it was a resident's thanks.

What: links praise to a team of the same name in the same community; praise made of a resident's thanks, whose helper stands in
no roster, was written as if that helper were a team, and becomes the helper's.
Why: a team is known by its record, and nobody's name stands on the wall without having agreed.
Safe while old code runs: yes. It reads the name of a team as before; of a helper's praise it shows no name.
Going back loses: the links; names of teams stay as they were written.
"""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def link(apps, schema_editor):
    """Two statements for all rows."""
    praise, team = apps.get_model("deployments", "Commendation"), apps.get_model("residents", "Team")
    rows = praise.objects.exclude(team="").filter(for_team=None)
    # Old thanks of residents: no name of a team was asked for there.
    thanks = rows.filter(errand__delivered_by__isnull=False, cadre=None)
    helper = praise.objects.filter(pk=OuterRef("pk")).values("errand__delivered_by")
    thanks.update(colleague=Subquery(helper), team="")
    named = team.objects.filter(community=OuterRef("community"), name=OuterRef("team")).order_by(F("closed_on").desc(nulls_first=True))
    rows.update(for_team=Subquery(named.values("pk")[:1]))


def unlink(apps, schema_editor):
    """A helper's praise needs a name again."""
    praise, user = apps.get_model("deployments", "Commendation"), apps.get_model("accounts", "User")
    name = user.objects.filter(pk=OuterRef("colleague")).values("name")
    praise.objects.exclude(colleague=None).update(team=Subquery(name), colleague=None)


class Migration(migrations.Migration):
    dependencies = [("deployments", "0003_praise_of_teams"), ("residents", "0010_team_chat_group")]

    operations = [migrations.RunPython(link, unlink)]
