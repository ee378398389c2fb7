// What the page itself says, in both languages, and how it writes days, times and sizes.

const WORDS = {
  brand: ["归档", "Guidang"],
  signIn: ["登录", "Sign in"],
  person: ["账号", "Account"],
  password: ["密码", "Password"],
  welcome: ["会计档案，在对话里收、审、存、查", "Accounting records: send, approve, keep and find, in one conversation"],
  useLink: ["使用登录链接", "Use the sign-in link"],
  linkHint: ["这个链接只能用一次。", "This link works once."],
  goSignIn: ["用密码登录", "Sign in with a password"],
  setPassword: ["设置密码", "Set a password"],
  newPassword: ["新密码", "New password"],
  passwordHint: ["以后可以用它登录。", "You can sign in with it from now on."],
  passwordSet: ["密码已设置。", "The password is set."],
  later: ["以后再说", "Later"],
  save: ["保存", "Save"],
  signOut: ["退出", "Sign out"],
  account: ["我的账号", "My account"],
  other: ["EN", "中文"],
  otherName: ["Switch to English", "切换到中文"],
  conversations: ["会话", "Conversations"],
  log: ["消息", "Messages"],
  write: ["输入要做的事，例如：查 本月；发票可直接拖进来", "Say what you need, e.g. search this month; drop invoices anywhere"],
  writeShort: ["输入文字，或发送发票", "Type, or send an invoice"],
  message: ["消息内容", "Message"],
  send: ["发送", "Send"],
  open: ["打开 {id}", "open {id}"],
  attach: ["选择文件", "Choose files"],
  drop: ["松开即可发送文件", "Drop the files to attach them"],
  remove: ["移除 {name}", "Remove {name}"],
  sending: ["正在发送 {share}%", "Sending {share}%"],
  storing: ["正在保存…", "Saving…"],
  received: ["已收到", "Received"],
  notSent: ["没有发出去：网络不通。内容还在，可以重试。", "Not sent: no connection. Nothing is lost; try again."],
  broken: ["服务暂时没有回应，请稍后再试。", "The service does not answer; please try again shortly."],
  retry: ["重试", "Try again"],
  edit: ["放回输入框", "Back to the editor"],
  offline: ["连接断开，正在重连…", "Connection lost, reconnecting…"],
  older: ["正在加载更早的消息…", "Loading earlier messages…"],
  start: ["从这里开始", "This is the beginning"],
  today: ["今天", "Today"],
  yesterday: ["昨天", "Yesterday"],
  you: ["我", "You"],
  unread: ["{n} 条未读", "{n} unread"],
  page: ["第 {n} 页", "Page {n}"],
  view: ["查看 {name} 的票面", "See the document {name}"],
  noPage: ["没有更多页了。", "There are no more pages."],
  noPicture: ["票面暂时看不了", "No picture available"],
  zoomIn: ["放大", "Zoom in"],
  zoomOut: ["缩小", "Zoom out"],
  previous: ["上一页", "Previous page"],
  next: ["下一页", "Next page"],
  original: ["下载原件", "Download the original"],
  download: ["下载 {name}", "Download {name}"],
  close: ["关闭", "Close"],
  cancel: ["取消", "Cancel"],
  check: ["请核对", "please check"],
  required: ["必填", "required"],
  fillIn: ["请填写。", "Please fill this in."],
  badMoney: ["请填金额，例如 1060.00。", "Please give an amount, e.g. 1060.00."],
  warnings: ["请注意", "Please note"],
  hello: ["你好，{name}", "Hello, {name}"],
  helloText: ["把发票、回单、合同拖进来，或点一个开始：", "Drop invoices, bank receipts or contracts here, or start with one of these:"],
  emptyApprovals: ["现在没有等你审批的单据。有了会出现在这里。", "Nothing waits for your approval. It will show up here."],
  emptyReports: ["还没有报表。定时报表会送到这里。", "No reports yet. Scheduled reports are delivered here."],
  overview: ["概览", "Overview"],
  overviewLine: ["收到、待办、费用、增长", "Intake, waits, sums, growth"],
  loading: ["正在统计…", "Counting…"],
  growth: ["近 30 天", "The last 30 days"],
  growthNote: ["新增 {size}", "{size} added"],
  sums: ["本月费用", "This month by category"],
  sumsNote: ["合计 {total} 元", "CNY {total} in all"],
  waits: ["待审批已等", "Awaiting approval for"],
  oldest: ["等得最久", "Waiting longest"],
  failures: ["读不出的文件", "Files that could not be read"],
  nothing: ["没有。", "None."],
  filed: ["归档", "filed"],
  most: ["最多一天 {n} 件", "at most {n} a day"],
  since: ["{day} 起", "since {day}"],
  dayFigures: ["{day}：收到 {received}，归档 {filed}", "{day}: {received} received, {filed} filed"],
  monthFigures: ["近 30 天收到 {received} 件，归档 {filed} 件", "In 30 days {received} received, {filed} filed"],
  tooMany: ["一次最多 {n} 个文件。", "At most {n} files at once."],
  tooBig: ["「{name}」超过 {size}，不能发送。", "“{name}” is over {size} and can't be sent."],
  tooMuch: ["文件合计超过 {size}，请分几次发送。", "The files are over {size} together; please send them in parts."],
};

const STARTS = [["待办", "todo"], ["报表 本月报销", "report expenses this month"], ["查 本月", "search this month"], ["帮助", "help"]];

let now = localStorage.getItem("lang") || (/^(?!zh)/.test(navigator.language || "zh") ? "en" : "zh");

export const lang = () => now;

export function speak(chosen) {
  now = chosen;
  localStorage.setItem("lang", chosen);
  document.documentElement.lang = chosen;
  document.title = t("brand");
}

export function t(name, facts = {}) {
  const words = WORDS[name][now === "en" ? 1 : 0];
  return words.replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
}

// Three ways to begin, of those whose first word is among the commands open to this person.
export function starts(commands) {
  const at = now === "en" ? 1 : 0;
  const known = new Set(commands.map(([words]) => words.split(" ")[0]));
  return STARTS.map((both) => both[at]).filter((words) => known.has(words.split(" ")[0])).slice(0, 3);
}

const locale = () => (now === "en" ? "en-GB" : "zh-CN");

export const time = (at) => at.toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });

export function day(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  return at.toLocaleDateString(locale(), { year: "numeric", month: "long", day: "numeric", weekday: "short" });
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
