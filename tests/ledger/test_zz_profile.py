import asyncio, time, collections, asyncpg, statistics, os, sys
from case_api import Officer, FACTS
from nanduti_hub.access.tokens import create_token
from nanduti_hub.caller import Role
from nanduti_hub.ledger.database import transaction
from samples import action
from nanduti_hub.directory import seed
LOG=[]
def wrap(name):
    old=getattr(asyncpg.connection.Connection,name)
    async def new(self,q,*a,**k):
        t=time.perf_counter()
        try: return await old(self,q,*a,**k)
        finally: LOG.append((q.strip().split("\n")[0][:60], time.perf_counter()-t))
    setattr(asyncpg.connection.Connection,name,new)
for n in ("fetch","fetchrow","fetchval","execute"): wrap(n)
if os.environ.get("GENERIC"):
    import nanduti_hub.ledger.execute as ex
    from functools import partial
    _t=ex.transaction
    ex.transaction=partial(_t, one_plan=True)
N=int(os.environ.get("N","40"))
async def test_profile(case_hub):
    import uuid
    from case_fixtures import STEWARD
    minna, mdp = case_hub.officer("minna"), case_hub.officer("mdp")
    stats=collections.defaultdict(list); stm=collections.defaultdict(lambda: collections.defaultdict(list))
    async def timed(name, co):
        LOG.clear(); t=time.perf_counter(); r=await co; d=time.perf_counter()-t
        log=list(LOG)
        stats[name].append((d,len(log),sum(x[1] for x in log)))
        for q,x in log: stm[name][q].append(x)
        return r
    def key(): return {"Idempotency-Key": str(uuid.uuid4())}
    # actions
    from bench.register import enter, synthetic
    acts=synthetic(5,"mesa"); await enter(case_hub.ledger, acts)
    async with transaction(case_hub.ledger.database, STEWARD) as c:
        tok=await create_token(c,"x",Role.COORDINATOR,"mesa")
    import httpx
    ac=httpx.AsyncClient(base_url=case_hub.url,headers={"Authorization":f"Bearer {tok}"})
    v={a.id:1 for a in acts}
    for i in range(N):
        a=acts[i%5]
        r=await timed("action progress", ac.post(f"/v1/actions/{a.id}/progress",json={"progress":i%100+1 if i//5%2 else 50 - i%40},headers={"If-Match":f'"{v[a.id]}"',**key()}))
        assert r.status_code==200, r.text
        v[a.id]=r.json()["version"]
        case=await timed("open", minna.client.post("/v1/cases",json={"facts":FACTS,"tracks":["protection"],"synthetic":True,"consent":"granted"},headers=key()))
        assert case.status_code==201, case.text
        case=case.json(); ref=case["reference"]
        rec=(await timed("receivers", minna.client.get(f"/v1/cases/{ref}/tracks/protection/receivers?kind=transfer"))).json()
        body={"handoff":rec["handoff"],"kind":"transfer","receiver":"mdp","urgency":"urgent","share":"pseudonymous"}
        body["dossier"]=minna.sealed(rec,"mdp","pseudonymous")
        tr=(await minna.client.get(f"/v1/cases/{ref}/tracks/protection")).json()
        h=await timed("offer", minna.client.post(f"/v1/cases/{ref}/tracks/protection/handoffs",json=body,headers={"If-Match":f'"{tr["version"]}"',**key()}))
        assert h.status_code==201,h.text
        h=h.json(); hid=h["id"]
        q=await timed("ask", mdp.client.post(f"/v1/handoffs/{hid}/questions",json={"question":"immediate_risk"} if os.environ.get("Q") is None else {"question":os.environ["Q"]},headers={"If-Match":f'"{h["version"]}"',**key()}))
        if q.status_code==200: h=q.json()
        elif i==0: print(q.status_code,q.text)
        if i%2:
            a=await timed("accept", mdp.client.post(f"/v1/handoffs/{hid}/accept",headers={"If-Match":f'"{h["version"]}"',**key()}))
            assert a.status_code==200,a.text
            await timed("get handoff", mdp.client.get(f"/v1/handoffs/{hid}"))
        else:
            a=await timed("decline", mdp.client.post(f"/v1/handoffs/{hid}/decline",json={"code":"no_capacity"},headers={"If-Match":f'"{h["version"]}"',**key()}))
            assert a.status_code==200,a.text
        await timed("inbox", minna.client.get("/v1/inbox"))
    for n,l in stats.items():
        l=l[len(l)//4:]
        print(f"{n:18s} n={len(l)} p50={statistics.median(x[0] for x in l)*1e3:6.2f} ms  statements={statistics.median(x[1] for x in l):4.0f} sql={statistics.median(x[2] for x in l)*1e3:6.2f} ms")
    for n in os.environ.get("SHOW","open,offer,accept,action progress").split(","):
        print("---",n)
        for q,x in sorted(stm[n].items(), key=lambda kv:-sum(kv[1])):
            print(f"   {len(x)/len(stats[n]):4.1f}x {statistics.median(x)*1e3:6.2f} ms  {q}")
