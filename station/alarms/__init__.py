"""From findings and limits to alarms: definitions, rules, life cycle."""
