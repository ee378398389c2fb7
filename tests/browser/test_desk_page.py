"""The page in a real browser: signing in, forwarding, deciding, reading; on a desk and a phone, by mouse and keys."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from archive.errors import DatabaseDown
from archive.words import Text
from bench.search import an_item
from handlers.message import Reply
from tests.bot.desk_house import LI, PASSWORD
from tests.browser.conftest import OUT, Site
from tests.browser.scene import PENDING, SAMPLE


class Page:
    """What a person does and sees."""

    def __init__(self, chromium: Chrome, site: Site) -> None:
        self.browser, self.site, self.url, self.scene = chromium, site, site.url, site.scene

    def all(self, css: str, text: str = "") -> list[WebElement]:
        """What is visible and shows this text, looked at in one moment."""
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter(e => e.checkVisibility() && e.innerText.includes(arguments[1]))"
        )
        found: list[WebElement] = self.browser.execute_script(script, css, text)
        return found

    def see(self, css: str, text: str = "") -> WebElement:
        """The last element like this that shows this text, once there is one."""
        found: list[WebElement] = []

        def look() -> bool:
            found[:] = self.all(css, text)
            return bool(found)

        self.until(look, f"{css} with “{text}”")
        return found[-1]

    def gone(self, css: str, text: str = "") -> None:
        self.until(lambda: not self.all(css, text), f"{css} with “{text}” gone")

    def until(self, found: Callable[[], object], what: str) -> None:
        WebDriverWait(self.browser, 15, 0.05).until(lambda _: _steady(found), f"did not see: {what}")

    def press(self, label: str, css: str = "button") -> None:
        self.see(css, label).click()

    def write(self, words: str, *keys: str) -> None:
        self.see("#composer").send_keys(words, *keys)

    def attach(self, *files: Path) -> None:
        self.browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys("\n".join(map(str, files)))

    def begin(self, width: int = 1280, height: int = 800) -> None:
        """The page as a stranger sees it, in Chinese."""
        self.browser.delete_all_cookies()
        self.size(width, height)
        self.browser.get(self.url)
        self.browser.execute_script("localStorage.setItem('lang', 'zh'); sessionStorage.clear()")
        self.browser.get(self.url)
        self.see("input[name=person]")

    def sign_in(self, width: int = 1280, height: int = 800) -> None:
        self.begin(width, height)
        self.see("input[name=person]").send_keys("li")
        self.see("input[name=password]").send_keys(PASSWORD, Keys.ENTER)
        self.see("body.live")
        self.complaints()  # the first look at who is signed in was refused, as it should be

    def size(self, width: int, height: int) -> None:
        """The page's own size in CSS pixels, smaller than a window can be."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 720}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def shot(self, name: str) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(str(OUT / f"{name}.png"))

    def fits(self) -> None:
        """Nothing is wider than the page."""
        wide = self.browser.execute_script(
            "return [...document.querySelectorAll('body *')].filter(e => !e.closest('nav, .stage')"
            " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className)"
        )
        assert wide == []

    def named(self) -> None:
        """Everything that can be pressed or filled in has a name for those who can't see it."""
        nameless = self.browser.execute_script(
            "return [...document.querySelectorAll('button, a, input, textarea, select')]"
            ".filter(e => e.checkVisibility() && !e.innerText.trim() && !e.ariaLabel && !e.labels?.length)"
            ".map(e => e.outerHTML)"
        )
        assert nameless == []

    def complaints(self) -> list[str]:
        """What the browser complained about: broken rules, failed scripts."""
        lines = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(line["message"]) for line in lines if line["level"] == "SEVERE"]


def _steady(found: Callable[[], object]) -> object:
    try:
        return found()
    except StaleElementReferenceException:  # the page drew it anew while we looked
        return None


@pytest.fixture
def page(chromium: Chrome, site: Site) -> Page:
    chromium.get("about:blank")
    found = Page(chromium, site)
    found.complaints()  # what an earlier test left
    return found


async def test_forward_read_and_approve(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.see(".empty", "你好，李娜")
        page.shot("zh-desktop-empty")
        page.scene.let(False)
        page.attach(SAMPLE, SAMPLE.with_name("dev_02_sz_form_841.pdf"))
        page.see(".chip", "dev_01")
        page.write("上海出差")
        page.shot("zh-desktop-chips")
        page.write("", Keys.ENTER)
        page.see(".reading", "正在读 dev_01")
        page.shot("zh-desktop-reading")
        page.scene.let(True)
        page.see(".card .badge", "待 李娜 审批")
        page.gone(".reading")
        page.until(
            lambda: page.browser.execute_script("return document.querySelector('.thumb img').naturalWidth"), "thumb"
        )
        page.shot("zh-desktop-card")
        approve = page.see(".choices button", "通过")
        page.browser.execute_script("arguments[0].click(); arguments[0].click()", approve)
        page.see(".card .badge", "已归档")
        page.gone(".card button", "通过")
        page.shot("zh-desktop-archived")
        assert [r.action for r in page.scene.house.door.received] == ["", "approve"]
        assert [len(r.files) for r in page.scene.house.door.received] == [2, 0]
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_a_rejection_needs_its_reason(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.scene.do(page.scene.tell("approvals", Reply(cards=(PENDING,))))
        page.see("nav .unread", "1")
        page.press("待我审批", "nav button")
        page.gone("nav .unread")
        page.press("驳回", ".choices button")
        page.see("dialog textarea")
        page.press("驳回", "dialog button.danger")
        page.see("dialog .error", "请填写")
        page.shot("zh-desktop-reject")
        page.see("dialog textarea").send_keys("发票抬头不对")
        page.press("驳回", "dialog button.danger")
        page.gone("dialog")
        page.see(".card .badge", "已驳回")
        (got,) = page.scene.house.door.received
        assert (got.conversation, got.values) == ("li:approvals", {"reason": "发票抬头不对"})
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_correcting_by_keys_alone(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.scene.do(page.scene.tell("chat", Reply(cards=(PENDING,))))
        page.see(".choices button", "通过")
        page.browser.execute_script("document.querySelector('.card .choices button').focus()")
        keys = ActionChains(page.browser)
        keys.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER).perform()
        page.see("dialog h2", "更正 G2611-0001")
        focused = page.browser.switch_to.active_element
        assert focused.get_attribute("name") == "total", "the doubtful field has the focus"
        page.shot("zh-desktop-correct")
        focused.send_keys(Keys.CONTROL, "a")
        focused.send_keys(Keys.NULL, "abc", Keys.ENTER)
        page.see("dialog .error", "请填金额")
        ActionChains(page.browser).send_keys(Keys.ESCAPE).perform()
        page.gone("dialog")
        page.see(".choices button:focus", "更正")  # the focus is back on the button
        ActionChains(page.browser).send_keys("/").perform()
        page.write("第一行", Keys.SHIFT, Keys.ENTER)
        page.write("第二行", Keys.ENTER)
        page.see(".mine time", "已收到")
        assert page.scene.house.door.received[-1].text == "第一行\n第二行"
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_a_report_with_its_chart_and_the_viewer(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.write("报")
        page.see("#suggestions li", "报表 本月报销")
        page.shot("zh-desktop-suggestions")
        page.write("", Keys.ARROW_DOWN, Keys.ENTER)
        page.write("", Keys.ENTER)
        page.see("a.file", "报销登记簿 2026-10.xlsx")
        page.until(
            lambda: page.browser.execute_script("return document.querySelector('.preview img').naturalWidth"), "chart"
        )
        page.shot("zh-desktop-report")
        page.scene.do(page.scene.tell("chat", Reply(cards=(PENDING,))))
        page.see(".thumb").click()
        page.see(".viewer [role=status]", "第 1 页")
        page.see(".viewer button[aria-label=放大]").click()
        page.shot("zh-desktop-viewer")
        page.see(".viewer button[aria-label=下一页]").click()
        page.see(".viewer [role=status]", "第 2 页")
        page.see(".viewer button[aria-label=下一页]").click()
        page.see(".viewer [role=status]", "没有更多页")
        ActionChains(page.browser).send_keys(Keys.ESCAPE).perform()
        page.gone(".viewer")

    await asyncio.to_thread(steps)


async def test_finding_while_one_types(page: Page) -> None:
    rnd = random.Random(7)
    page.scene.house.door.found = [an_item(rnd, n) for n in range(8)]
    first = page.scene.house.door.found[0].id

    def steps() -> None:
        page.sign_in()
        page.write("查 顺丰")
        page.see("#suggestions li", first)
        assert len(page.all("#suggestions li")) == 6
        page.shot("zh-desktop-finding")
        page.write("", Keys.ARROW_DOWN, Keys.ENTER, Keys.ENTER)
        page.see(".mine time", "已收到")
        assert page.scene.house.door.received[-1].text == f"打开 {first}"
        assert page.all("#suggestions li") == []
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_everything_speaks_english_after_one_press(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.write("帮助", Keys.ENTER)
        page.see(".theirs .words", "你可以")
        page.scene.do(page.scene.tell("chat", Reply(Text("请审批", "Please decide"), (PENDING,))))
        page.see(".card")
        page.press("EN", "#language")
        page.see(".theirs .words", "You can")
        page.see(".card h3", "Digital invoice")
        page.see("nav", "Approvals")
        page.shot("en-desktop-card")
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [dark]})
        page.shot("en-desktop-dark")
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        page.press("todo", ".choices button")
        page.see(".mine .words", "todo")
        page.browser.refresh()
        page.see(".card h3", "Digital invoice")
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_on_a_phone_nothing_sticks_out(page: Page) -> None:
    def steps() -> None:
        page.sign_in(360, 740)
        page.fits()
        page.shot("zh-phone-empty")
        page.attach(SAMPLE)
        page.write("", Keys.ENTER)
        page.see(".card .badge", "待 李娜 审批")
        page.fits()
        page.named()
        page.shot("zh-phone-card")
        page.press("更正", ".choices button")
        page.see("dialog h2", "更正")
        page.fits()
        page.named()
        page.shot("zh-phone-form")
        page.press("取消", "dialog button")
        page.press("EN", "#language")
        page.see(".card h3", "Digital invoice")
        page.fits()
        page.shot("en-phone-card")
        page.see(".thumb").click()
        page.see(".viewer [role=status]", "Page 1")
        page.named()
        page.shot("en-phone-viewer")
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_nothing_written_is_lost_when_sending_fails(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.scene.house.door.refuse = DatabaseDown()
        page.attach(SAMPLE)
        page.write("报销这张", Keys.ENTER)
        page.see(".mine .error", "数据库暂时不可用")
        page.shot("zh-desktop-refused")
        page.scene.house.door.refuse = None
        page.press("重试", ".said button")
        page.see(".card .badge", "待 李娜 审批")
        page.gone(".mine .error")
        (got,) = page.scene.house.door.received
        assert (got.text, len(got.files)) == ("报销这张", 1)
        page.browser.execute_cdp_cmd("Network.enable", {})
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        page.browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        page.write("断网时写的", Keys.ENTER)
        page.see(".sending .error", "内容还在")
        page.shot("zh-desktop-offline")
        page.browser.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {**offline, "offline": False, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        page.press("放回输入框", ".sending button")
        assert page.see("#composer").get_attribute("value") == "断网时写的"
        page.browser.refresh()
        page.until(lambda: page.see("#composer").get_attribute("value") == "断网时写的", "the draft after a reload")
        page.browser.execute_script("sessionStorage.clear()")

    await asyncio.to_thread(steps)


async def test_words_that_are_markup_stay_words(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        evil = "<img src=x onerror=document.title='bad'><script>document.title='bad'</script>"
        page.write(evil, Keys.ENTER)
        page.see(".mine .words", evil)
        page.scene.do(page.scene.tell("chat", Reply(Text(evil, evil))))
        page.see(".theirs .words", evil)
        assert "bad" not in page.browser.title

    await asyncio.to_thread(steps)


async def test_history_loads_on_the_way_up(page: Page) -> None:
    async def talk_long() -> None:
        for n in range(60):
            await page.scene.desk.say(LI, "li:chat", Reply(Text(f"第 {n} 句", f"line {n}")), f"line-{n}")

    await talk_long()

    def steps() -> None:
        page.sign_in()
        page.see(".theirs", "第 59 句")
        assert not page.all(".theirs", "第 3 句")
        page.browser.execute_script("document.querySelector('.log').scrollTop = 0")
        page.until(lambda: "第 0 句" in page.browser.find_element(By.CSS_SELECTOR, ".log").text, "the first line")
        lines = [e.text.split("\n")[0] for e in page.browser.find_elements(By.CSS_SELECTOR, ".said")]
        assert lines == [f"第 {n} 句" for n in range(60)]

    await asyncio.to_thread(steps)


async def test_the_link_lets_in_and_offers_a_password(page: Page) -> None:
    def steps() -> None:
        page.begin()
        page.shot("zh-desktop-sign-in")
        page.browser.get(page.url + "link/" + page.scene.do(page.scene.house.accounts.link("wang")))
        page.press("使用登录链接")
        page.see("dialog input[type=password]").send_keys("long enough 1")
        page.shot("zh-desktop-password")
        page.press("保存", "dialog button")
        page.gone("dialog")
        page.see("#composer:focus")
        ActionChains(page.browser).send_keys("hello").perform()
        assert page.see("#composer").get_attribute("value") == "hello"
        page.see(".bar", "王强")
        assert page.browser.current_url == page.url
        page.browser.refresh()
        page.see(".bar", "王强")
        assert page.scene.do(page.scene.house.accounts.sign_in("wang", "long enough 1"))

    await asyncio.to_thread(steps)


DROP = """
const [how, target, ...names] = arguments;
const transfer = new DataTransfer();
for (const name of names) transfer.items.add(new File([name.repeat(400)], name, { type: "application/pdf" }));
const at = target ? document.querySelector(target) : window;
const options = { clipboardData: transfer, dataTransfer: transfer, bubbles: true, cancelable: true };
if (how === "paste") at.dispatchEvent(new ClipboardEvent("paste", options));
else for (const name of ["dragenter", how]) at.dispatchEvent(new DragEvent(name, options));
"""


async def test_files_dropped_and_pasted_are_attached_and_outlast_a_language_switch(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.browser.execute_script(DROP, "dragover", "", "甲.pdf")
        page.see(".dropzone", "松开")
        page.browser.execute_script(DROP, "drop", "", "甲.pdf", "乙.ofd")
        page.gone(".dropzone")
        page.browser.execute_script(DROP, "paste", "#composer", "截图.png")
        page.see(".chip", "截图.png")
        page.browser.execute_script(DROP, "drop", "", "多.pdf")
        page.see(".composer .error", "一次最多 3 个文件")
        page.see(".chip button[aria-label='移除 乙.ofd']").click()
        page.gone(".chip", "乙.ofd")
        page.write("两张")
        page.press("EN", "#language")
        page.see("nav", "Approvals")
        page.write("", Keys.ENTER)
        page.see(".card")
        (got,) = page.scene.house.door.received
        assert ([name for name, _ in got.files], got.text) == (["甲.pdf", "截图.png"], "两张")
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_an_answer_comes_into_view_wherever_its_button_stood(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        for n in range(4):
            page.scene.do(page.scene.tell("chat", Reply(Text(f"第 {n} 张", f"no. {n}"), (PENDING,))))
        page.see(".theirs", "第 3 张")
        page.browser.execute_script("document.querySelector('.log').scrollTop = 0")
        page.browser.execute_script("document.querySelectorAll('.card .choices button')[3].click()")
        page.see(".theirs .words", "经过")
        end = (
            "const log = document.querySelector('.log'); return log.scrollHeight - log.scrollTop - log.clientHeight < 3"
        )
        page.until(lambda: page.browser.execute_script(end), "the end of the log")

    await asyncio.to_thread(steps)


async def test_the_same_button_works_again_after_its_answer(page: Page) -> None:
    def answered(times: int) -> bool:
        return len(page.all(".theirs .words", "经过")) == times

    def steps() -> None:
        page.sign_in()
        page.scene.do(page.scene.tell("chat", Reply(cards=(PENDING,))))
        for times in (1, 2):
            page.press("原件与经过", ".choices button:enabled")
            page.until(partial(answered, times), f"answer {times}")
        assert [r.action for r in page.scene.house.door.received] == ["open", "open"]

    await asyncio.to_thread(steps)


async def test_a_lost_line_is_told_and_found_again(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.scene.do(page.site.cut())
        page.see(".notice", "正在重连")
        page.scene.do(page.scene.tell("chat", Reply(Text("断线时说的", "said meanwhile"))))
        page.see(".theirs", "断线时说的")
        assert len(page.all(".theirs")) == 1

    await asyncio.to_thread(steps)


async def test_signing_out_leaves_nothing_for_the_next_person(page: Page) -> None:
    def steps() -> None:
        page.sign_in()
        page.write("给老板的草稿")
        page.see(".menu summary").click()
        page.press("退出", ".menu button")
        page.see("input[name=person]")
        link = page.scene.do(page.scene.house.accounts.link("wang"))
        page.browser.get(page.url + "link/" + link)
        page.press("使用登录链接")
        page.press("以后再说", "dialog button")
        assert page.see("#composer").get_attribute("value") == ""

    await asyncio.to_thread(steps)
