"""Invented people: names by chance, ID numbers of the unassigned area 99, phones 199 0000 ...."""

import datetime as dt
from random import Random

FAMILY = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国志文斌红玉梅英凯婷宁佳晨欣瑞雪倩鹏飞帆波龙凤鑫瑜璐莉"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def person_name(chance: Random) -> str:
    """A name of two or three characters."""
    return chance.choice(FAMILY) + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2))))


def phone(number: int) -> str:
    """A phone that belongs to nobody: 1990000 and four digits."""
    return f"1990000{number:04d}"


def id_number(born_on: dt.date, serial: int) -> str:
    """An ID number of area 990101; an odd serial is a man's, an even one a woman's."""
    body = f"990101{born_on:%Y%m%d}{serial:03d}"
    return body + CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
