"""What to try next, once the demo is ready.

Rule that stays true: each line can be copied as it stands, from the directory in which the demo was started.
"""

import shlex
import shutil
import sys
from importlib.resources import files
from pathlib import Path


def next_steps(home: Path, api: str) -> str:
    """What to try next, with the demo: commands that can be copied as they stand."""
    at = f"--home {shlex.quote(str(home))}"
    hub_file = str(home / "hub.json")
    workbook = nearby(Path(str(files("nanduti_hub.demo"))) / "workbooks" / "conaeti_poa_2026.xlsx")
    reader, hub = (nearby_command(name) for name in ("nanduti", "nanduti-hub"))
    change = f"-X POST {api}/v1/actions/ACC-2026-0001/progress -H 'If-Match: \"1\"'"
    body = """-H 'Content-Type: application/json' -d '{"progress": 25}'"""
    return f"""
Todos los datos son sintéticos. Para probar, en otra terminal y desde este mismo directorio:
  {reader} tail {at} --member mesa                # los eventos, a medida que ocurren
  {reader} snapshot {at} --member mesa --digest   # el registro por el bus: su número y su huella
  {hub} import {workbook} {at} --platform conaeti --preview
  TOKEN=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["tokens"]["conaeti"])' {shlex.quote(hub_file)})
  curl -H "Authorization: Bearer $TOKEN" '{api}/v1/actions?q=inspeccion&department=PY-7'
  curl -H "Authorization: Bearer $TOKEN" '{api}/v1/results.csv?platform=mesa'   # lo alcanzado, sumado de los informes
  curl -H "Authorization: Bearer $TOKEN" {api}/v1/register   # el mismo número y la misma huella
  curl -H "Authorization: Bearer $TOKEN" {change} {body}   # y mire tail
  TOKEN=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["tokens"]["minna"])' {shlex.quote(hub_file)})
  curl -H "Authorization: Bearer $TOKEN" '{api}/v1/inbox?limit=5'   # lo que espera a una institución
  {hub} demo simulate {at} --rate 20 --for 5   # casos inventados que entran, y mesas que actúan
Los casos de la demostración, un año de ellos, aparecen a los pocos segundos.
Documentación de la API: {api}/v1/docs/openapi.json     Para detener: Ctrl-C
"""


def next_in_drill(home: Path) -> str:
    """What to try next, in an installation of drills."""
    at, hub = f"--home {shlex.quote(str(home))}", nearby_command("nanduti-hub")
    return f"""
Es una instalación de simulacros: todo lo que se haga aquí es un ejercicio, y lo dice. En otra terminal:
  {hub} demo simulate {at} --rate 10   # casos inventados que entran, y mesas que actúan
  {hub} exercise report {at}           # qué mostró el simulacro, por institución
"""


def first_steward(home: Path) -> str:
    """How to let in the first person, who then invites the others."""
    command = f"{nearby_command('nanduti-hub')} person invite usuario@hub"
    return f"""
Todavía no hay ninguna persona con cuenta. Para invitar al primer steward, en otra terminal:
  {command} --name 'Nombre y apellido' --role steward --home {shlex.quote(str(home))}
"""


def nearby(path: Path) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def nearby_command(name: str) -> str:
    """A command of this environment as one would type it here: by its name alone where that finds it."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name)
    return name if found is not None and Path(found).absolute() == beside.absolute() else nearby(beside)
