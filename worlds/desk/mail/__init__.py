"""Mail: what leaves the desk, what comes in, and whether it does at all."""
