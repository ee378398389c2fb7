"""Draws small receipts and lays them on a desk, so that every value is known."""

from __future__ import annotations

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

INK, DESK = (40, 40, 48), (96, 74, 58)

TAXI = """
       北京市出租汽车专用发票
              发票联
发票代码 111001881099
发票号码 00990123
单位 样例出租汽车公司
车号 京BX0000
证号 099123
日期 2026-03-05
时间 08:12-08:41
单价 2.30元
里程 12.3公里
等候 00:02:13
金额 ¥41.50元
"""

#: The same slip as printers shift it: every value a line below its label.
TAXI_SHIFTED = """
       北京市出租汽车专用发票
发票代码
         111001881099
发票号码
         00990123
日期
         2026-03-05
单价
         2.30元
里程
         12.3公里
金额
         41.50元
"""

QUOTA = """
       北京市服务业定额发票
             发票联
发票代码 111001881098
发票号码 00995566
            伍拾元整
  收款单位（盖章）
"""

TRAIN = """
A099123          检票口B2
杭州样例东 站   G9936   北京样例南 站
2026年01月15日 07:20开    05车12A号
¥626.0元                  二等座
限乘当日当次车
3301990000****0012 样一
买票请到12306 发货请到95306
"""

TOLL = """
     浙江省车辆通行费发票
发票代码 133001881097
发票号码 00997788
入口 样例东收费站
出口 虚构南收费站
车型 一型客车
收费员 0099
日期 2026-04-21 10:22:31
金额 ¥35.00元
"""

TILL = """
       SAMPLE TRADING SDN BHD
          12, JALAN CONTOH
        TEL: 03-99990000
          TAX INVOICE
Invoice No: CS00011955
Date: 22/12/2025     Time: 17:21

SPRAY PAINT    1 X 7.42      7.42
PAPER A4       2 X 5.00     10.00

Total Sales (Excl. GST)     16.43
Total GST                    0.99
Total (RM)                  17.42
CASH                        20.00
CHANGE                       2.58
"""

ADVERT = """
代开各类发票  正规安全 可查验
欢迎来电 13686806125 林先生
QQ 1029668919  微信同号
优惠 20260301 起  满 500.00 元送 50.00 元
"""


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """WenQuanYi Micro Hei, which reports embed too."""
    spec = find_spec("paperang_p2_fonts_cjk")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return ImageFont.truetype(str(Path(spec.submodule_search_locations[0]) / "fonts/wqy-microhei.ttc"), size)


def slip(text: str, size: int = 30, paper: tuple[int, int, int] = (247, 246, 240)) -> Image.Image:
    """The lines of a text on a sheet of paper; blanks are half a character wide."""
    lines = text.strip("\n").split("\n")
    wide = max(len(line) + sum(ord(c) > 255 for c in line) for line in lines)
    image = Image.new("RGB", ((wide + 4) * size // 2, int((len(lines) + 2) * size * 1.5)), paper)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        column = 2
        for part in line.split(" "):
            draw.text((column * size // 2, int((row + 1) * size * 1.5)), part, INK, font(size))
            column += len(part) + sum(ord(c) > 255 for c in part) + 1
    return image


def with_code(image: Image.Image, text: str, size: int = 160) -> Image.Image:
    """The picture with a QR code added below it at the left."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    code = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=4)).convert("RGB").resize((size, size))
    whole = Image.new("RGB", (image.width, image.height + size + 20), image.getpixel((1, 1)))
    whole.paste(image, (0, 0))
    whole.paste(code, (20, image.height))
    return whole


def on_desk(*slips: Image.Image, across: int = 2, turn: float = 0.0) -> Image.Image:
    """Slips laid out on a dark desk in rows of `across`."""
    wide, high = max(s.width for s in slips) + 60, max(s.height for s in slips) + 60
    rows = -(-len(slips) // across)
    desk = Image.new("RGB", (wide * min(across, len(slips)) + 60, high * rows + 60), DESK)
    for index, one in enumerate(slips):
        desk.paste(one, (60 + index % across * wide, 60 + index // across * high))
    return desk.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=DESK) if turn else desk


def saved(image: Image.Image, form: str = "JPEG", **how: object) -> bytes:
    """The picture as a file's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, form, **how)
    return buffer.getvalue()
