"""WeCom 企业微信: the 自建应用 as channel "wecom" and the 智能机器人 as "wecom_bot", on a thin client of our own."""
