"""What a task family must prove before anybody trusts its reward; `worlds check` plays it."""
