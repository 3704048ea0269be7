"""Bulk work on articles: taken on now, done by the system in its own time, told item by item."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import Refusal
from worlds.engine.everywhere.jobs import JobId, JobItem, finish_job, open_job
from worlds.engine.fields import Amount, Input, RecordId, Result, format_money
from worlds.engine.operation import writes
from worlds.shop.operations.products import update_variant
from worlds.shop.rules import MERCHANDISERS

MISHAP = "bulk-item"
"""What a failure plan calls it when one item of a job fails."""
SETTING_UP, EACH = timedelta(seconds=15), timedelta(seconds=1)
"""How long it takes until a job is done: in any case, and for each of its items."""


class VariantPrice(Input):
    """A variant and the price that it is to have, without tax."""

    variant_id: RecordId
    price: Amount


class JobTaken(Result):
    """A job that was taken on; get_job says how it stands and what became of each item."""

    job_id: str
    total: int


Prices = Annotated[list[VariantPrice], Field(min_length=1, max_length=100)]


@writes(roles=MERCHANDISERS, doors=("tools",), deferred=True)
def price_variants(ctx: Context, prices: Prices) -> JobTaken:
    """Give many variants new prices in one job, which is worked off within two minutes.

    The answer says only that the job was taken on. An item that cannot be done does not stop the others; get_job tells
    of each, in no particular order.

    Args:
        prices: The variants with their new prices, without tax.
    """
    now = int(ctx.now.timestamp())
    job_id = open_job(ctx.driver, "price_variants", ctx.actor.role, now, total=len(prices))
    items = [{"variant_id": one.variant_id, "price": format_money(one.price)} for one in prices]
    ctx.schedule(ctx.now + SETTING_UP + EACH * len(items), "work_off_prices", job_id=job_id, prices=items)
    return JobTaken(job_id=job_id, total=len(prices))


@writes(roles=(), doors=())
def work_off_prices(ctx: Context, job_id: JobId, prices: Prices) -> JobTaken:
    """Work off a job of prices, item by item, in an order of the system's own.

    Args:
        job_id: The job.
        prices: What was asked for.
    """
    order = list(enumerate(prices))
    ctx.rng("order of work").shuffle(order)
    done = [_work_off(ctx, index, one) for index, one in order]
    finish_job(ctx.driver, job_id, int(ctx.now.timestamp()), done)
    return JobTaken(job_id=job_id, total=len(prices))


def _work_off(ctx: Context, index: int, one: VariantPrice) -> JobItem:
    if (failed := ctx.mishap(MISHAP)) is not None:
        return JobItem(
            index=index, success=False, record_id=one.variant_id, error=failed["error"], message=failed["message"]
        )
    try:
        update_variant(ctx, one.variant_id, price=one.price)
    except Refusal as refusal:  # each of these is raised before anything is written
        return JobItem(
            index=index, success=False, record_id=one.variant_id, error=refusal.code, message=refusal.message
        )
    return JobItem(index=index, success=True, record_id=one.variant_id)
