"""Paper registers typed in afterwards: each line becomes a passage, the same line never twice.

The key of a passage follows from what the line says, so that the same file again, or half of it, adds nothing. A line on
paper belongs to no shift: hand-overs keep the totals that were signed.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from pathlib import PurePath

from django.utils import timezone
from pypinyin import lazy_pinyin

from checkpoints.models import Passage, Post
from checkpoints.services import passage_links, posts, register_sheet
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.dates import moment
from portal.lib.imports import Line, Reader
from portal.lib.sentences import gettext as _
from residents.models import Community, Compound
from residents.services.policies import duty_policy

# Of the keys of all passages that come from paper.
NAMESPACE = uuid.UUID("6f1d9a52-2c1f-5c0e-9a43-5f3f6f0c9f10")


class RegisterImporter:
    """The import of one register into a community."""

    columns = register_sheet.COLUMNS
    ignored = register_sheet.IGNORED

    def __init__(self, community: Community, *, compound: Compound | None = None, file_name: str = "", by: User) -> None:
        self.community, self.compound, self.file_name, self.by = community, compound, file_name, by
        self.guessed = False
        self.new_posts: list[str] = []
        self.compounds = list(community.compounds.all())
        self.posts: dict[str, list[Post]] = {}
        for post in Post.objects.within([community]).select_related("compound"):
            self.posts.setdefault(post.name, []).append(post)
        self.seen: dict[uuid.UUID, int] = {}
        self.fever_limits: dict[dt.date, Decimal] = {}

    def notices(self, *, written: bool) -> list[str]:
        """For which compound the register was taken, and the posts it brings."""
        if self.compound is None:
            return []
        new = _("%(compound)s has no post %(post)s yet; it will be set up.")
        if written:
            new = _("%(compound)s had no post %(post)s; it was set up.")
        said: list[str] = [new % {"compound": self.compound.name, "post": name} for name in self.new_posts]
        if self.guessed:
            said.insert(0, _("Taken for the register of %(compound)s.") % {"compound": self.compound.name})
        return said

    def begin(self, reader: Reader) -> None:
        """A register belongs to one compound: the reader's choice, or what title, sheet and file name say."""
        if self.compound is None:
            self.compound = self._guess(f"{reader.title} {reader.table.name} {PurePath(self.file_name).stem}")
            self.guessed = self.compound is not None and len(self.compounds) > 1

    def _guess(self, words: str) -> Compound | None:
        if len(self.compounds) == 1:
            return self.compounds[0]
        low = words.lower()
        named = [c for c in self.compounds if c.name in words or "".join(lazy_pinyin(c.name)) in low]
        return named[0] if len(named) == 1 else None

    def meet(self, line: Line) -> int:
        """No two lines need each other."""
        return line.number

    def rest(self) -> Iterable[Line]:
        """A page of a register says nothing of the others."""
        return ()

    # Deciding

    def decide(self, lines: list[Line]) -> None:
        """Build the passage of each line, and look which are stored already."""
        for line in lines:
            line.title = self._title(line)
            self._passage(line)
        lines = [line for line in lines if not line.does]
        stored = set(Passage.objects.filter(pk__in=[line.plan.pk for line in lines]).values_list("pk", flat=True))
        for line in lines:
            line.does = "same" if line.plan.pk in stored else "create"

    def _title(self, line: Line) -> str:
        values = line.values
        return f"{values['day']} {values['time']:%H:%M} {values.get('post') or ''} {values['name']}".replace("  ", " ")

    def _passage(self, line: Line) -> None:
        values = line.values
        happened_at = moment(values["day"], values["time"])
        if happened_at > timezone.now():
            line.refuse(_("%(day)s %(time)s has not come yet.") % {"day": values["day"], "time": f"{values['time']:%H:%M}"})
        post = self._post(line, values.get("post") or "")
        if line.does or post is None:
            return
        content = [str(values.get(column.key) or "") for column in self.columns]
        key = uuid.uuid5(NAMESPACE, "\x1f".join([str(post.compound.pk), *content]))
        if key in self.seen:
            line.skip(_("The same as row %(row)s: counted once.") % {"row": self.seen[key]})
            return
        self.seen[key] = line.number
        line.plan = Passage(
            id=key,
            community=self.community,
            post=post if post.pk else None,
            happened_at=happened_at,
            day=values["day"],
            hour=values["time"].hour,
            source=Passage.Source.PAPER,
            logged_by=self.by,
            **register_sheet.passage(line, fever_limit=self._fever_limit(values["day"])),
        )

    def _fever_limit(self, day: dt.date) -> Decimal:
        if day not in self.fever_limits:
            self.fever_limits[day] = duty_policy(self.community, day).fever_limit
        return self.fever_limits[day]

    def _post(self, line: Line, name: str) -> Post | None:
        """The gate of that name in the compound; one that is not there yet is made when the reader applies."""
        found = [post for post in self.posts.get(name, ()) if self.compound in (None, post.compound)]
        if len(found) == 1:
            return found[0]
        if found or self.compound is None:
            line.refuse(
                _("It is not clear to which compound this register belongs. Choose the compound and send it once more.")
            )
            return None
        if not name:
            gates = [p for rows in self.posts.values() for p in rows if p.compound == self.compound]
            if len(gates) != 1:
                line.refuse(_("卡口 is empty, and %(compound)s has several gates or none.") % {"compound": self.compound.name})
                return None
            return gates[0]
        post = Post(compound=self.compound, name=name, kind=Post.Kind.CHECKPOINT)
        self.posts.setdefault(name, []).append(post)
        self.new_posts.append(name)
        return post

    # Storing

    def store(self, lines: list[Line]) -> None:
        """Write the passages; one that somebody else has stored meanwhile stays as it is."""
        rows = []
        now = timezone.now()
        for line in lines:
            passage: Passage = line.plan
            passage.post, passage.received_at = self._stored_post(line.values.get("post") or ""), now
            rows.append(passage)
        passage_links.link(rows)
        Passage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        if rows:
            after = {"count": len(rows), "first": rows[0].happened_at, "last": rows[-1].happened_at}
            audit.record("register.imported", rows[0].post, by=self.by, community=self.community, after=after)

    def _stored_post(self, name: str) -> Post:
        candidates = [p for n, rows in self.posts.items() if not name or n == name for p in rows]
        at = next(p for p in candidates if self.compound in (None, p.compound))
        if at.pk is None:
            made = posts.add(compound_id=at.compound.pk, name=at.name, kind=at.kind, by=self.by)
            self.posts[name] = [made if p is at else p for p in self.posts[name]]
            return made
        return at
