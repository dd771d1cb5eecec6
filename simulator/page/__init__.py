"""The workspace in a browser: one page that looks and feels like Slack's client."""
