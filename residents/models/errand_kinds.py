"""The kinds of errand: rows, so that a city adds its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What a kind may ask besides the words of the request; a kind names those it needs (services.errand_kinds).
DETAILS = {
    "patient": _("the patient"),
    "drug": _("name of the medicine"),
    "spec": _("strength and pack"),
    "prescription": _("prescription, where it is"),
    "pickup_code": _("pick-up code"),
    "shop": _("which shop or locker"),
    "hospital": _("hospital and department"),
    "appointment": _("day and hour of the appointment"),
    "companion": _("who comes along"),
    "vehicle": _("which vehicle is needed"),
    "closed_loop": _("closed loop, if quarantined"),
    "account_no": _("number of the bill"),
    "amount": _("amount"),
    "size": _("brand, stage or size"),
    "contact": _("whom to ring on the way"),
    # Asked when it is done: a way to the hospital is a closed loop.
    "driver": _("driver and plate"),
    "left_at": _("left at"),
    "back_at": _("back at"),
    "car_disinfected": _("car disinfected, when and by whom"),
}


class ErrandKind(models.Model):
    """A kind of errand and what has to be known for it; rows, so that a city adds its own."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=20)
    name_en = models.CharField(_("name in English"), max_length=40)
    # Keys of DETAILS; those in `required` cannot be left empty by the desk.
    asks = models.JSONField(_("what is asked"), default=list, blank=True)
    required = models.JSONField(_("what must be answered"), default=list, blank=True)
    # Keys of DETAILS too.
    asks_when_done = models.JSONField(
        _("what is asked when it is done"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    example = models.CharField(_("example for the resident"), max_length=60, blank=True)
    example_en = models.CharField(_("example in English"), max_length=80, default="", db_default="", blank=True)
    # Every line of the request is a thing to buy.
    is_goods = models.BooleanField(_("a list of goods"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=50)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of errand")
        verbose_name_plural = _("kinds of errand")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
