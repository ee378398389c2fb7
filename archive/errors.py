"""The whole error tree. Every error says what happened, why, and what to do next, in both languages, and has a code.

Problem
├ ReadProblem      R  a file that can't be read          (intake)
│ ├ EmptyFile R01 · FileTooBig R02 · Truncated R03 · Encrypted R04 · NotWhatItSays R05 · UnknownFormat R06
│ ├ ZipBomb R07 · UnsafeXml R08 · TooDeep R09 · TooManyPixels R10 · NoDocument R11 · ReaderFailed R12 · TooManyFiles R13
│ ├ HeicPhoto R14 · TooBigToRead R15 · OtherArchive R16 · MailWithoutFiles R17 · NotABook R18
│ └ TooHeavy R20 · OutlookPacked R21 · NoSuchPath R22 · PackageUnreadable R60 · PackageRefused R61
│ └ TooHeavy R20 · OutlookPacked R21 · NoSuchPath R22 · BadInputs R50
├ RefuseProblem    D  a document that can't be taken
│ └ DuplicateFile D01 · DuplicateDocument D02
├ RightProblem     A  a person who may not
│ └ NotAllowed A01 · OwnDocument A02 · SignInFailed A03 · AccountDisabled A04 · LinkExpired A05 · TooManyTries A06
│   SignedOut A07 · WrongSite A08 · SignInBusy A09 · TooManyFromAddress A10 · FileLinkExpired A11 · BadKey A12
│   OutOfScope A13 · TooFast A14 · NotYourLoan A20
├ StateProblem     S  a step that doesn't fit the state
│ └ AlreadyDecided S01 · ChangedMeanwhile S02 · NotFound S03 · ReasonMissing S04 · BadValue S05 · NotReady S06
│   TooManySchedules S07 · NotGenuine S08 · RuleWaits S30 · SameRule S31 · RuleDecided S32 · OwnRule S33
│   BuiltInRule S34
│   MetadataFixed S50 · MetadataMissing S51 · ReasonNeeded S52 · TermTooShort S53 · HoldEnded S54 · ShelfRefused S55
│   NothingSelected S60 · BadSelection S61 · RunEnded S62 · NotDueYet S63 · NotYourSeat S64 · WrongSignCode S65
│   BadLoan S90 · LoanClosed S91 · LoanOver S92 · BadSample S93
│   HandoverClosed S66 · AlreadyHandedOver S67 · OnlyOnTheDesk S68 · DelayRefused S69
│   BuiltInRule S34 · NotWatched S70
│   DestructionElsewhere S80 · StepUpNeeded S81 · SecondPersonNeeded S82 · NothingToDestroy S83
├ AskProblem       Q  words that can't be followed
│ └ UnknownCommand Q01 · BadPeriod Q02 · BadAmount Q03 · UnknownReport Q04 · BadSchedule Q05 · NothingToReport Q06
│   BadRequest Q07 · KeyReused Q08 · BadField Q09 · UnsafeAddress Q10 · NoBooks Q11
│   NothingInBooks Q50 · NoForm Q51 · UnknownLine Q52 · UnknownRole Q53 · UnknownInput Q54
│   NoBudget Q85 · TooFewMonths Q86
│   BadRule Q30 · UnknownCategory Q31
│   BadRows Q40 · BadLink Q41 · BadMapping Q42
│   NothingToArrange Q80 · UnknownRecordKind Q81 · BadHold Q82 · BadDescription Q83 · OneMonth Q84
│   ReportChanged Q60 · NothingToKeep Q61 · OpenElsewhere Q62
│   NotAsked Q70 · CantAsk Q71 · NoFigures Q72 · CantSplit Q73 · NoStatement Q74 · BadDigest Q75
├ KeepProblem      K  storage that can't be trusted or reached
│ └ KeyMissing K01 · Tampered K02 · NoSpace K04 · IndexBroken K05 (IndexBusy K06) · TrailBroken K07 · Crowded K08
│   DatabaseProblem K09 (DatabaseDown K03 (DatabaseBusy K10 · DatabaseLogin K11) · EntryExists K12)
│   FolderNotEmpty K60 · FolderNotWritten K61
├ ChannelProblem   P  a chat platform that doesn't do what is asked of it
│ └ Later P01 · Unreachable P02 · FileGone P03 · NoScope P04 · NotLinked P05 · CodeExpired P06 · LinkedElsewhere P07
│   NoAnswer P08
├ TaxProblem       T  a provider of 查验 that gives no result
│ └ NoTaxAnswer T01 · BadTaxAnswer T02
└ SettingProblem   C  settings that can't be used
  └ BadSettings C01
"""

from __future__ import annotations

from typing import Any, ClassVar

from archive.words import Lang, Text


class Problem(Exception):
    """Something went wrong in a way we know. `facts` fill the templates; they are also what the log gets."""

    code: ClassVar[str] = "G00"
    what: ClassVar[Text] = Text("出错了", "Something went wrong")
    why: ClassVar[Text] = Text("", "")
    then: ClassVar[Text] = Text("请稍后再试，或联系管理员。", "Please try again later, or ask an administrator.")

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (type(self), self.facts))

    def __str__(self) -> str:
        return self.say("zh")

    def text(self) -> Text:
        """What, why, next: one line in each language, with the code at its end."""
        return Text(self.say("zh"), self.say("en"))

    def say(self, lang: Lang) -> str:
        """The whole message in one language."""
        what, why, then = (t.filled(**self.facts).to(lang) for t in (self.what, self.why, self._next()))
        said = what + ((": " if lang == "en" else "：") + why if why else "")
        if said[-1] not in ".?!。？！":
            said += "." if lang == "en" else "。"
        return f"{said} {then} [{self.code}]" if lang == "en" else f"{said}{then}[{self.code}]"

    def _next(self) -> Text:
        return self.then


def _again(kind: type[Problem], facts: dict[str, Any]) -> Problem:
    return kind(**facts)


class ReadProblem(Problem):
    """A file that can't be read. Facts: name."""

    code = "R00"


class EmptyFile(ReadProblem):
    code = "R01"
    what = Text("「{name}」是空文件", "“{name}” is empty")
    why = Text("里面没有任何内容", "it holds no bytes")
    then = Text("请重新下载原件后再发一次。", "Please download the original again and resend it.")


class FileTooBig(ReadProblem):
    """Refused at the door, nothing of it is kept. Facts: name, size (MB), limit (MB)."""

    code = "R02"
    what = Text("「{name}」太大，没有接收", "“{name}” is too big and was not taken")
    why = Text("文件 {size} MB，上限 {limit} MB", "it has {size} MB, the limit is {limit} MB")
    then = Text(
        "请拆成几个文件，或转发税务局下载的原件。", "Please split it, or forward the original from the tax bureau."
    )


class Truncated(ReadProblem):
    code = "R03"
    what = Text("「{name}」不完整", "“{name}” is incomplete")
    why = Text("文件在中途断了，可能是下载中断", "the file breaks off; the download may have been cut")
    then = Text("请重新下载原件后再发一次。", "Please download the original again and resend it.")


class Encrypted(ReadProblem):
    code = "R04"
    what = Text("「{name}」有打开密码", "“{name}” is locked with a password")
    why = Text("没有密码读不了内容", "it can't be read without the password")
    then = Text("请发送没有密码的原件，或去掉密码后再发。", "Please send the original without a password.")


class NotWhatItSays(ReadProblem):
    """Facts: name, says (e.g. PDF), found (e.g. HTML)."""

    code = "R05"
    what = Text("「{name}」不是 {says} 文件", "“{name}” is not a {says} file")
    why = Text(
        "内容其实是 {found}，可能是已失效的下载链接页",
        "it really is {found}, perhaps the page of an expired download link",
    )
    then = Text("请打开发票邮件重新下载原件。", "Please download the original from the invoice e-mail again.")


class UnknownFormat(ReadProblem):
    code = "R06"
    what = Text("「{name}」的格式不认识", "The format of “{name}” is not known")
    why = Text("支持 XML、OFD、PDF、图片、邮件、ZIP 和 7Z", "XML, OFD, PDF, pictures, mails, ZIP and 7Z are understood")
    then = Text("请发送其中一种格式。", "Please send one of these.")


class ZipBomb(ReadProblem):
    code = "R07"
    what = Text("压缩包「{name}」没有展开", "The archive “{name}” was not unpacked")
    why = Text("解压后太大、太多或嵌套太深", "its contents are too large, too many or nested too deep")
    then = Text("请直接发送里面的文件。", "Please send the files inside directly.")


class UnsafeXml(ReadProblem):
    code = "R08"
    what = Text("「{name}」没有读取", "“{name}” was not read")
    why = Text("XML 含有实体或 DTD 定义，可能是攻击", "its XML defines entities or a DTD, which may be an attack")
    then = Text("请发送税务局下载的原件。", "Please send the original from the tax bureau.")


class TooDeep(ReadProblem):
    code = "R09"
    what = Text("「{name}」没有读取", "“{name}” was not read")
    why = Text("结构嵌套太深", "its structure is nested too deep")
    then = Text("请发送税务局下载的原件。", "Please send the original from the tax bureau.")


class TooManyPixels(ReadProblem):
    """Facts: name, pixels (millions), limit (millions)."""

    code = "R10"
    what = Text("图片「{name}」没有读取", "The picture “{name}” was not read")
    why = Text("{pixels} 百万像素，上限 {limit}", "it has {pixels} megapixels, the limit is {limit}")
    then = Text("请缩小图片或重新拍照。", "Please shrink the picture or take it again.")


class NoDocument(ReadProblem):
    code = "R11"
    what = Text("「{name}」里没有找到发票", "No invoice was found in “{name}”")
    why = Text("没有发票号码、二维码或票面格式", "it has no invoice number, QR code or form")
    then = Text("文件已保存。如果是发票，请点「补录」填写。", "The file is kept. If it is an invoice, press “Fill in”.")


class ReaderFailed(ReadProblem):
    """Facts: name, detail."""

    code = "R12"
    what = Text("「{name}」没能读出来", "“{name}” could not be read")
    why = Text("{detail}", "{detail}")
    then = Text(
        "文件已保存，可以点「补录」手工填写，或重发原件。", "The file is kept; press “Fill in”, or resend the original."
    )


class TooManyFiles(ReadProblem):
    """Facts: limit."""

    code = "R13"
    what = Text("文件太多，没有接收", "Too many files; none was taken")
    why = Text("一次最多 {limit} 个", "at most {limit} can be sent at once")
    then = Text("请分几次发送，或打成一个 ZIP。", "Please send them in parts, or as one ZIP.")


class HeicPhoto(ReadProblem):
    code = "R14"
    what = Text("「{name}」是 HEIC 照片，打不开", "“{name}” is a HEIC photo and can't be opened")
    why = Text("照片不完整，或用了这里不支持的编码", "it is incomplete, or coded in a way that isn't supported here")
    then = Text(
        "请截图后再发，或在 设置 → 相机 → 格式 里选「兼容性最佳」后重拍。",
        "Please send a screenshot, or set Settings → Camera → Formats to “Most Compatible” and take it again.",
    )


class TooBigToRead(ReadProblem):
    """Beyond what a reader takes, which is less than what is kept. Facts: name, size, limit (with their units)."""

    code = "R15"
    what = Text("「{name}」太大，没有读取内容", "“{name}” is too big and was not read")
    why = Text("它有 {size}，能读的上限是 {limit}", "it has {size}; up to {limit} can be read")
    then = Text(
        "文件已保存，可以点「补录」手工填写，或转发税务局下载的原件。",
        "The file is kept; press “Fill in”, or forward the original from the tax bureau.",
    )


class OtherArchive(ReadProblem):
    """An archive in a format that only its maker's program opens (RAR)."""

    code = "R16"
    what = Text("「{name}」是 RAR 压缩包，没有展开", "“{name}” is a RAR archive and was not unpacked")
    why = Text("RAR 只能用它自己的软件解开", "RAR can only be opened with its own program")
    then = Text("请解压后直接发送文件，或改用 ZIP、7Z。", "Please send the files themselves, or as ZIP or 7Z.")


class MailWithoutFiles(ReadProblem):
    code = "R17"
    what = Text("邮件「{name}」里没有附件", "The mail “{name}” has no attachment")
    why = Text("发票可能只是正文里的文字或下载链接", "the invoice may be a link in its text, or the text itself")
    then = Text(
        "请打开链接下载原件（PDF、OFD 或 XML）再发过来；只有正文的，请打印成 PDF 再发。",
        "Please download the original there and send it; print a mail that is the receipt itself to PDF.",
    )


class NotABook(ReadProblem):
    code = "R18"
    what = Text("「{name}」不是认得的账簿", "“{name}” is no book that is known")
    why = Text(
        "没有找到凭证、余额表、科目、固定资产或银行对账单的表头",
        "no headings of vouchers, balances, accounts, assets or a bank statement were found",
    )
    then = Text(
        "请用 guidang books import --kind bank --map 列名=字段 说明各列，或从系统重新导出。",
        "Say what its columns are with guidang books import --kind bank --map HEADING=FIELD, or export it again.",
    )


class BadInputs(ReadProblem):
    """Facts: name."""

    code = "R50"
    what = Text("看不懂填数文件 {name}", "The file of inputs {name} can't be read")
    why = Text("它应是 JSON：月份 → 项目 → 金额", "it should be JSON: month → item → amount")
    then = Text("写法见 docs/statements.md。", "docs/statements.md shows how it is written.")


class TooHeavy(ReadProblem):
    """A file whose reading needs more memory than a reader may have. Facts: name, limit (with its unit)."""

    code = "R20"
    what = Text("「{name}」没有读取内容", "“{name}” was not read")
    why = Text(
        "读它要用的内存超过 {limit}，可能已损坏", "reading it takes more than {limit} of memory; it may be damaged"
    )
    then = Text(
        "文件已保存，可以点「补录」手工填写，或拆小后重发。",
        "The file is kept; press “Fill in”, or send it in smaller parts.",
    )


class OutlookPacked(ReadProblem):
    """Outlook's own wrapping of attachments (TNEF), which only Outlook opens."""

    code = "R21"
    what = Text(
        "「{name}」的附件包在 winmail.dat 里，打不开", "The attachments of “{name}” are packed into winmail.dat"
    )
    why = Text(
        "寄件人的 Outlook 用了 RTF 格式发信", "the sender's Outlook sent it as rich text, which only Outlook opens"
    )
    then = Text(
        "请在 Outlook 里打开，把附件另存后直接发送；或请寄件人改用 HTML 格式重发。",
        "Please save the attachments in Outlook and send them, or ask the sender to send it again as HTML.",
    )


class NoSuchPath(ReadProblem):
    """A path on the command line that can't be read or written. Facts: name, detail (the system's words)."""

    code = "R22"
    what = Text("「{name}」打不开", "“{name}” can't be opened")
    why = Text("系统提示：{detail}", "the system says: {detail}")
    then = Text("请检查路径和权限后重试。", "Please check the path and its permissions, and try again.")


class RefuseProblem(Problem):
    """A document that can't be taken. Facts: who, and `hidden` when the reader can't open what stands in its place."""

    code = "D00"
    asks: ClassVar[Text] = Text("请直接向 {who} 询问它的进度。", "Please ask {who} how it stands.")

    def _next(self) -> Text:
        return self.asks if self.facts.get("hidden") else self.then


class DuplicateFile(RefuseProblem):
    """Facts: name, who, when, item."""

    code = "D01"
    what = Text("「{name}」已经交过，没有重复收下", "“{name}” was already sent and is not taken twice")
    why = Text("{who} 于 {when} 交过同一个文件（{item}）", "{who} sent the same file on {when} ({item})")
    then = Text("输入「查 {item}」看它的进度。", "Type “search {item}” to see how it stands.")


class DuplicateDocument(RefuseProblem):
    """Facts: name, number, who, when, item."""

    code = "D02"
    what = Text("发票 {number} 已经交过，没有重复收下", "Invoice {number} was already sent and is not taken twice")
    why = Text("{who} 于 {when} 交过（{item}）", "{who} sent it on {when} ({item})")
    then = Text("输入「查 {item}」看它的进度。", "Type “search {item}” to see how it stands.")


class RightProblem(Problem):
    """A person who may not."""

    code = "A00"


class NotAllowed(RightProblem):
    """Facts: right (Text)."""

    code = "A01"
    what = Text("你没有这个权限", "You may not do this")
    why = Text("这一步需要「{right}」权限", "this step needs the right “{right}”")
    then = Text("需要的话请联系管理员。", "Please ask an administrator if you need it.")


class OwnDocument(RightProblem):
    code = "A02"
    what = Text("不能审批自己的单据", "You can't decide on your own document")
    why = Text("提交人和审批人必须是两个人", "sender and approver must be two people")
    then = Text("已经转给其他审批人。", "The other approvers have it.")


class SignInFailed(RightProblem):
    code = "A03"
    what = Text("登录没有成功", "Sign-in failed")
    why = Text("账号或密码不对", "the account or the password is wrong")
    then = Text("请再试一次，或请管理员发一个登录链接。", "Please try again, or ask an administrator for a link.")


class AccountDisabled(RightProblem):
    code = "A04"
    what = Text("这个账号已停用", "This account is disabled")
    then = Text("请联系管理员。", "Please ask an administrator.")


class LinkExpired(RightProblem):
    code = "A05"
    what = Text("链接已失效", "The link is no longer valid")
    why = Text("登录链接只能用一次，并且有时限", "a sign-in link works once and for a limited time")
    then = Text(
        "请管理员重新生成：guidang people add 账号 --link。",
        "Ask an administrator for a new one: guidang people add ID --link.",
    )


class FileLinkExpired(LinkExpired):
    code = "A11"
    why = Text(
        "文件链接 15 分钟内有效，只能在第一次打开它的浏览器里使用",
        "a file's link lasts 15 minutes and belongs to the browser that used it first",
    )
    then = Text("请在聊天里再要一次。", "Please ask for the file in the chat again.")


class TooManyTries(RightProblem):
    """Facts: minutes."""

    code = "A06"
    what = Text("尝试次数太多", "Too many tries")
    why = Text("账号暂时锁定", "the account is locked for a while")
    then = Text(
        "请 {minutes} 分钟后再试，或请管理员发一个登录链接。",
        "Please try again in {minutes} minutes, or ask an administrator for a link.",
    )


class TooManyFromAddress(TooManyTries):
    """Facts: minutes."""

    code = "A10"
    why = Text("从你这个网络地址登录失败的次数太多", "too many sign-ins from your network address failed")


class SignedOut(RightProblem):
    code = "A07"
    what = Text("登录已过期", "You are signed out")
    then = Text("请重新登录。", "Please sign in again.")


class WrongSite(RightProblem):
    code = "A08"
    what = Text("请求被拒绝", "The request was refused")
    why = Text("它不是从本页面发出的", "it did not come from this page")
    then = Text("请直接打开归档网页再试。", "Please open the archive's own page and try again.")


class SignInBusy(RightProblem):
    """More passwords wait to be checked than memory and time are set apart for."""

    code = "A09"
    what = Text("登录暂时排不上", "There is no room to sign you in right now")
    why = Text("同时登录的请求太多", "too many are signing in at the same moment")
    then = Text("请过几秒再试。", "Please try again in a few seconds.")


class BadKey(RightProblem):
    """A program without a key, or with one that is not (any more) in force."""

    code = "A12"
    what = Text("API 密钥无效", "The API key is not valid")
    why = Text("没有带密钥，或密钥写错、已撤销、已过期", "it is missing, mistyped, revoked or expired")
    then = Text(
        "请在请求头写 Authorization: Bearer 密钥；请管理员用 guidang keys list 查看。",
        "Send “Authorization: Bearer KEY”; an administrator can look with: guidang keys list.",
    )


class OutOfScope(RightProblem):
    """Facts: scope."""

    code = "A13"
    what = Text("这个 API 密钥不能做这一步", "This API key may not do this")
    why = Text("它没有 {scope} 范围", "it lacks the scope {scope}")
    then = Text(
        "请管理员另发一个：guidang keys add --scopes {scope}。",
        "Ask an administrator for another one: guidang keys add --scopes {scope}.",
    )


class TooFast(RightProblem):
    """More requests than the key is allowed. Facts: limit (a minute), seconds."""

    code = "A14"
    what = Text("请求太快", "Too many requests")
    why = Text("这个密钥每分钟最多 {limit} 次", "this key may make {limit} a minute")
    then = Text("请 {seconds} 秒后再试。", "Please try again in {seconds} s.")


class StateProblem(Problem):
    """A step that doesn't fit the state."""

    code = "S00"


class AlreadyDecided(StateProblem):
    """Facts: item, who, verdict (Text), when."""

    code = "S01"
    what = Text("{item} 已经处理过了", "{item} has already been decided")
    why = Text("{who} 于 {when} {verdict}", "{who} {verdict} it on {when}")
    then = Text("结果不变，卡片已更新。", "The result stands; the card is up to date.")


class ChangedMeanwhile(StateProblem):
    """Facts: item."""

    code = "S02"
    what = Text("{item} 刚刚有改动，这次点击没有生效", "{item} has just changed; this click did nothing")
    why = Text("卡片上的内容已不是最新", "the card was out of date")
    then = Text("请看更新后的卡片再决定。", "Please look at the new card and decide again.")


class NotFound(StateProblem):
    """Facts: item."""

    code = "S03"
    what = Text("没有找到 {item}", "{item} was not found")
    why = Text("它不存在，或者你无权查看", "it does not exist, or you may not see it")
    then = Text("请检查编号，或输入「查」加关键词。", "Please check the number, or type “search” and a word.")


class ReasonMissing(StateProblem):
    code = "S04"
    what = Text("驳回没有生效", "The rejection was not made")
    why = Text("没有写原因", "no reason was given")
    then = Text("请写明原因，提交人会看到。", "Please give a reason; the sender will see it.")


class BadValue(StateProblem):
    """Facts: field (Text), value, hint (Text)."""

    code = "S05"
    what = Text("「{field}」填得不对", "“{field}” is not right")
    why = Text("「{value}」读不懂", "“{value}” is not understood")
    then = Text("{hint}", "{hint}")


class NotReady(StateProblem):
    """Facts: item, missing (Text)."""

    code = "S06"
    what = Text("{item} 还不能提交", "{item} can't be submitted yet")
    why = Text("还缺：{missing}", "missing: {missing}")
    then = Text("请点「更正」补全。", "Please press “Correct” and fill it in.")


class TooManySchedules(StateProblem):
    """Facts: limit."""

    code = "S07"
    what = Text("定时没有设上", "The schedule was not set")
    why = Text("每人最多 {limit} 个定时", "one person may have {limit} schedules at most")
    then = Text("请先输入「定时」，取消不用的。", "Please type “schedules” and cancel some you no longer need.")


class NotGenuine(StateProblem):
    """Facts: item, why (Text)."""

    code = "S08"
    what = Text("{item} 不能通过", "{item} can't be approved")
    why = Text("{why}", "{why}")
    then = Text(
        "请驳回并要原件；若税务机关查验一致，请财务或档案员点「查验」登记结果。",
        "Reject it and ask for the original; if the tax authority confirms it, finance or the archivist may press "
        "“Tax check” and put that down.",
    )


class MetadataFixed(StateProblem):
    """Facts: item, element (Text or str), free."""

    code = "S50"
    what = Text("{item} 的「{element}」不能改", "“{element}” of {item} can't be changed")
    why = Text(
        "背景、结构和管理过程元数据不得修改；可以著录的有：{free}",
        "background, structure and process metadata are never changed; these may be: {free}",
    )
    then = Text("例：著录 档号 M27 关键词 原因：……", "Example: describe NUMBER M27 words because: …")


class MetadataMissing(StateProblem):
    """Facts: item, names (Text)."""

    code = "S51"
    what = Text("{item} 没有归档", "{item} was not filed")
    why = Text("缺必填元数据：{names}", "required metadata are missing: {names}")
    then = Text("请在会计系统补全后重新导入。", "Please complete it in the accounting system and import again.")


class ReasonNeeded(StateProblem):
    """Facts: item."""

    code = "S52"
    what = Text("{item} 没有改动", "{item} was not changed")
    why = Text("没有写原因", "no reason was given")
    then = Text("请写「原因：……」，原因会留在档案里。", "Please add “because: …”; the reason stays in the archive.")


class TermTooShort(StateProblem):
    """Facts: item, now, wanted."""

    code = "S53"
    what = Text("{item} 的保管期限没有改", "The term of {item} was not changed")
    why = Text(
        "现在是 {now}，要改为 {wanted}：鉴定后只能延长，不能短于法定最低期限（79号令 Art 15、16）",
        "it is {now}, asked for was {wanted}: appraisal may only lengthen it, never below the legal minimum "
        "(Order 79, Art 15 and 16)",
    )
    then = Text("请写更长的期限，如 40年 或 永久。", "Please give a longer term, such as 40年 or 永久.")


class HoldEnded(StateProblem):
    """Facts: item, who, when."""

    code = "S54"
    what = Text("冻结 {item} 已经解除", "The hold {item} has ended already")
    why = Text("{who} 于 {when} 解除", "{who} released it on {when}")
    then = Text("要再冻结，请新建一个。", "To hold again, please add a new one.")


class ShelfRefused(StateProblem):
    """Facts: item, why (Text)."""

    code = "S55"
    what = Text("{item} 不能归入", "{item} can't be filed there")
    why = Text("{why}", "{why}")
    then = Text("请核对种类和期间。", "Please check kind and period.")


class NotWatched(StateProblem):
    code = "S70"
    what = Text("现在看不到运行状态", "The status can't be seen now")
    why = Text("这里没有连到服务的各个部分", "the parts of the service aren't connected here")
    then = Text(
        "请在服务里输入「状态」，或运行 guidang status。", "Type “status” in the service, or run guidang status."
    )


class RuleWaits(StateProblem):
    """Facts: rule, version, who."""

    code = "S30"
    what = Text("没有提交", "Nothing was proposed")
    why = Text(
        "规则 {rule} 第 {version} 版还在等审批（{who} 提出）", "rule {rule} v{version}, proposed by {who}, still waits"
    )
    then = Text("请等它批准或驳回，或由提出人撤回。", "Wait until it is decided, or have its proposer take it back.")


class SameRule(StateProblem):
    """Facts: rule, version."""

    code = "S31"
    what = Text("没有提交", "Nothing was proposed")
    why = Text("规则 {rule} 第 {version} 版已经是这样", "rule {rule} v{version} says so already")
    then = Text("输入「规则 {rule}」看它。", "Type “rules {rule}” to see it.")


class RuleDecided(StateProblem):
    """Facts: rule, version, who, verdict (Text), when."""

    code = "S32"
    what = Text("规则 {rule} 第 {version} 版已经处理过了", "Rule {rule} v{version} has already been decided")
    why = Text("{who} 于 {when} {verdict}", "{who} {verdict} it on {when}")
    then = Text("结果不变。输入「规则 {rule}」看经过。", "The result stands. Type “rules {rule}” for its history.")


class OwnRule(StateProblem):
    """财会〔2024〕11号 Art 17: whoever sets a rule does not approve it."""

    code = "S33"
    what = Text("这条规则是你自己提出的", "You proposed this rule yourself")
    why = Text("提出人不能审批自己的规则", "nobody may approve a rule of their own")
    then = Text("请由另一位财务经理或档案员审批。", "Another finance manager or an archivist decides it.")


class BuiltInRule(StateProblem):
    """Facts: rule."""

    code = "S34"
    what = Text("{rule} 是内置规则，不能改", "{rule} is built in and can't be changed")
    why = Text("内置规则随软件提供，各公司共用", "it comes with the programme, for all companies")
    then = Text(
        "请新增一条公司自己的规则，它优先于内置规则，例：规则 新增 餐饮招待 含 咖啡",
        "Add a rule of your own, which goes before it, e.g. rules add meals word coffee",
    )


class AskProblem(Problem):
    """Words that can't be followed."""

    code = "Q00"


class UnknownCommand(AskProblem):
    """Facts: words, nearest."""

    code = "Q01"
    what = Text("没看懂「{words}」", "“{words}” is not understood")
    why = Text("你是不是想说「{nearest}」？", "did you mean “{nearest}”?")
    then = Text("输入「帮助」看能做什么。", "Type “help” to see what can be done.")


class BadPeriod(AskProblem):
    """Facts: words."""

    code = "Q02"
    what = Text("没看懂期间「{words}」", "The period “{words}” is not understood")
    why = Text(
        "期间可以写 2026-10、2026年、2026Q3、上月、本季度", "write 2026-10, 2026, 2026Q3, last month, this quarter"
    )
    then = Text("请换一种写法。", "Please write it another way.")


class BadAmount(AskProblem):
    """Facts: words."""

    code = "Q03"
    what = Text("没看懂金额「{words}」", "The amount “{words}” is not understood")
    why = Text("金额可以写 >500、<=1000、500-800", "write >500, <=1000, 500-800")
    then = Text("请换一种写法。", "Please write it another way.")


class UnknownReport(AskProblem):
    """Facts: words, names."""

    code = "Q04"
    what = Text("没有叫「{words}」的报表", "There is no report “{words}”")
    why = Text("现有：{names}", "there are: {names}")
    then = Text("例：报表 本月报销。", "Example: report expenses this month.")


class BadSchedule(AskProblem):
    """Facts: words."""

    code = "Q05"
    what = Text("没看懂定时「{words}」", "The schedule “{words}” is not understood")
    why = Text(
        "可以写：每天 9:00、每周一 9:00、每月1日 8:30、每季度首个工作日 9:00、工作日 8:30、cron 0 9 * * 1",
        "write: daily 9:00, every monday 9:00, monthly 1 8:30, first workday of every quarter 9:00, workdays 8:30, "
        "cron 0 9 * * 1",
    )
    then = Text("例：每周一 9:00 报表 上周报销。", "Example: every monday 9:00 report expenses last week.")


class NothingToReport(AskProblem):
    """Facts: period."""

    code = "Q06"
    what = Text("{period} 没有数据", "There is nothing in {period}")
    why = Text("这个期间没有已归档的单据", "no archived document falls in this period")
    then = Text("请换一个期间。", "Please choose another period.")


class NothingToArrange(AskProblem):
    """Facts: period, company."""

    code = "Q80"
    what = Text("{period} 没有可整理的凭证", "There are no vouchers to arrange in {period}")
    why = Text("{company} 这个期间没有导入记账凭证", "no vouchers of {company} were imported for this period")
    then = Text("请先导入凭证（账簿文件发到聊天，或 guidang books import）。",
                "Please import the journal first (drop it into the chat, or guidang books import).")  # fmt: skip


class UnknownRecordKind(AskProblem):
    """Facts: words, names."""

    code = "Q81"
    what = Text("没有叫「{words}」的档案种类", "There is no kind of record “{words}”")
    why = Text("保管期限表里有：{names}", "the retention table has: {names}")
    then = Text("请用表里的名称。", "Please use a name of the table.")


class BadHold(AskProblem):
    """Facts: words."""

    code = "Q82"
    what = Text("没看懂要冻结什么「{words}」", "It is not understood what to hold: “{words}”")
    why = Text(
        "要写明范围（档号、案卷、单位或合同字样、期间）和原因",
        "say what (an archive number, a volume, words of a party or contract, a period) and why",
    )
    then = Text(
        "例：冻结 苏州湖东新能源 2025 诉讼 原因：合同纠纷未结案",
        "Example: hold 苏州湖东新能源 2025 litigation because: dispute over the contract",
    )


class BadDescription(AskProblem):
    """Facts: words."""

    code = "Q83"
    what = Text("没看懂「{words}」", "“{words}” is not understood")
    why = Text("要写编号、元素、新值和原因", "say the number, the element, the new value and why")
    then = Text("例：著录 G2610-0001 M27 年会 原因：补关键词",
                "Example: describe G2610-0001 M27 conference because: keyword added")  # fmt: skip


class OneMonth(AskProblem):
    """Facts: words."""

    code = "Q84"
    what = Text("「{words}」不能整理", "“{words}” can't be arranged")
    why = Text("凭证按月整理，账簿按年", "vouchers are arranged by month, books by year")
    then = Text("例：整理 2026-09，或 整理 2025。", "Example: arrange 2026-09, or arrange 2025.")


class NoBooks(AskProblem):
    """Facts: company."""

    code = "Q11"
    what = Text("{company} 还没有账簿可核对", "There are no books of {company} to check")
    why = Text("没有导入过凭证或银行对账单", "neither vouchers nor bank statements were imported")
    then = Text(
        "请把凭证、余额表、对账单发过来，或运行 guidang books import。",
        "Send the journal, trial balance and bank statements, or run guidang books import.",
    )


class NothingInBooks(AskProblem):
    """Facts: period, books."""

    code = "Q50"
    what = Text("{period} 没有账可编", "There are no books of {period}")
    why = Text("导入的账簿是 {books}", "the imported books cover {books}")
    then = Text("请换一个期间，或先导入该期间的凭证、余额表。", "Choose another period, or import its vouchers first.")


class NoBudget(AskProblem):
    """Facts: period."""

    code = "Q85"
    what = Text("{period}没有导入预算", "No budget of {period} was imported")
    why = Text("预算表没有导入，或不含这段时间", "there is none, or it is of another time")
    then = Text(
        "请把预算表（科目或项目、月份或年度、预算金额）发过来，或运行 guidang books import。",
        "Send the budget (account or item, month or year, amount), or run guidang books import.",
    )


class TooFewMonths(AskProblem):
    """Facts: month."""

    code = "Q86"
    what = Text("到 {month} 为止的账太短，无法预测", "The books up to {month} are too short to foretell from")
    why = Text("至少要有三个月的凭证", "three months of vouchers are needed at least")
    then = Text("请先导入更早的凭证，或换一个月份。", "Import earlier vouchers first, or choose a later month.")


class NoForm(AskProblem):
    """Facts: form, standard."""

    code = "Q51"
    what = Text("{standard}没有{form}", "There is no {form} under the {standard}")
    why = Text("该准则没有规定这张表", "the standard prescribes none")
    then = Text(
        "请换一张报表，或用「科目映射 准则」改正准则。", "Choose another, or set the standard with “mapping standard”."
    )


class UnknownLine(AskProblem):
    """Facts: words, names."""

    code = "Q52"
    what = Text("没有叫「{words}」的项目或科目", "There is no line or account “{words}”")
    why = Text("相近的有：{names}", "similar ones: {names}")
    then = Text("例：明细 货币资金 2026-09。", "Example: details 货币资金 2026-09.")


class UnknownRole(AskProblem):
    """Facts: words, names."""

    code = "Q53"
    what = Text("不能对应到「{words}」", "Nothing can be mapped to “{words}”")
    why = Text("可用的有：{names}", "there are: {names}")
    then = Text("例：科目映射 660208 研发费用。", "Example: mapping 660208 研发费用.")


class UnknownInput(AskProblem):
    """Facts: words, names."""

    code = "Q54"
    what = Text("不知道「{words}」填在哪里", "“{words}” belongs nowhere in the statements")
    why = Text("可填的有：{names}", "what can be given: {names}")
    then = Text(
        "例：报表填数 2026-09 一年内到期的长期借款=2000000。",
        "Example: inputs 2026-09 long_term_loans_due_within_1y=2000000.",
    )


class ReportChanged(AskProblem):
    """Facts: report, period."""

    code = "Q60"
    what = Text("{report} {period} 没有归档", "{report} {period} was not archived")
    why = Text("做出之后数据已经变化", "its data has changed since it was made")
    then = Text("请重新做一次报表，核对后再归档。", "Please make it again, look at it, and archive that one.")


class NothingToKeep(AskProblem):
    """Facts: report."""

    code = "Q61"
    what = Text("「{report}」没有归档", "“{report}” was not archived")
    why = Text("没有说明是哪一张报表", "it isn't said which report is meant")
    then = Text("例：报表 2026-09 报销 并归档。", "Example: report expenses 2026-09 and archive.")


class OpenElsewhere(AskProblem):
    """Facts: most."""

    code = "Q62"
    what = Text("概览没有打开", "The overview was not opened")
    why = Text("已经在 {most} 个窗口里打开", "it is open in {most} windows already")
    then = Text("请先关闭其中一个。", "Please close one of them first.")


class NotAsked(AskProblem):
    """A question that is not understood. Facts: part (the words), instead (the nearest question, or "")."""

    code = "Q70"
    what = Text("没看懂「{part}」", "“{part}” is not understood")
    why = Text("没有这样的科目、指标、部门或人员", "there is no such account, measure, department or person")
    then = Text("例：上季度 管理费用 趋势；本月差旅 按部门；谁还没批。",
                "Examples: administrative expenses last quarter trend; travel this month by department; "
                "who has not approved.")  # fmt: skip

    def _next(self) -> Text:
        meant = self.facts.get("instead")
        return Text("你是不是想问「{instead}」？", "Did you mean “{instead}”?") if meant else self.then


class CantAsk(AskProblem):
    """Facts: why (Text)."""

    code = "Q71"
    what = Text("这样问答不了", "This can't be answered as asked")
    why = Text("{why}", "{why}")
    then = Text("去掉其中一个条件再问一次。", "Please leave one of the wishes out and ask again.")


class NoFigures(AskProblem):
    """Facts: subject, why, instead (Texts)."""

    code = "Q72"
    what = Text("「{subject}」现在答不出来", "“{subject}” can't be answered now")
    why = Text("{why}", "{why}")
    then = Text("{instead}", "{instead}")


class CantSplit(AskProblem):
    """Facts: subject, by, can (Texts)."""

    code = "Q73"
    what = Text("「{subject}」不能按{by}拆分", "“{subject}” can't be split by {by}")
    why = Text("它可以{can}", "it can be split {can}")
    then = Text("请换一个再问。", "Please choose one of these.")


class NoStatement(AskProblem):
    """Facts: name (Text), period (Text)."""

    code = "Q74"
    what = Text("{period}的{name}现在出不来", "The {name} of {period} can't be made now")
    why = Text("没有可用的总账和报表数据", "there is no ledger to make it from")
    then = Text(
        "可以先问：营业收入、管理费用、货币资金。", "You may ask: revenue, administrative expenses, cash and bank."
    )


class BadDigest(AskProblem):
    """Facts: words."""

    code = "Q75"
    what = Text("没看懂「每日摘要 {words}」", "“digest {words}” is not understood")
    why = Text("可以写 开、关、开 9:00", "write on, off, on 9:00")
    then = Text("例：每日摘要 开 9:00。", "Example: digest on 9:00.")


class BadRequest(AskProblem):
    code = "Q07"
    what = Text("请求不完整，没有处理", "The request is incomplete; nothing was done")
    then = Text("请刷新页面再试。", "Please reload the page and try again.")


class KeyReused(AskProblem):
    """Facts: key."""

    code = "Q08"
    what = Text("幂等键「{key}」用过了，没有处理", "The idempotency key “{key}” was used before; nothing was done")
    why = Text("上次的内容和这次不同", "what was sent with it then was something else")
    then = Text("新的内容请用新的键。", "Please use a new key for something new.")


class BadField(AskProblem):
    """Part of a program's request that can't be taken. Facts: field, hint (Text)."""

    code = "Q09"
    what = Text("请求里的「{field}」不对，没有处理", "“{field}” in the request is not right; nothing was done")
    then = Text("{hint}", "{hint}")


class BadRows(AskProblem):
    """Rows of books a program handed in that can't be taken; none of them was. Facts: count, first (Text), rows."""

    code = "Q40"
    what = Text("{count} 处不对，整批没有收下", "{count} values are wrong; nothing of the batch was taken")
    why = Text("{first}", "{first}")
    then = Text("请按 errors 逐行改好后重送。", "Please mend each row named in errors and send again.")


class BadLink(AskProblem):
    """Words that name no voucher or no document to be linked. Facts: words."""

    code = "Q41"
    what = Text("看不出「{words}」说的是哪张凭证、哪件单据", "“{words}” doesn't name a voucher and a document")
    then = Text(
        "请这样写：关联 记-23 2026-09 G2609-0003 原因。",
        "Please write: link voucher 记-23 2026-09 G2609-0003, and why.",
    )


class BadMapping(AskProblem):
    """Columns as a person named them don't make a book. Facts: missing (Text)."""

    code = "Q42"
    what = Text("按这样对应还读不出账簿", "The columns, named like this, don't make a book yet")
    why = Text("{missing}", "{missing}")
    then = Text("请再点「说明各列」改一下。", "Please press “Name the columns” again and change them.")


class UnsafeAddress(AskProblem):
    """An address we are not to call. Facts: url."""

    code = "Q10"
    what = Text("这个地址不能用：{url}", "This address can't be used: {url}")
    why = Text(
        "只能是 https，且不能指向本机或内网", "it must be https, and not lead to this machine or a private network"
    )
    then = Text(
        "请换一个公网 https 地址；内网系统请管理员设置 [webhooks] private = true。",
        "Please give a public https address; for systems of your own network: [webhooks] private = true.",
    )


class BadRule(AskProblem):
    """Facts: words, hint (Text)."""

    code = "Q30"
    what = Text("这条规则没有看懂：{words}", "This rule is not understood: {words}")
    why = Text("{hint}", "{hint}")
    then = Text(
        "例：规则 新增 餐饮招待 含 咖啡、拿铁；规则 修改 R3 餐饮招待 销售方 某某咖啡；规则 停用 R3。",
        "E.g. rules add meals word coffee, latte; rules change R3 meals seller Some Coffee; rules retire R3.",
    )


class UnknownCategory(AskProblem):
    """Facts: category, known (Text)."""

    code = "Q31"
    what = Text("没有「{category}」这个费用类别", "There is no category “{category}”")
    then = Text("可用的类别：{known}。", "There are: {known}.")


class KeepProblem(Problem):
    """Storage that can't be trusted or reached."""

    code = "K00"


class KeyMissing(KeepProblem):
    """Facts: place."""

    code = "K01"
    what = Text("主密钥打不开", "The master key can't be opened")
    why = Text("{place} 不存在或内容不对", "{place} is missing or wrong")
    then = Text(
        "请从备份恢复密钥文件；没有它原件无法解密。", "Restore the key file; no original can be read without it."
    )


class Tampered(KeepProblem):
    """Facts: item."""

    code = "K02"
    what = Text("{item} 的原件与登记不符", "The original of {item} is not what was recorded")
    why = Text("摘要校验不通过，文件可能被改动", "its digest does not match; the file may have been changed")
    then = Text("不要使用这个文件，请立即联系档案员。", "Do not use the file; tell the archivist at once.")


class DatabaseProblem(KeepProblem):
    """The database did not do what it was asked. Facts: number (of the refusal, as the database says it)."""

    code = "K09"
    what = Text("数据库拒绝了这一步", "The database refused this step")
    why = Text(
        "不是连接问题（数据库代码 {number}），原因在日志里",
        "it is not the connection (the database says {number}); the reason is in the log",
    )
    then = Text(
        "已收到的内容不会丢，请把这一条告诉管理员。", "Nothing received is lost; please tell an administrator of this."
    )


class DatabaseDown(DatabaseProblem):
    """It can't be used at the moment; trying again later helps."""

    code = "K03"
    what = Text("数据库暂时不可用", "The database can't be reached")
    why = Text("连接断开，正在重连", "the connection broke and is being restored")
    then = Text("已收到的内容不会丢，请稍等再试。", "Nothing received is lost; please try again shortly.")


class DatabaseBusy(DatabaseDown):
    code = "K10"
    what = Text("数据库正忙", "The database is busy")
    why = Text(
        "别的写入正在改同一处，试了几次都没轮到", "other writes were changing the same place, also after several tries"
    )


class DatabaseLogin(DatabaseDown):
    code = "K11"
    what = Text("数据库拒绝了登录", "The database refused the login")
    why = Text("用户名或密码不对，或账号没有权限", "its user or password is wrong, or may not do this")
    then = Text(
        "已收到的内容不会丢；请管理员检查 MONGODB_URI。",
        "Nothing received is lost; an administrator must check MONGODB_URI.",
    )


class EntryExists(DatabaseProblem):
    """Facts: index."""

    code = "K12"
    what = Text("数据库里已有同样的一条，没有写入", "The same entry is there already; nothing was written")
    why = Text("「{index}」不允许重复", "“{index}” allows no double")
    then = Text(
        "请刷新后再试；如果再次出现，请告诉管理员。",
        "Please reload and try again; tell an administrator if it comes back.",
    )


class NoSpace(KeepProblem):
    """Facts: place, free (MB)."""

    code = "K04"
    what = Text("存储空间不足", "Storage is full")
    why = Text("{place} 只剩 {free} MB", "{place} has {free} MB left")
    then = Text("请管理员扩容后再发。", "An administrator must make room; then send again.")


class IndexBroken(KeepProblem):
    """Facts: detail."""

    code = "K05"
    what = Text("检索暂时不可用", "Search is not available")
    why = Text("索引出错（{detail}），档案本身没有问题", "the index failed ({detail}); the archive itself is sound")
    then = Text("请管理员运行 guidang reindex。", "An administrator can run guidang reindex.")


class IndexBusy(IndexBroken):
    """Another process is writing the index."""

    code = "K06"
    what = Text("索引正忙", "The index is busy")
    why = Text("另一个进程正在写索引", "another process is writing it")
    then = Text("稍后会自动补上，不用重发。", "It will be caught up by itself; nothing needs to be sent again.")


class TrailBroken(KeepProblem):
    """Facts: seq (the last good place, 0 when there is none)."""

    code = "K07"
    what = Text("操作记录链不完整，没有继续写入", "The audit trail is broken and was not continued")
    why = Text("第 {seq} 条处的封签不对或被换回旧值", "its seal at entry {seq} is wrong or was put back")
    then = Text(
        "请立即联系管理员运行 guidang verify 并核对备份。",
        "An administrator must run guidang verify and compare with a backup at once.",
    )


class Crowded(KeepProblem):
    """More is being sent at the moment than memory is set apart for."""

    code = "K08"
    what = Text("正在接收的文件太多，这次没有收下", "Too many files are coming in at once; this one was not taken")
    why = Text("同时发送的人很多", "many people are sending at the same moment")
    then = Text("内容还在，请过一分钟点「重试」。", "Nothing is lost; press “Try again” in a minute.")


class ChannelProblem(Problem):
    """A chat platform that doesn't do what is asked of it. Facts of each: platform (its name)."""

    code = "P00"


class Later(ChannelProblem):
    """The platform asks for patience. Facts: platform, seconds."""

    code = "P01"
    what = Text("{platform} 要求放慢", "{platform} asks for patience")
    why = Text("消息太多，{seconds} 秒后再发", "too many messages; again in {seconds} s")
    then = Text("会自动再发，不会丢。", "It is sent again by itself; nothing is lost.")


class Unreachable(ChannelProblem):
    """It will never arrive there: the user left, the conversation is gone. Facts: platform, detail."""

    code = "P02"
    what = Text("在 {platform} 上送不到", "It can't be delivered on {platform}")
    why = Text("{detail}", "{detail}")
    then = Text(
        "请管理员检查绑定；在网页工作台也能看到。", "Ask an administrator about the link; it is on the web desk too."
    )


class FileGone(ChannelProblem):
    """Facts: platform, name."""

    code = "P03"
    what = Text("「{name}」没有取到", "“{name}” could not be fetched")
    why = Text("文件在 {platform} 上已删除或已过期", "on {platform} it was deleted or has expired")
    then = Text("请再发一次。", "Please send it again.")


class NoScope(ChannelProblem):
    """Facts: platform, name, scope."""

    code = "P04"
    what = Text("「{name}」没有取到", "“{name}” could not be fetched")
    why = Text("归档在 {platform} 上缺少权限 {scope}", "Guidang lacks the permission {scope} on {platform}")
    then = Text(
        "请管理员运行 guidang channels check 并补上权限，然后再发一次。",
        "Ask an administrator to run “guidang channels check” and add it; then send the file again.",
    )


class NotLinked(ChannelProblem):
    """Facts: platform."""

    code = "P05"
    what = Text("还不认识你", "I don't know you yet")
    why = Text("你的 {platform} 账号还没有绑定归档账号", "your {platform} account isn't linked to a Guidang account")
    then = Text(
        "有绑定码请发「绑定 绑定码」；没有请发「申请绑定」，管理员会收到。",
        "With a code, send “link CODE”; without one, send “ask link” and an administrator will hear of it.",
    )


class CodeExpired(ChannelProblem):
    code = "P06"
    what = Text("绑定码不能用", "The code can't be used")
    why = Text("它已用过、过期或写错了", "it was used, has expired, or is mistyped")
    then = Text("请在网页工作台输入「绑定码」再要一个。", "Type “link code” on the web desk for another one.")


class LinkedElsewhere(ChannelProblem):
    """Facts: platform."""

    code = "P07"
    what = Text("没有绑定", "Not linked")
    why = Text("这个 {platform} 账号已绑定另一个人", "this {platform} account is linked to somebody else")
    then = Text("请管理员先解除原来的绑定。", "Ask an administrator to undo that link first.")


class NoAnswer(ChannelProblem):
    """It did not answer, or answered with an error of its own. Facts: platform, detail."""

    code = "P08"
    what = Text("{platform} 没有应答", "{platform} does not answer")
    why = Text("{detail}", "{detail}")
    then = Text("会自动再试。", "It is tried again by itself.")


class TaxProblem(Problem):
    """A provider of 查验 that gives no result. Facts of each: provider, detail."""

    code = "T00"


class NoTaxAnswer(TaxProblem):
    """It is away, busy, or asks to come again."""

    code = "T01"
    what = Text("{provider} 没有查验结果", "{provider} gave no result of the tax check")
    why = Text("{detail}", "{detail}")
    then = Text("会自动再试。", "It is tried again by itself.")


class BadTaxAnswer(TaxProblem):
    """It answered what the settings don't say the meaning of."""

    code = "T02"
    what = Text("{provider} 的查验应答看不懂", "The answer of {provider} to the tax check isn't understood")
    why = Text("{detail}", "{detail}")
    then = Text("请管理员核对 [tax_check] 设置。", "Ask an administrator to look at [tax_check] in the settings.")


class SettingProblem(Problem):
    """Settings that can't be used."""

    code = "C00"


class BadSettings(SettingProblem):
    """Facts: mistakes (one line each)."""

    code = "C01"
    what = Text("设置有误", "The settings are wrong")
    why = Text("{mistakes}", "{mistakes}")
    then = Text("请改正后重新启动。", "Please mend them and start again.")


class NothingSelected(StateProblem):
    """Facts: selection (Text)."""

    code = "S60"
    what = Text("「{selection}」里没有已归档的档案", "Nothing filed is in “{selection}”")
    why = Text("这个范围还没有归档，或档号写错了", "nothing of it has been filed, or the number is mistyped")
    then = Text("例：检测 2025 凭证、移交 2025。", "Examples: inspect 2025 vouchers, hand over 2025.")


class BadSelection(StateProblem):
    """Facts: words."""

    code = "S61"
    what = Text("没看懂范围「{words}」", "The selection “{words}” is not understood")
    why = Text(
        "可以写年度、月份、凭证/账簿/报告/其他、案卷号、档号或编号",
        "write a year, a month, vouchers/books/reports/other, a volume, a 档号 or an id",
    )
    then = Text("例：2025、2025-09、2025 凭证。", "Examples: 2025, 2025-09, 2025 vouchers.")


class RunEnded(StateProblem):
    """Facts: run."""

    code = "S62"
    what = Text("{run} 已经结束", "{run} has ended")
    why = Text("检测已完成或已取消", "the check is done or cancelled")
    then = Text("输入「检测 {run}」看结果。", "Type “inspect {run}” to see what it found.")


class NotDueYet(StateProblem):
    """Facts: year, day."""

    code = "S63"
    what = Text("{year} 年度还不能移交", "{year} can't be handed over yet")
    why = Text("会计年度到 {day} 才终了", "the fiscal year ends on {day}")
    then = Text("请在年度终了后再移交。", "Please hand it over after its end.")


class NotYourSeat(StateProblem):
    """Facts: seat (Text), why (Text)."""

    code = "S64"
    what = Text("没有签上「{seat}」", "“{seat}” was not signed")
    why = Text("{why}", "{why}")
    then = Text(
        "请由合适的人签字，或由缺席人委托代签。", "Somebody fit must sign, or a deputy named by the absent one."
    )


class WrongSignCode(StateProblem):
    code = "S65"
    what = Text("签字码不对，没有签字", "The signing code is wrong; nothing was signed")
    why = Text(
        "它已用过、过期、写错了，或不是这次移交的", "it was used, has expired, is mistyped, or is for another hand-over"
    )
    then = Text(
        "请在网页工作台输入「签字码 移交编号」再要一个。", "Type “sign code NUMBER” on the web desk for another one."
    )


class HandoverClosed(StateProblem):
    """Facts: case, state (Text)."""

    code = "S66"
    what = Text("{case} 不能再签", "{case} can't be signed any more")
    why = Text("它现在是「{state}」", "it is “{state}” now")
    then = Text("输入「移交 {case}」看它的进度。", "Type “hand over {case}” to see how it stands.")


class AlreadyHandedOver(StateProblem):
    """Facts: year, case."""

    code = "S67"
    what = Text("{year} 年度已有移交 {case}", "{year} is being handed over in {case} or was")
    then = Text("输入「移交 {case}」看它的进度。", "Type “hand over {case}” to see how it stands.")


class OnlyOnTheDesk(StateProblem):
    code = "S68"
    what = Text("签字码只在网页工作台给", "The signing code is given on the web desk only")
    why = Text("它证明签字的人登录了自己的账号", "it proves that who signs is signed in to their own account")
    then = Text("请登录网页工作台，输入「签字码 移交编号」。", "Sign in there and type “sign code NUMBER”.")


class DelayRefused(StateProblem):
    """Facts: year, why (Text)."""

    code = "S69"
    what = Text("{year} 年度不能缓交", "{year} can't be delayed")
    why = Text("{why}", "{why}")
    then = Text("请尽快移交：移交 {year}。", "Please hand it over soon: hand over {year}.")


class FolderNotEmpty(KeepProblem):
    """Facts: place."""

    code = "K60"
    what = Text("「{place}」里已有文件，没有写入", "“{place}” is not empty; nothing was written")
    then = Text("请换一个空目录。", "Please name an empty folder.")


class FolderNotWritten(KeepProblem):
    """Facts: place, detail."""

    code = "K61"
    what = Text("移交包没有写成", "The package was not written")
    why = Text("{place}：{detail}", "{place}: {detail}")
    then = Text("请检查磁盘空间和权限后再试。", "Please check space and permissions and try again.")


class PackageUnreadable(ReadProblem):
    """Facts: name, detail (Text)."""

    code = "R60"
    what = Text("「{name}」不是能读的移交包", "“{name}” is no package that can be read")
    why = Text("{detail}", "{detail}")
    then = Text("请对方重新制作，或换一个载体。", "Please have it made again, or use another medium.")


class PackageRefused(ReadProblem):
    """Facts: name, count."""

    code = "R61"
    what = Text("移交包「{name}」没有接收", "The package “{name}” was not taken")
    why = Text("有 {count} 处不符，逐条列出", "{count} findings, each listed")
    then = Text(
        "请把清单交给移交方，重新制作移交包。", "Give the list to the other side and have the package made again."
    )


class NotYourLoan(RightProblem):
    """Facts: item."""

    code = "A20"
    what = Text("{item} 不由你借阅或批准", "{item} is not yours to borrow or to grant")
    why = Text(
        "借阅人不能自己批准；复制原始凭证、对外提供由会计机构负责人批准",
        "nobody grants their own; copies of source documents or for outsiders are for the head of accounting",
    )
    then = Text("请由有权的人处理。", "Ask somebody who may.")


class BadLoan(StateProblem):
    """Facts: words, most (days)."""

    code = "S90"
    what = Text("没看懂要借阅什么：{words}", "It isn't clear what is to be borrowed: {words}")
    why = Text("要有凭证或档号，时间 1 至 {most} 天", "a voucher or archive number is needed, and 1 to {most} days")
    then = Text(
        "例：借阅 记-23 2025-09 3天 理由：核对付款。", "Example: borrow 记-23 2025-09 3 days because: check a payment."
    )


class LoanClosed(StateProblem):
    """Facts: item, state (Text)."""

    code = "S91"
    what = Text("借阅 {item} 没有改动", "Loan {item} was not changed")
    why = Text("它{state}", "it stands as: {state}")
    then = Text("需要时请重新申请借阅。", "Ask anew where it is needed.")


class LoanOver(StateProblem):
    """Facts: item, why (Text)."""

    code = "S92"
    what = Text("借阅 {item} 打不开", "Loan {item} opens nothing")
    why = Text("{why}", "{why}")
    then = Text("需要时请重新申请借阅。", "Ask anew where it is needed.")


class BadSample(StateProblem):
    """Facts: words."""

    code = "S93"
    what = Text("没看懂怎样抽样：{words}", "It isn't clear how to sample: {words}")
    why = Text("要有期间；随机抽取要有种子", "a period is needed, and a seed for a random draw")
    then = Text("例：抽样 2025 金额≥10万 随机 25 种子 7。", "Example: sample 2025 amount ≥ 100000 random 25 seed 7.")


class DestructionElsewhere(StateProblem):
    """Facts: case, state (Text)."""

    code = "S80"
    what = Text("{case} 现在不能这样做", "{case} is not at this step")
    why = Text("它的状态是「{state}」", "it is “{state}”")
    then = Text("请输入「鉴定 {case}」查看进度。", "Please type “appraise {case}” to see where it stands.")


class StepUpNeeded(StateProblem):
    """Facts: seat (Text)."""

    code = "S81"
    what = Text("「{seat}」没有签上", "“{seat}” was not signed")
    why = Text("没有用签字码再次确认身份", "who you are was not confirmed again with a signing code")
    then = Text("请在网页工作台取签字码后再签。", "Please get a signing code on the web desk, then sign with it.")


class SecondPersonNeeded(StateProblem):
    """Facts: case."""

    code = "S82"
    what = Text("{case} 没有销毁", "{case} was not destroyed")
    why = Text("销毁须由两人先后确认", "destruction takes two people, one after the other")
    then = Text("请由另一位有权的人确认。", "Somebody else who may must confirm it.")


class NothingToDestroy(StateProblem):
    """Facts: day, held."""

    code = "S83"
    what = Text("到 {day} 没有可以鉴定销毁的档案", "Nothing can be appraised for destruction by {day}")
    why = Text(
        "没有到期的，或都被冻结、未结清（{held} 件）", "nothing is due, or all of it is held or unsettled ({held})"
    )
    then = Text("请输入「到期」查看。", "Please type “due” to see.")
