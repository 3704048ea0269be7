"""Taking customers or orders out as a file, and the list of what was taken."""

from flask import url_for

from worlds.engine.surfaces.chrome import AGAIN, act
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.exports import ExportView, export_customers, export_orders, list_exports
from worlds.shop.pages.office.app import office


@office.page("/exports")
def exports(door: Door) -> str:
    """The list, newest first."""
    acts = [
        act(door, "Export customers", url_for("office.new_customer_export"), export_customers),
        act(door, "Export orders", url_for("office.new_order_export"), export_orders),
    ]
    return door.render("office/exports.html", listed=door.listing(list_exports), acts=acts)


@office.page("/exports/customers")
def new_customer_export(door: Door) -> str:
    """Asks which customers, and what for."""
    form = door.form(export_customers, url_for("office.customers_exported"))
    return door.render("office/export_customers.html", form=form)


@office.action("/exports/customers", export_customers, shows=new_customer_export)
def customers_exported(_door: Door, done: ExportView | None) -> Done:
    """The file is there."""
    return Done(_exported(done), url_for("office.exports"))


@office.page("/exports/orders")
def new_order_export(door: Door) -> str:
    """Asks which orders, and what for."""
    form = door.form(export_orders, url_for("office.orders_exported"))
    return door.render("office/export_orders.html", form=form)


@office.action("/exports/orders", export_orders, shows=new_order_export)
def orders_exported(_door: Door, done: ExportView | None) -> Done:
    """The file is there."""
    return Done(_exported(done), url_for("office.exports"))


def _exported(done: ExportView | None) -> str:
    return f"Export {done.number} holds {done.row_count} {done.kind}: {done.file}." if done else AGAIN
