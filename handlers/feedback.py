"""反馈 …: kept, and shown to administrators."""

from __future__ import annotations

from archive.access import Person, Right, Role, may
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Message, Reply


async def feedback(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """With words: keep them and tell the administrators. Without: an administrator reads what came in."""
    if rest.strip():
        await ctx.notes.feedback(asker.id, rest.strip(), ctx.now())
        for admin in await ctx.people.having(Role.ADMIN, asker.company):
            text = Text(f"{asker.name} 的反馈：", f"Feedback from {asker.name}: ") + same(rest.strip())
            await ctx.post.tell(admin.id, Reply(text), f"feedback:{message.id}:{admin.id}")
        return Reply(
            Text("谢谢，反馈已记下，管理员会看到。", "Thank you, it is noted; the administrators will see it.")
        )
    if not may(asker, Right.ADMINISTER):
        return Reply(Text("请写：反馈 加上你想说的话", "Please write: feedback and what you want to say"))
    names = {p.id: p.name for p in await ctx.people.all() if p.company == asker.company}
    held = [(names[who], said, at) for who, said, at in await ctx.notes.feedback_list() if who in names]
    lines = [f"{at.astimezone(ctx.zone):%m-%d %H:%M} {name}：{said}" for name, said, at in held]
    return Reply(
        Text(f"最近 {len(held)} 条反馈", f"The last {len(held)}") + same("\n" + "\n".join(lines) if lines else "")
    )
