"""Whoever still calls with an old address after a reset changes nothing: eight threads, a hundred resets, no row."""

import threading

import httpx

TASK = {"task": "tiny/recount", "seed": 3}


class Straggler(threading.Thread):
    """Writes at the last address that it was told, through the API or MCP, and never stops."""

    def __init__(self, number, told, stop):
        super().__init__()
        self.number, self.told, self.stop = number, told, stop
        self.seen = {200: 0, 410: 0}
        self.error = None

    def run(self):
        try:
            with httpx.Client(trust_env=False, timeout=30) as client:
                while not self.stop.is_set():
                    status = (self.by_mcp if self.number % 2 else self.by_api)(client, self.told["now"])
                    self.seen[status] += 1
        except Exception as error:  # noqa: BLE001 - shown by the test's own thread
            self.error = error

    def by_api(self, client, opened):
        return client.post(
            f"{opened['api_url']}/sell_item", json={"item_id": self.number + 1, "quantity": 1}
        ).status_code

    def by_mcp(self, client, opened):
        call = {"name": "send_message", "arguments": {"item_id": 1, "recipient": "them", "body": "still here"}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        answer = client.post(opened["mcp_url"], json=body, headers={"Accept": "application/json, text/event-stream"})
        if answer.status_code == 200 and answer.json()["result"]["isError"]:
            # retired between the door and the call, or sold out: either way a refusal in the world's shape
            code = answer.json()["result"]["structuredContent"]["error"]["code"]
            assert code == "episode_closed"
            return 410
        return answer.status_code


def test_eight_stragglers_across_a_hundred_resets_leave_no_row(operator):
    told, stop = {"now": operator.open(**TASK, id="one")}, threading.Event()
    stragglers = [Straggler(number, told, stop) for number in range(8)]
    for straggler in stragglers:
        straggler.seen[409] = 0  # sold out
        straggler.start()
    try:
        for _ in range(100):
            written = sum(straggler.seen[200] for straggler in stragglers)
            while sum(straggler.seen[200] for straggler in stragglers) == written and not any(
                straggler.error for straggler in stragglers
            ):
                stop.wait(0.001)
            opened = operator.post("one/reset").json()
            assert operator.diff("one") == []
            assert operator.diff("one") == []
            told["now"] = opened
    finally:
        stop.set()
        for straggler in stragglers:
            straggler.join()
    assert [straggler.error for straggler in stragglers] == [None] * 8
    assert sum(straggler.seen[410] for straggler in stragglers) > 0
