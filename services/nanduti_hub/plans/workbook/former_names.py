"""Names that institutions had before, with the norm that changed each and where that was read.

Rule: a former name stands for one institution of today only where a source says so; where it was divided, or its
successor is not in the directory, the finding names all of today's and nothing is chosen. `HINTS` were not found
in a source: they are only suggested.
"""

from msgspec import Struct


class Former(Struct, frozen=True):
    """A name of before: the codes of those that took its place, and how people know them if the directory does not."""

    names: tuple[str, ...]
    codes: tuple[str, ...]
    norm: str
    source: str
    today: str = ""
    #: Whether departmental and municipal governments have an office of the same name.
    offices: bool = False


FORMER = (
    Former(
        ("SNNA", "Secretaría Nacional de la Niñez y la Adolescencia", "Secretaría Nacional de la Niñez"),
        ("minna",),
        "ley de 2018",
        "http://www.abc.com.py/edicion-impresa/politica/avalan-creacion-de-ministerios-1740242.html",
    ),
    Former(
        (
            "Secretaría de la Mujer de la Presidencia de la República",
            "Secretaría de la Mujer de la Presidencia",
        ),
        ("minmujer",),
        "Ley 4675/2012",
        "https://mdwiki.org/wiki/Ministry_of_Women_(Paraguay)",
    ),
    Former(
        ("Secretaría de la Mujer",),
        ("minmujer", "gobernaciones"),
        "Ley 4675/2012",
        "https://mdwiki.org/wiki/Ministry_of_Women_(Paraguay); las gobernaciones tienen hoy secretarías de la Mujer",
        offices=True,
    ),
    Former(
        ("Secretaría de la Niñez", "Secretaría de la Niñez y la Adolescencia"),
        ("minna", "gobernaciones"),
        "ley de 2018",
        "http://www.abc.com.py/edicion-impresa/politica/avalan-creacion-de-ministerios-1740242.html; las gobernaciones"
        " tienen secretarías de la Niñez",
        offices=True,
    ),
    Former(
        ("Ministerio de Justicia y Trabajo", "MJT"),
        ("mtess", "mij"),
        "Ley 5115/2013",
        "https://www.ilo.org/santiago/publicaciones/reflexiones-trabajo/WCMS_909801/lang--es/index.htm",
    ),
    Former(
        (
            "Viceministerio de Trabajo y Seguridad Social",
            "Subsecretaría de Estado de Trabajo y Seguridad Social",
        ),
        ("mtess",),
        "Ley 5115/2013",
        "https://abc.com.py/edicion-impresa/suplementos/economico/ley-del-ministerio-de-trabajo-empleo-y-seguridad-social-1202607.html",
    ),
    Former(
        ("Ministerio de Educación y Cultura", "Ministerio de Educación y Culto"),
        ("mec",),
        "Ley 5749/2017",
        "https://escritosdederecho.net/2017/03/que-establece-la-carta-organica-del-ministerio-de-educacion-y-ciencias.html",
    ),
    Former(
        ("Dirección General de Migraciones", "DGM"),
        ("dnm",),
        "Ley 6984/2022",
        "https://lanacion.com.py/politica/2022/10/20/tras-promulgacion-del-ejecutivo-entra-en-vigencia-nueva-legislacion-de-migraciones/",
    ),
    Former(
        ("DGEEC", "Dirección General de Estadística, Encuestas y Censos"),
        ("ine",),
        "Ley 6670/2020",
        "https://www.ine.gov.py/news/news-contenido.php?cod-news=582",
    ),
    Former(
        (
            "SENATICS",
            "Secretaría Nacional de Tecnologías de la Información y Comunicación",
            "SICOM",
            "Secretaría de Información y Comunicación",
            "Secretaría de Información y Comunicación para el Desarrollo",
        ),
        ("mitic",),
        "Ley 6207/2018",
        "https://www.ultimahora.com/mario-abdo-promulga-ley-que-crea-el-mitic-n2775176.html",
    ),
    Former(
        (
            "Ministerio de Hacienda",
            "STP",
            "Secretaría Técnica de Planificación",
            "Secretaría Técnica de Planificación del Desarrollo Económico y Social",
            "SFP",
            "Secretaría de la Función Pública",
        ),
        (),
        "Ley 7158/2023",
        "https://www.mef.gov.py/institucional/historia",
        "el Ministerio de Economía y Finanzas (MEF)",
    ),
)
#: Former names whose succession was found in no source: what they might be, to be asked and never taken.
HINTS: dict[str, str] = {
    "SAS": "MDS",
    "Secretaría de Acción Social": "MDS",
}
