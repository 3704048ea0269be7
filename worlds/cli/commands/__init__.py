"""The commands, one a module; `worlds --help` lists them."""
