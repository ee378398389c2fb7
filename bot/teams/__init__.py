"""Microsoft Teams: personal chats, group chats and channels, on the Microsoft 365 Agents SDK."""
