"""The words that coordinators put over their columns, and the field that each of them means.

The first pattern that is found in a heading's words decides (folded: no accents, no punctuation, lower case),
so what is narrower stands higher: "fecha de inicio de la actividad" is a start before it is an activity.
`NOT_READ` are columns that are recognised and left alone; a heading that nothing matches is left alone too.
"""

NOT_READ = "not_read"
#: Fields in which two columns may compete; the others keep their first column.
TITLE_ORDER = ("actividad", "accion", "tarea", "medida", "intervencion")

PATTERNS: tuple[tuple[str, str], ...] = (
    (NOT_READ, r"\bods\b|beneficiari|destinatari|poblacion|publico (?:meta|objetivo)|grupos? meta"),
    (NOT_READ, r"\bsupuesto|riesgo|\bpriori|ponderac|\bpeso\b|contacto|telefono|correo|e ?mail|punto focal"),
    (
        NOT_READ,
        r"marco (?:legal|normativo)|base legal|duracion|frecuencia|periodicidad|alcanzad|logrado|obtenid",
    ),
    (
        NOT_READ,
        r"ejecutad[oa]s?\b|devengad|\bsaldo\b|responsables? (?:(?:del?|de la|de las|de los) )?(?:suplent|altern|elabora|llenad|complet|redac|seguim|segund|monit|repor|inform|carga|verif)",
    ),
    (
        NOT_READ,
        r"fecha (?:de |del )?(?:la )?(?:informe|reporte|actualizacion|corte|registro|carga|verificacion)",
    ),
    (
        NOT_READ,
        r"^(?:n|nro|numero|cantidad|total) (?:de )?(?:los |las )?(?:participantes|personas|meses|dias|horas|semanas)",
    ),
    (
        NOT_READ,
        r"^(?:proximos? pasos?|dificultad|obstaculo|leccion|firma|cargo|resultado|producto|entregable|impacto)",
    ),
    (
        "code",
        (
            r"^(?:n|no|nro|num|numero|nr|#|cod|codigo|item|orden|ord|id|ref)"
            r"(?: (?:de |de la |del )?(?:orden|actividad(?:es)?|accion(?:es)?|act|poa|item|tarea|correlativo|ref|n|#))?$"
        ),
    ),
    ("currency", r"^(?:tipo de )?(?:moneda|divisa)s?$"),
    # What was done is never what is planned, whatever it is of.
    (
        NOT_READ,
        (
            r"^(?:metas?|cantidad(?:es)?|presupuesto|costos?|montos?|recursos?|gastos?|valor|importe)\b.*"
            r"\b(?:realizad|cumplid|utilizad|gastad|pagad|comprometid|consumid|desembolsad|transferid|rendid|lograd|alcanzad|obligad)"
        ),
    ),
    (
        NOT_READ,
        r"ejecucion (?:del? )?(?:presupuest|financ|fisic|gasto)|responsables? (?:del? )(?:presup|pago|fondo|gasto)",
    ),
    (
        NOT_READ,
        r"(?:%|porcentaje) (?:del? )?presupuest|presupuest\w* (?:%|si no)|(?:cuenta|tiene|hay) .*presupuest",
    ),
    ("progress", r"^ejecucion (?:de la actividad )?%"),
    ("target", r"^(?:unidad(?:es)?|u m)\b.*\b(?:metas?|cantidad)$"),
    (NOT_READ, r"^(?:fecha|inicio|fin|termino|meta|costo)\b.*\breal(?:es)?$|^(?:inicio|fin|fecha) efectiv"),
    ("budget", r"^metas? (?:financier|presupuest)"),
    (
        "code",
        r"^(?:actividad(?:es)?|accion|tarea|item) (?:n|no|nro|num|numero|cod|codigo|#)$|^(?:n|nro|codigo) (?:item|poa)$",
    ),
    ("title", r"^(?:ejes?|objetivos?|lineas?|componentes?)\b.*\bactividad(?:es)?$"),
    ("indicator", r"^(?:nombre (?:de |del )?)?indicador"),
    ("target", r"program\w* (?:de )?(?:las )?metas?|^metas? (?:fisica|program)"),
    ("means", r"verificacion|verificador|evidencia|^verificables?$|respaldo|^medios?$"),
    (
        "budget_source",
        r"fuentes? (?:de |del )?(?:los )?(?:financ|fondo|recurso|presup)|financiamiento|financiador",
    ),
    # Codes of the budget are no amounts: "Línea presupuestaria" 260.
    (
        "budget_source",
        r"^(?:lineas?|partidas?|objetos?|rubros?|clasificador|categoria|codigo) (?:presupuest|program)",
    ),
    (
        NOT_READ,
        r"unitari[oa]|unidad presupuest|tipo de (?:gasto|presupuest|recurso)|disponibilidad presupuest|requiere",
    ),
    ("budget_source", r"^fuentes?$|^f f$|^ff$|^rubro|objeto del? gasto"),
    ("baseline", r"lineas? (?:de )?base\b|valor (?:de )?base|valor inicial|situacion inicial|^base\b"),
    (
        "axis",
        r"^(?:(?:n|nro|numero|cod|codigo) (?:de |del )?)?ejes?\b|^pilar(?:es)?\b|^componentes?\b|^dimension(?:es)?\b|^(?:area|ambito)s? (?:estrategic|tematic)",
    ),
    ("axis", r"^lineamiento"),
    ("objective", r"^objetivos?\b|^obj\b|^proposito"),
    (
        "line",
        r"^lineas? (?:de )?(?:la )?(?:accion|trabajo|intervencion)|^lineas? (?:estrategic[oa]|operativ[oa])s?|^lineas?$",
    ),
    ("line", r"^estrategias?$|^sub ?componente|^(?:sub ?)?(?:programa|proyecto)s?$"),
    ("lead", r"^(?:\w+ )?responsables?\b.*\bco ?r{1,2}esponsab"),
    ("collaborators", r"^con quien"),
    ("budget", r"^cuanto(?: (?:cuesta|dinero|costara|gs?|guaranies)\b.*)?$"),
    ("title", r"^que$"),
    (NOT_READ, r"^(?:para|por) que"),
    # Who helps is asked before who answers: "Otros responsables", "Responsables de apoyo" never lead.
    (
        "collaborators",
        r"\bco ?r{1,2}esponsa[bv]|\bco ?lider|\bapoy|colabora|\baliad|\balianza|involucrad|participa|socios?\b|cooperan|coadyuv",
    ),
    (
        "collaborators",
        (
            r"co ?ejecut|acompan|^(?:los |las )?(?:otr[oa]s?|demas)\b.*(?:ins?titu|entidad|actor|organi|responsa|ministerio|sector)"
            r"|\bsecundari|asociad[oa]s|vinculad[oa]s|intervinientes|^actores(?!.*responsab)|^articula"
            r"|^(?:en )?coordina(?:cion)? (?:con|inter)|^(?:en )?coordinacion$"
        ),
    ),
    (
        "start",
        r"(?:fecha|mes|trimestre) (?:programada |prevista |estimada )?(?:de )?(?:inicio|inicial|comienzo|arranque|desde)|^inicio\b|^inicia$|^desde\b|^comien(?:zo|za)\b",
    ),
    (
        "end",
        (
            r"(?:fecha|mes|trimestre) (?:programada |prevista |estimada )?(?:de )?(?:fin\b|final|hasta|termin|cierre|culmina|conclus|entrega|limite|venc)|^fin$|^finali|^final$|^termin"
            r"|^culmina|^hasta\b|^cierre$|^conclus|^vencimiento|^fin (?:prevista?o?|programad|estimad|de )"
        ),
    ),
    (
        "budget",
        r"presupuest|\bcostos?\b|\bmontos?\b|\binversion|importe|valor estimado|asignacion|^(?:total )?g s?$|^(?:total )?gs$|guaranies|^₲|valor (?:en )?(?:gs|₲)",
    ),
    ("budget", r"recursos? (?:\w+ )?(?:financ|presup|gs|econom|monetari)"),
    ("progress", r"avance|^%|porcentaje|^grado de|nivel de (?:ejecucion|cumplimiento)"),
    ("status", r"^estado|estatus|^status|^situacion|^cumplimiento|semaforo"),
    ("crimes", r"delito|^tematicas?\b|^temas?$|problematica|hechos? punible"),
    ("scope", r"^ambitos?(?: de (?:accion|aplicacion|intervencion))?$"),
    ("observations", r"^(?:otras )?observa|comentario|^obs\b|^notas?$|aclaracion"),
    ("unit", r"^(?:unidad(?:es)?|unid|u)(?: de)? medida|^u ?(?:de )?m$|^unidad(?:es)?$|^medida$|^unid$"),
    (
        "lead",
        (
            r"responsab|^coordina(?:dora?|n)?$|^(?:institucion|entidad|organismo)(?:es)?(?: es| s)?(?: publicas?| nacional(?:es)?)?$"
            r"|^(?:institucion|entidad|organismo|organo|unidad|ente)(?:es|s)?(?: es| s)? .*(?:ejecut|lider|a cargo|principal|encargad|competente|rector|coordinador)"
            r"|ejecutor|\blider|a cargo|^quien|^encargad|dependencia|^organos?\b"
        ),
    ),
    ("target", r"^metas?\b|valor (?:de la )?meta|^cantidad|^programado|valor esperado|^total metas?$"),
    (
        "title",
        (
            r"^(?:(?:nombre|denominacion) (?:de )?(?:la |las )?|descripcion (?:de )?(?:la |las )?)?(?:principales )?(?:sub ?)?"
            r"(?:actividad|accion|tarea|medida|intervencion)(?:es|s)?\b|^(?:iniciativa|compromiso|operacion|gestion)(?:es|s)?\b|^que (?:se )?(?:hara|hace|haremos|vamos)|^titulo"
        ),
    ),
    ("description", r"^descripcion|^detalle|^metodologia|^como\b|^procedimiento"),
    (
        "place",
        r"^departament|\bdepartamentos?\b|territori|alcance|cobertura|\blugar|\bzonas?\b|localizacion|ubicacion|\bregion(?:es)?\b",
    ),
    ("place", r"\bgeografic|ambito territorial|distrito|municipio|localidad|^donde|^depto|^dpto"),
    (
        "period",
        r"plazo|cronograma|periodo|calendario|^tiempos?\b|^fechas?\b|vigencia|trimestre|semestre|^mes(?:es)?\b",
    ),
    ("period", r"^cuando|temporalidad|^ejecucion|^programacion|bimestre"),
    # A currency at the end names money, unless it is money that came in, went out or is somebody else's.
    (
        "budget",
        r"^(?!.*\b(?:aport|contrapart|pag[ao]|transfer|gast|ingres|anterior|deuda|ahorr|donad|rend)).*\bgs$",
    ),
)

#: Whole headings to which a misspelt one ("Responsble") may be likened.
SPELLED: dict[str, str] = {
    "codigo": "code", "numero": "code", "eje": "axis", "eje estrategico": "axis", "lineamiento": "axis",
    "componente": "axis", "dimension": "axis", "objetivo": "objective", "objetivo estrategico": "objective",
    "objetivo especifico": "objective", "linea de accion": "line", "actividad": "title",
    "actividades": "title", "accion": "title", "acciones": "title", "descripcion": "description",
    "indicador": "indicator", "indicadores": "indicator", "linea de base": "baseline",
    "unidad de medida": "unit", "responsable": "lead", "responsables": "lead",
    "institucion responsable": "lead", "entidad responsable": "lead", "corresponsable": "collaborators",
    "corresponsables": "collaborators", "instituciones de apoyo": "collaborators",
    "instituciones involucradas": "collaborators", "departamento": "place", "departamentos": "place",
    "territorio": "place", "cobertura": "place", "cronograma": "period", "plazo": "period",
    "trimestre": "period", "fecha de inicio": "start", "fecha de fin": "end", "fecha fin": "end",
    "presupuesto": "budget", "presupuesto gs": "budget", "fuente de financiamiento": "budget_source",
    "medio de verificacion": "means", "medios de verificacion": "means", "estado": "status",
    "avance": "progress", "observaciones": "observations",
}  # fmt: skip

#: Rows of `Row` that a column of a role states.
FIELDS: dict[str, tuple[str, ...]] = {
    "id_accion": ("id_accion",),
    "code": ("code",),
    "title": ("title",),
    "description": ("description",),
    "objective": ("objective",),
    "line": ("line_of_action",),
    "axis": ("axis",),
    "indicator": ("indicator",),
    "unit": ("unit",),
    "baseline": ("baseline",),
    "target": ("target",),
    "means": ("means_of_verification",),
    "lead": ("lead",),
    "collaborators": ("collaborators", "other_institutions"),
    "place": ("departments",),
    "period": ("start", "end"),
    "start": ("start",),
    "end": ("end",),
    "budget": ("budget_pyg",),
    "currency": (),  # it says what the budget's amounts are in
    "budget_source": ("budget_source",),
    "status": ("status",),
    "progress": ("progress",),
    "observations": ("observations",),
    "crimes": ("crimes",),
}
