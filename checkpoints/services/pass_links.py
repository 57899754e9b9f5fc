"""Keeps uses of passes true to the log of the gate, where a passage is struck or corrected."""

from django.utils import timezone

from checkpoints.models import Passage, PassUse


def struck(passage: Passage) -> None:
    """A passage was taken back: its trip is free again."""
    PassUse.objects.filter(passage_id=passage.pk, struck_at=None).update(struck_at=timezone.now())


def corrected(old: Passage, new: Passage) -> None:
    """A passage was written anew: the new row stands for the use of the old one."""
    use = PassUse.objects.filter(passage_id=old.pk).first()
    if use is None or new.result != Passage.Result.PASSED:
        return
    PassUse.objects.create(
        community_id=use.community_id, entry_pass_id=use.entry_pass_id, passage=new, post_id=new.post_id,
        happened_at=new.happened_at, direction=new.direction, persons=use.persons, proofs=use.proofs, found=use.found,
        override_by_id=use.override_by_id, override_reason=use.override_reason, recorded_by_id=use.recorded_by_id,
    )  # fmt: skip
