"""Cities, regions and sets of departments as coordinators write them; the departments themselves are directory data.

Cities lie plainly in one department; names that several departments have (Bella Vista, Santa Rosa) are absent.
"""

EASTERN = (
    "PY-1", "PY-2", "PY-3", "PY-4", "PY-5", "PY-6", "PY-7", "PY-8", "PY-9", "PY-10", "PY-11",
    "PY-12", "PY-13", "PY-14",
)  # fmt: skip
WESTERN = ("PY-15", "PY-16", "PY-19")
#: The five departments where the unified procedure (MAUEP) is tried.
FIVE = ("PY-4", "PY-5", "PY-7", "PY-12", "PY-19")

SETS: dict[str, tuple[str, ...]] = {
    "gran asuncion": ("PY-ASU", "PY-11"),
    "area metropolitana": ("PY-ASU", "PY-11"),
    "area metropolitana de asuncion": ("PY-ASU", "PY-11"),
    "chaco": WESTERN,
    "chaco paraguayo": WESTERN,
    "region occidental": WESTERN,
    "region oriental": EASTERN,
    "departamentos del chaco": WESTERN,
    "departamentos MAUEP": FIVE,
    "departamentos del MAUEP": FIVE,
    "MAUEP": FIVE,
    "departamentos ATLAS": FIVE,
    "5 departamentos del MAUEP": FIVE,
    "cinco departamentos del MAUEP": FIVE,
    "5 departamentos MAUEP": FIVE,
    "5 departamentos": FIVE,
    "cinco departamentos": FIVE,
    "5 departamentos priorizados": FIVE,
    "cinco departamentos priorizados": FIVE,
    "departamentos priorizados": FIVE,
}

OTHER_NAMES: dict[str, str] = {
    "asuncion": "PY-ASU", "capital": "PY-ASU", "distrito capital": "PY-ASU", "ciudad de asuncion": "PY-ASU",
    "asu": "PY-ASU", "capital del pais": "PY-ASU", "asuncion distrito capital": "PY-ASU",
    "asuncion capital": "PY-ASU", "departamento central": "PY-11", "alto parana": "PY-10",
    "presidente hayes": "PY-15", "bajo chaco": "PY-15", "neembucu": "PY-12", "canindeyu": "PY-14",
}  # fmt: skip

CITIES: dict[str, tuple[str, ...]] = {
    "PY-1": ("Horqueta", "Yby Yaú", "Vallemí", "San Lázaro"),
    "PY-2": ("San Estanislao", "Santaní", "San Pedro de Ycuamandiyú", "San Pedro del Ycuamandiyú", "Capiibary",
             "Guayaibí", "Santa Rosa del Aguaray", "Choré", "General Resquín", "Liberación"),
    "PY-3": ("Caacupé", "Eusebio Ayala", "Tobatí", "Piribebuy", "San Bernardino", "Arroyos y Esteros",
             "Atyrá", "Emboscada", "Itacurubí de la Cordillera"),
    "PY-4": ("Villarrica", "Villarrica del Espíritu Santo", "Iturbe", "Mbocayaty", "Paso Yobái",
             "Colonia Independencia", "Tebicuary"),
    "PY-5": ("Coronel Oviedo", "Juan Manuel Frutos", "Repatriación", "Yhú", "J. Eulogio Estigarribia",
             "Campo 9", "Vaquería", "San Joaquín"),
    "PY-6": ("San Juan Nepomuceno", "Yuty", "Abaí", "Tava'í", "Tavaí"),
    "PY-7": ("Encarnación", "Hohenau", "Cambyretá", "Coronel Bogado", "San Pedro del Paraná", "Natalio",
             "María Auxiliadora", "Tomás Romero Pereira", "Edelira", "Carmen del Paraná", "Trinidad"),
    "PY-8": ("San Juan Bautista", "San Juan Bautista de las Misiones", "Ayolas", "San Ignacio",
             "San Ignacio Guazú", "Santiago Misiones"),
    "PY-9": ("Carapeguá", "Ybycuí", "Quiindy", "Yaguarón", "La Colmena", "Pirayú"),
    "PY-10": ("Ciudad del Este", "CDE", "Hernandarias", "Presidente Franco", "Minga Guazú", "Santa Rita",
              "San Alberto", "Itakyry"),
    "PY-11": ("San Lorenzo", "Luque", "Lambaré", "Fernando de la Mora", "Capiatá", "Ñemby", "Itauguá",
              "Limpio", "Mariano Roque Alonso", "Villa Elisa", "Ypané", "Areguá", "Villeta", "Guarambaré",
              "Ypacaraí", "Nueva Italia", "Julián Augusto Saldívar", "J. Augusto Saldívar"),
    "PY-12": ("Pilar", "Alberdi", "Humaitá", "Cerrito", "General Díaz"),
    "PY-13": ("Pedro Juan Caballero", "PJC", "Capitán Bado", "Zanja Pytá", "Karapaí"),
    "PY-14": ("Salto del Guairá", "Saltos del Guairá", "Curuguaty", "Katueté", "La Paloma", "Ygatimí",
              "Villa Ygatimí", "Ypejhú", "Nueva Esperanza"),
    "PY-15": ("Villa Hayes", "Benjamín Aceval", "Pozo Colorado", "Nanawa", "Irala Fernández",
              "Teniente Irala Fernández", "José Falcón", "Puerto Falcón"),
    "PY-16": ("Fuerte Olimpo", "Bahía Negra", "Carmelo Peralta", "Puerto Casado"),
    "PY-19": ("Filadelfia", "Loma Plata", "Mariscal Estigarribia", "Neuland", "Pozo Hondo", "Chaco Central"),
}  # fmt: skip
