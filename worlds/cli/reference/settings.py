"""The reference page of settings: every environment variable that is read, held complete by a test over the source."""

SETTINGS = {
    "WORLDS_PATH": "Folders with worlds of your own, separated as in PATH.",
    "WORLDS_CACHE": "Where snapshots are kept; `workworlds` in the user's cache folder by default.",
    "WORLDS_FORK": "`copy` makes every episode a plain copy of its snapshot, as it is anyway where mappings do not do.",
    "WORLDS_SLOTS": "Databases for each snapshot and process in which episodes take turns; 4 by default.",
    "WORLDS_CHROMIUM": "The browser's program; otherwise one on the path, otherwise Playwright's own.",
    "WORLDS_URL": "The running server that `worlds reset` and its kin speak to.",
    "WORLDS_CONTROL_TOKEN": "That server's control token.",
    "OPENAI_BASE_URL": "Where the agent `openai` finds its model, with the version: `https://host/v1`.",
    "OPENAI_API_KEY": "The key that it sends, unless its option `key_env` names another variable.",
    "OPENAI_MODEL": "The model that it asks for.",
    "WORLDS_TEST_JOBS": "Processes in which `scripts/test` runs the tests; 3 by default.",
    "PYTHON": "The Python with which `scripts/setup` makes its environment.",
    "PLAYWRIGHT_BROWSERS_PATH": "Where Playwright keeps its browsers; Playwright's own variable.",
}


def settings_page() -> str:
    """The page as Markdown."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in SETTINGS.items()]
    head = ["# Settings: reference", "", "Written by `scripts/docs`. All settings are environment variables.", ""]
    return "\n".join([*head, "| Variable | Meaning |", "| --- | --- |", *rows]) + "\n"
