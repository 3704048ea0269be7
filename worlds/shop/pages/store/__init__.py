"""Larkfield, the storefront: one module a part of the shop, all registered on `store`."""

from worlds.shop.pages.store import account, basket, browsing, checkout, pictures, service
from worlds.shop.pages.store.front import store

__all__ = ["account", "basket", "browsing", "checkout", "pictures", "service", "store"]
