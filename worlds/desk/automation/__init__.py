"""What runs by itself: the language of rules, triggers on every change, automations every hour."""
