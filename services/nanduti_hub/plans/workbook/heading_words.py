"""A heading's words written out: "Resp. de Ejec." is "responsable de ejecucion", "Activdad" is "actividad",
"Lead institution" is "responsable".

Rule: an abbreviation that stands for two things in this field ("Prog." is a programme or what is programmed) is
written out only beside words that settle it; a misspelling is mended only when the heading means nothing as it is.
"""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

#: Folded abbreviations, without their point, and the words that they stand for.
ABBREVIATIONS = {
    "acc": "accion", "accs": "acciones", "act": "actividad", "activ": "actividad", "activid": "actividad",
    "acts": "actividades", "cant": "cantidad", "cantid": "cantidad", "ctd": "cantidad", "cod": "codigo",
    "colab": "colaboradora", "coment": "comentario", "coord": "coordinacion", "cronog": "cronograma",
    "comp": "componente", "ctto": "costo", "culm": "culminacion", "depart": "departamento", "depto": "departamento",
    "deptos": "departamento", "desc": "descripcion", "descrip": "descripcion", "dpto": "departamento",
    "dptos": "departamento", "dtto": "distrito", "ejec": "ejecucion", "ent": "entidad", "espec": "especifico",
    "estr": "estrategico", "estrat": "estrategico", "fch": "fecha", "fec": "fecha", "fech": "fecha",
    "finan": "financiamiento", "financ": "financiamiento", "financiam": "financiamiento",
    "fte": "fuente", "ftes": "fuentes", "fto": "financiamiento", "ind": "indicador", "indic": "indicador",
    "inds": "indicadores", "inic": "inicio", "ini": "inicio", "inst": "institucion", "instit": "institucion",
    "insts": "instituciones", "interv": "intervencion", "lin": "linea", "loc": "localidad",
    "mpio": "municipio", "munic": "municipio", "obj": "objetivo", "objs": "objetivos",
    "observ": "observaciones", "obs": "observaciones", "org": "organismo", "part": "participante",
    "ppal": "principal", "ppto": "presupuesto", "pres": "presupuesto", "presup": "presupuesto",
    "presupto": "presupuesto", "resp": "responsable", "respons": "responsable", "resps": "responsables",
    "temp": "temporalidad", "trim": "trimestre", "ubic": "ubicacion", "unid": "unidad", "ud": "unidad",
    "verif": "verificacion", "verific": "verificacion",
}  # fmt: skip
#: Headings in English and Portuguese, as projects and neighbours send them, word by word.
_FOREIGN = {
    "activity": "actividad", "activities": "actividades", "action": "accion", "actions": "acciones", "axis": "eje",
    "pillar": "pilar", "component": "componente", "objective": "objetivo", "objectives": "objetivos",
    "strategic": "estrategico", "specific": "especifico", "indicators": "indicadores", "indicator": "indicador",
    "target": "meta", "targets": "metas", "goal": "meta", "baseline": "linea de base", "responsible": "responsable",
    "lead": "responsable", "leader": "responsable", "partners": "aliados", "partner": "aliado",
    "supporting": "apoyo", "institution": "institucion", "institutions": "instituciones",
    "organization": "organizacion", "budget": "presupuesto", "cost": "costo", "amount": "monto",
    "funding": "financiamiento", "source": "fuente", "start": "inicio", "end": "fin", "date": "fecha",
    "timeline": "plazo", "timeframe": "plazo", "deadline": "plazo", "schedule": "cronograma", "period": "periodo",
    "quarter": "trimestre", "month": "mes", "department": "departamento", "location": "lugar", "place": "lugar",
    "progress": "avance", "comments": "comentarios", "remarks": "observaciones", "notes": "notas",
    "description": "descripcion", "unit": "unidad", "number": "numero", "coverage": "cobertura",
    "eixo": "eje", "atividade": "actividad", "atividades": "actividades", "acao": "accion", "acoes": "acciones",
    "responsavel": "responsable", "responsaveis": "responsables", "parceiro": "aliado", "parceiros": "aliados",
    "prazo": "plazo", "orcamento": "presupuesto", "custo": "costo", "custos": "costos", "fonte": "fuente",
    "observacoes": "observaciones", "observacao": "observacion",
    "instituicao": "institucion", "instituicoes": "instituciones",
    "fim": "fin", "data": "fecha", "unidade": "unidad", "meio": "medio", "meios": "medios", "linha": "linea",
    "verificacao": "verificacion", "apoio": "apoyo", "local": "lugar", "descricao": "descripcion",
    "situacao": "situacion", "financiamento": "financiamiento",
}  # fmt: skip
#: The same where words together mean something else, on what is folded.
_FOREIGN_TOGETHER = (
    (r"^(?:means|sources?) of verification$", "medio de verificacion"),
    (r"^(?:source of funds|source of funding|funding source|donor)$", "fuente de financiamiento"),
    (r"^(?:start|starting|begin|beginning)(?: date| month)?$", "inicio"),
    (r"^(?:end|ending|finish|due|completion)(?: date| month)?$", "fin"),
    (r"^(?:co |joint )?(?:partners?|supporting|collaborating|other)(?: institutions?| organi[sz]ations?| agenc(?:y|ies))?$", "aliados"),
    (r"^(?:lead|responsible|implementing|executing)(?: (?:institution|agency|organi[sz]ation|entity|party|partner|person))?s?$", "responsable"),
    (r"^unit of measure(?:ment)?$", "unidad de medida"),
    (r"^data d[eo] (?:inicio|comeco)$", "inicio"),
    (r"^data d[eo] (?:fim|termino|conclusao)$", "fin"),
)  # fmt: skip
_IN_SPANISH = tuple((re.compile(pattern), whole) for pattern, whole in _FOREIGN_TOGETHER)
#: Abbreviations of several words, or that their neighbours settle; the first that fits is taken, then the next.
_TOGETHER = (
    (r"^n o\b", "n"),  # "N.º"
    (r"\b(unidad|u)(?: de)? (?:med|m)\b", "unidad de medida"),
    (r"\b(?:med|medios|m)(?: de)? verificacion\b", "medio de verificacion"),
    (r"^(?:m v|mv|mdv|m d v)$", "medio de verificacion"),
    (r"^(?:l b|lb)\b", "linea de base"),
    (r"\bl(?: de)? base\b", "linea de base"),
    (r"\bobjetivo esp\b", "objetivo especifico"),
    (r"^(?:o e|oe)$", "objetivo estrategico"),
    (r"^(?:o g|og)$", "objetivo general"),
    (r"^f (?=(?:de )?(?:inicio|fin|final|term|termino|culminacion|cierre)\b)", "fecha "),
    (r"\bterm$", "termino"),
    (r"\b(meta|metas|cantidad|anual|inicio|fin|fecha) prog$", r"\1 programado"),
    (r"^prog (?=anual|\d|meta|fisica)", "programado "),
    (r"\b(actividad|actividades|accion|acciones) prog$", r"\1 programadas"),
    (r"^f financiamiento$", "fuente de financiamiento"),
    (r"^fuentes?(?: de)? (?:fin|finan)$", "fuente de financiamiento"),
    (r"^p(?:to)? (?=g|gs|estim|total)", "presupuesto "),
    (r"^est$", "estado"),
)  # fmt: skip
_WRITTEN_OUT = tuple((re.compile(pattern), whole) for pattern, whole in _TOGETHER)
#: Words of headings to which a misspelt word may be likened.
_VOCABULARY = (
    "actividad", "actividades", "accion", "acciones", "aliados", "apoyo", "avance", "cantidad", "codigo",
    "colaboradores", "componente", "corresponsable", "corresponsables", "cronograma", "departamento",
    "departamentos", "descripcion", "dimension", "distrito", "ejecucion", "ejecutado", "ejecutora", "entidad",
    "entidades", "especifico", "especificos", "estado", "estrategia", "estrategico", "estrategicos", "fecha",
    "financiamiento", "fuente", "indicador", "indicadores", "inicio", "institucion", "institucional",
    "instituciones", "intervencion", "involucradas", "lineamiento", "localizacion", "medida", "medios", "metas",
    "municipio", "objetivo", "objetivos", "observacion", "observaciones", "operativo", "organismo", "periodo",
    "plazo", "plazos", "presupuestaria", "presupuestario", "presupuesto", "principal", "producto", "productos",
    "programa", "programacion", "programado", "recursos", "responsabilidad", "responsable", "responsables",
    "resultado", "resultados", "tarea", "tareas", "territorio", "trimestre", "unidad", "verificacion",
)  # fmt: skip
_ALIKE = 80


@lru_cache(maxsize=4_096)
def written_out(folded: str) -> str:
    """The words of a heading with its abbreviations written out."""
    for pattern, whole in _IN_SPANISH:
        if pattern.search(folded):
            return whole
    text = " ".join(ABBREVIATIONS.get(word, _FOREIGN.get(word, word)) for word in folded.split())
    for pattern, whole in _WRITTEN_OUT:
        text = pattern.sub(whole, text)
    return text


def respelt(folded: str) -> str:
    """The words of a heading with those that are no words likened to the nearest one."""
    mended = []
    for word in folded.split():
        if len(word) >= 5 and word not in _VOCABULARY:
            likeness = process.extractOne(word, _VOCABULARY, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            mended.append(likeness[0] if likeness is not None else word)
        else:
            mended.append(word)
    return " ".join(mended)
