"""The shop's tables, by noun; `Model.metadata` is the whole schema."""

from worlds.shop.models.approvals import ApprovalRequest
from worlds.shop.models.carts import Cart, CartCode, CartLine
from worlds.shop.models.catalogue import Category, Discount, Product, Variant
from worlds.shop.models.exports import DataExport
from worlds.shop.models.labels import CarrierEvent, ShippingLabel
from worlds.shop.models.model import Model
from worlds.shop.models.money import Payment, PaymentEvent, Refund, RefundLine
from worlds.shop.models.orders import DiscountAllocation, OrderLine, SalesOrder
from worlds.shop.models.people import Address, Customer, PaymentMethod, StaffUser, WebSession, stand_in
from worlds.shop.models.records import AuditEvent, Escalation, OrderNote, OutboxEmail, TimelineEvent
from worlds.shop.models.shipping import Fulfilment, FulfilmentLine, ReturnLine, ReturnRequest
from worlds.shop.models.stock import Allocation, InventoryLevel, Location, StockMovement

__all__ = [
    "Address", "Allocation", "ApprovalRequest", "AuditEvent", "CarrierEvent", "Cart", "CartCode", "CartLine",
    "Category", "Customer", "DataExport", "Discount", "DiscountAllocation", "Escalation", "Fulfilment",
    "FulfilmentLine", "InventoryLevel", "Location", "Model", "OrderLine", "OrderNote", "OutboxEmail", "Payment",
    "PaymentEvent", "PaymentMethod", "Product", "Refund", "RefundLine", "ReturnLine", "ReturnRequest", "SalesOrder",
    "ShippingLabel", "StaffUser", "StockMovement", "TimelineEvent", "Variant", "WebSession", "stand_in",
]  # fmt: skip
