from hub_api import Api

async def test_it_runs(conaeti: Api, open_plan: str) -> None:
    one = await conaeti.added(open_plan)
    print(one)
    print(await conaeti.read("/v1/plans"))
