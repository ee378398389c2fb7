"""How soon an event of each chat platform is acknowledged, its readers idle and busy; and a burst, every event once.

`python -m bench.channels [--rate 50] [--seconds 10] [--burst 500] [--json]`. The platforms are strict stand-ins in this
process (tests/fakes); the service is `guidang serve` as it is, and events are signed as the platform signs them. One in
five of the burst is sent twice; every answer must come once, and in the order of its conversation.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from bench import processes
from bench.ack import _at, _occupy
from bench.visitor import Service, running
from tests.fakes.slack import SECRET, TEAM, TOKEN, FakeSlack
from tests.fakes.teams import APP, ISSUER, TENANT, Servers
from tests.fakes.teams import SECRET as TEAMS_SECRET
from tests.fakes.wecom import AES_KEY, AGENT, CORP, FakeWecom
from tests.fakes.wecom import SECRET as WECOM_SECRET
from tests.fakes.wecom import TOKEN as WECOM_TOKEN

PEOPLE = ("li.ming", "chen.jing", "zhao.lei", "wang.fang")
#: Sends event number n of somebody; the same n again is the same event.
Post = Callable[[aiohttp.ClientSession, str, int], Coroutine[Any, Any, int]]


async def measure(rate: int = 50, seconds: int = 10, burst: int = 500) -> dict[str, Any]:
    """Each platform alone, one after the other; then the burst over all three."""
    found: dict[str, Any] = {"rate": rate, "seconds": seconds}
    async with _platforms() as (env, posts, answers):
        for name, post in posts.items():
            found[name] = {}
            for busy in (False, True):
                async with _service(env) as service:
                    found[name]["busy" if busy else "idle"] = await _steady(service, post, rate, rate * seconds, busy)
        async with _service(env) as service:
            found["burst"] = await _burst(service, posts, answers, burst)
    return found


@asynccontextmanager
async def _platforms() -> AsyncIterator[tuple[dict[str, str], dict[str, Post], Callable[[str, str], list[str]]]]:
    """(settings as the environment gives them, how to send to each, what each person was answered on each)."""
    async with AsyncExitStack() as stack:
        slack = await FakeSlack(gap=0).start()
        stack.push_async_callback(slack.close)
        wecom = await FakeWecom(users=set(PEOPLE), most=1_000_000).start()
        stack.push_async_callback(wecom.close)
        teams = stack.enter_context(Servers(ca=Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        teams.pace = False
        slack.alone |= {_slack_user(p): f"D{_slack_user(p)}" for p in PEOPLE}
        slack.channels |= set(slack.alone.values())
        teams.known |= {f"a:{p}" for p in PEOPLE}
        env = {
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.api,
            "TEAMS_APP_ID": APP, "TEAMS_SECRET": TEAMS_SECRET, "TEAMS_TENANTS": TENANT, "TEAMS_ISSUER": ISSUER,
            "TEAMS_AUTHORITY": teams.authority, "TEAMS_KEYS_URL": teams.keys_url, "TEAMS_SERVICE_HOSTS": "127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(teams.ca),
            "WECOM_CORP_ID": CORP, "WECOM_AGENT_ID": str(AGENT), "WECOM_SECRET": WECOM_SECRET,
            "WECOM_TOKEN": WECOM_TOKEN, "WECOM_AES_KEY": AES_KEY, "WECOM_API_URL": wecom.url,
        }  # fmt: skip

        def answers(name: str, person: str) -> list[str]:
            if name == "slack":
                return [said.text for said in slack.stand(slack.alone[_slack_user(person)])]
            if name == "teams":
                return [
                    json.dumps(said.body, ensure_ascii=False)
                    for said in teams.said
                    if said.conversation == f"a:{person}"
                ]
            return [json.dumps(stands.content, ensure_ascii=False) for stands in wecom.stand(person)]

        yield env, {"slack": _on_slack(slack), "teams": _on_teams(teams), "wecom": _on_wecom(wecom)}, answers


@asynccontextmanager
async def _service(env: dict[str, str]) -> AsyncIterator[Service]:
    """A service on an empty archive, with its people linked everywhere."""
    with tempfile.TemporaryDirectory(prefix="guidang-channels-") as folder:
        async with running(Path(folder) / "data", env) as service:
            await (await service.visitor(PEOPLE[0])).close()  # until the people are there
            for person in PEOPLE:
                accounts = (
                    f"slack:{TEAM}:{_slack_user(person)}",
                    f"teams:{TENANT}:aad-{person}",
                    f"wecom:{CORP}:{person}",
                )
                for account in accounts:
                    await _guidang(service, "people", "link", person, account)
            yield service


async def _guidang(service: Service, *words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *words, "--data", str(service.data),
        env={**os.environ, **service.env}, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await process.wait():
        raise RuntimeError(f"guidang {' '.join(words)} failed")


async def _steady(service: Service, post: Post, rate: int, count: int, busy: bool) -> dict[str, Any]:
    """Milliseconds from the moment an event was due until it was acknowledged."""
    if busy:
        visitor = await service.visitor(PEOPLE[1])
        try:
            await _occupy(service, visitor)
        finally:
            await visitor.close()
    async with aiohttp.ClientSession() as http:
        began = time.perf_counter() + 0.2

        async def one(number: int) -> float:
            due = began + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0.0))
            status = await post(http, service.base, number)
            if status not in (200, 202):
                raise RuntimeError(f"answered with {status}")
            return (time.perf_counter() - due) * 1e3

        times = sorted(await asyncio.gather(*map(one, range(count))))
    return {
        "acknowledged": len(times), "p50_ms": _at(times, 0.5), "p99_ms": _at(times, 0.99), "worst_ms": _at(times, 1.0),
        "load": processes.load(),
    }  # fmt: skip


async def _burst(
    service: Service, posts: dict[str, Post], answers: Callable[[str, str], list[str]], count: int
) -> dict[str, Any]:
    """All at once as far as connections go; a conversation's own events in their order."""
    random, wrong = Random(7), list[str]()
    lines = [(name, person) for name in posts for person in PEOPLE]
    before = {line: len(answers(*line)) for line in lines}
    sent = {
        line: [n for n in range(1_000_000, 1_000_000 + count) if n % len(lines) == at] for at, line in enumerate(lines)
    }
    began = time.perf_counter()
    async with aiohttp.ClientSession() as http:

        async def say(line: tuple[str, str], numbers: list[int]) -> int:
            repeats = 0
            for n in numbers:
                for _ in range(2 if (again := random.random() < 0.2) else 1):
                    if await posts[line[0]](http, service.base, n) not in (200, 202):
                        wrong.append(f"{line} {n} not taken")
                repeats += again
            return repeats

        repeats = sum(await asyncio.gather(*(say(*each) for each in sent.items())))
        taken = time.perf_counter() - began
        while True:
            await asyncio.sleep(0.5)
            async with http.get(f"{service.base}/health") as health:
                waits = await health.json()
            if not waits["waiting"] and not waits["letters"]:
                break
    for line, numbers in sent.items():
        got = [words for words in answers(*line)[before[line] :] if "单号" in words]
        said = [next((n for n in numbers if f"单号{n}" in words), 0) for words in got]
        if said != numbers:
            wrong.append(f"{line}: sent {numbers[:5]}…, answered {said[:5]}… ({len(said)} of {len(numbers)})")
    return {
        "events": count, "repeats": repeats, "taken_s": round(taken, 2),
        "answered_s": round(time.perf_counter() - began, 1), "wrong": wrong,
    }  # fmt: skip


def _words(n: int) -> str:
    """Answered with “nothing found for …”, which says what was asked."""
    return f"查 单号{n}"


def _slack_user(person: str) -> str:
    return "U0" + person.replace(".", "").upper()


def _sample(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(Path(f"tests/samples/{name}.json").read_text("utf-8"))
    return made


def _on_slack(fake: FakeSlack) -> Post:
    sample = _sample("slack/message_im")

    async def post(http: aiohttp.ClientSession, base: str, n: int) -> int:
        person = PEOPLE[n % len(PEOPLE)]
        user, at = _slack_user(person), f"17641{n:05}.000100"
        payload = copy.deepcopy(sample)
        payload["event"] |= {"user": user, "channel": fake.alone[user], "ts": at, "event_ts": at, "text": _words(n)}
        payload["event_id"] = f"Ev{n}"
        body = json.dumps(payload, ensure_ascii=False).encode()
        async with http.post(
            f"{base}/slack/events", data=body, headers=fake.signed(body, "application/json", fake.signing_time())
        ) as answer:
            await answer.read()
            return answer.status

    return post


def _on_teams(servers: Servers) -> Post:
    sample, token = _sample("teams/text_personal"), servers.token()

    async def post(http: aiohttp.ClientSession, base: str, n: int) -> int:
        person = PEOPLE[n % len(PEOPLE)]
        payload = copy.deepcopy(sample)
        payload |= {"id": f"m{n}", "serviceUrl": servers.service, "text": _words(n), "attachments": []}
        payload["from"] |= {"aadObjectId": f"aad-{person}", "id": f"29:{person}"}
        payload["conversation"]["id"] = f"a:{person}"
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post(f"{base}/teams/messages", json=payload, headers=headers) as answer:
            await answer.read()
            return answer.status

    return post


def _on_wecom(fake: FakeWecom) -> Post:
    async def post(http: aiohttp.ClientSession, base: str, n: int) -> int:
        fields = {
            "ToUserName": CORP, "FromUserName": PEOPLE[n % len(PEOPLE)], "CreateTime": str(int(time.time())),
            "MsgType": "text", "Content": _words(n), "MsgId": f"9{n:018d}", "AgentID": str(AGENT),
        }  # fmt: skip
        query, body = fake.sealed(fields)
        async with http.post(f"{base}/wecom/callback", params=query, data=body) as answer:
            await answer.read()
            return answer.status

    return post


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--burst", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = asyncio.run(measure(args.rate, args.seconds, args.burst))
    print(json.dumps(result, ensure_ascii=False, indent=None if args.json else 1))
