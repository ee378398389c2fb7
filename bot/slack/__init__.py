"""Slack: Events API over HTTP or Socket Mode in, Block Kit out."""
