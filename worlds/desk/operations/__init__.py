"""What the roles can do at the desk, one file a noun; each function is a tool, an address, a form."""
