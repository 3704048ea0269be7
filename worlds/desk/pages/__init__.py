"""What people see of the desk: the workspace of staff and the help centre of requesters."""
