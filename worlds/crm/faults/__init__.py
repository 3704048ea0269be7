"""What goes wrong in the CRM and by whose hand: what the layers of failures need to know of this business."""
