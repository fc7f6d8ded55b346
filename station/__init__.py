"""The line, without a window: sources -> judging -> alarms -> records."""
