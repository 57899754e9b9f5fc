"""What a kind of errand asks for, shown by an example in English as well.

What: one more column, filled where the example is still the one the portal came with.
Why: an English form showed a Chinese example.
Safe while old code runs: yes. It neither reads nor writes the column, which is empty by itself.
Going back loses: the English examples.
"""

from django.db import migrations, models

EXAMPLES = {
    "medicine": ("降压药 2 盒，医保卡在家", "blood pressure pills, 2 boxes; the insurance card is at home"),
    "groceries": ("大米 10 斤，鸡蛋 30 个，青菜", "rice 5 kg, 30 eggs, greens"),
    "parcel": ("菜鸟驿站，取件码 3-2-1108", "Cainiao station, pick-up code 3-2-1108"),
    "takeaway": ("南门，骑手约 12:10 到", "south gate, the rider comes at about 12:10"),
    "rubbish": ("两袋，放在门口", "two bags, at the door"),
    "gas_bottle": ("15 公斤一瓶", "one bottle of 15 kg"),
    "bill_payment": ("电费，户号 10 位", "electricity, account number of 10 digits"),
    "medical_trip": ("周三上午透析，要轮椅", "dialysis on Wednesday morning, with a wheelchair"),
    "infant": ("二段奶粉 1 罐,L 码尿不湿", "1 tin of formula, stage 2; nappies, size L"),
    "pet": ("猫粮 1 袋", "1 bag of cat food"),
    "other": ("请写清楚要什么", "say clearly what is needed"),
}


def fill(apps, schema_editor):
    """A city's own example stays the only one."""
    kinds = apps.get_model("residents", "ErrandKind").objects
    for code, (chinese, english) in EXAMPLES.items():
        kinds.filter(code=code, example=chinese).update(example_en=english)
    # Half a comma among whole ones.
    kinds.filter(code="infant", example=EXAMPLES["infant"][0]).update(example="二段奶粉 1 罐，L 码尿不湿")


class Migration(migrations.Migration):
    dependencies = [("residents", "0018_memberships_once_and_where_they_belong")]

    operations = [
        migrations.AddField(
            model_name="errandkind",
            name="example_en",
            field=models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="example in English"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
