"""绑定: which user of a chat platform is which person. A code for oneself, an administrator for others."""

from __future__ import annotations

from collections.abc import Mapping

from archive.access import Person, Role
from archive.errors import BadValue, NotFound
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Form, FormField, Message, Reply

#: The button under a stranger's request.
ACTION = "link"
PLATFORMS: Mapping[str, Text] = {
    "slack": Text("Slack", "Slack"),
    "teams": Text("Teams", "Teams"),
    "wecom": Text("企业微信", "WeCom"),
    "wecom_bot": Text("企业微信智能机器人", "WeCom bot"),
}
_FIELD = "person"


def platform(channel: str) -> Text:
    """Its name for people."""
    return PLATFORMS.get(channel, same(channel))


async def link_code(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """绑定码: typed on another platform it links that account to the asker."""
    code = await ctx.identities.code(asker.id)
    text = Text(
        f"绑定码 {code}（10 分钟内用一次）。请在 Slack、Teams 或企业微信里对归档说：绑定 {code}",
        f"Your code is {code}, for ten minutes and one use. On Slack, Teams or WeCom, tell Guidang: link {code}",
    )
    return Reply(text, private=(code,))


async def tell_admins(ctx: Context, key: str, name: str, channel: str, request: str) -> None:
    """A stranger asks to be linked: every administrator gets a card to do it with. `request`: for repeats."""
    where = platform(channel)
    for company in ctx.companies:
        for admin in await ctx.people.having(Role.ADMIN, company.code):
            card = Card(
                Text(f"{where.zh} 上有人申请绑定", f"Somebody on {where.en} asks to be linked"),
                (Fact(Text("平台显示的名字", "Name shown there"), name or "—"), Fact(Text("平台账号", "Account"), key)),
                (
                    Text(
                        "请先当面或电话确认是本人，名字可以随便起。", "Make sure who it is: anybody can take any name."
                    ),
                ),
                (Choice(Text("绑定", "Link"), ACTION, key, 0, "primary", await form(ctx, admin, key)),),
                tone="wait",
            )
            await ctx.post.tell(admin.id, Reply(cards=(card,)), f"link:{request}:{admin.id}")


async def form(ctx: Context, asker: Person, key: str) -> Form | None:
    """Asks an administrator who it is. None when nobody waits under this key (any more)."""
    asked = await ctx.identities.asked(key)
    if asked is None:
        return None
    people = [p for p in await ctx.people.all() if p.company == asker.company and not p.disabled]
    alike = [p.id for p in people if p.name == asked[1]]
    hint = Text("归档账号，例：zhang.wei", "The Guidang account, e.g. zhang.wei")
    field = FormField(
        _FIELD, Text("账号", "Account"), value=alike[0] if len(alike) == 1 else "", required=True, hint=hint
    )
    where = platform(asked[0])
    title = Text(f"绑定 {where.zh} 账号 {asked[1]}", f"Link {where.en} account {asked[1]}")
    return Form(title, (field,), Text("绑定", "Link"))


async def link(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """An administrator says who the stranger is; that person hears of it, there too."""
    assert message.click is not None  # the table sends only clicks here
    key, given = message.click.subject, message.click.values.get(_FIELD, "").strip()
    asked = await ctx.identities.asked(key)
    person = next((p for p in await ctx.people.all() if p.id == given and p.company == asker.company), None)
    if person is None or person.disabled:
        hint = Text("没有这个账号，或已停用。", "There is no such account, or it is disabled.")
        raise BadValue(field=Text("账号", "Account"), value=given[:40], hint=hint)
    if asked is None:
        raise NotFound(item=key)
    await ctx.identities.accept(key, person.id, asker.id)
    where = platform(asked[0])
    told = Text(
        f"{asker.name} 把 {where.zh} 账号「{asked[1]}」绑定给了你。不是你的？请马上告诉管理员。",
        f"{asker.name} linked the {where.en} account “{asked[1]}” to you. Not yours? Tell an administrator at once.",
    )
    await ctx.post.tell(person.id, Reply(told), f"linked:{message.id}")
    return Reply(
        Text(f"已绑定：{asked[1]} → {person.name}（{person.id}）", f"Linked: {asked[1]} → {person.name} ({person.id})")
    )
