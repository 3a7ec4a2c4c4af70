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
    "oriental": EASTERN,
    "occidental": WESTERN,
    "ambas regiones": (*EASTERN, *WESTERN),
    "departamentos del chaco": WESTERN,
    "departamentos MAUEP": FIVE,
    "departamentos del MAUEP": FIVE,
    "MAUEP": FIVE,
    "departamentos ATLAS": FIVE,
    "5 departamentos del MAUEP": FIVE,
    "cinco departamentos del MAUEP": FIVE,
    "5 departamentos MAUEP": FIVE,
}

#: Words for several departments that do not say which: the five of the procedure are the likeliest, and it is asked.
GUESSED: dict[str, tuple[str, ...]] = {
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
    "p hayes": "PY-15", "a parana": "PY-10", "alto py": "PY-16", "a paraguay": "PY-16",
}  # fmt: skip

#: Towns whose name several departments have.
SEVERAL: dict[str, tuple[str, ...]] = {
    "bella vista": ("PY-7", "PY-13"),
    "santa rosa": ("PY-2", "PY-8", "PY-10"),
    "san antonio": ("PY-11", "PY-5"),
    "santa maria": ("PY-8", "PY-15"),
    "san miguel": ("PY-8", "PY-2"),
}

CITIES: dict[str, tuple[str, ...]] = {
    "PY-1": ("Horqueta", "Yby Yaú", "Vallemí", "San Lázaro", "San Carlos del Apa", "Azotey",
             "Sargento José Félix López", "Paso Barreto"),
    "PY-2": ("San Estanislao", "Santaní", "San Pedro de Ycuamandiyú", "San Pedro del Ycuamandiyú",
             "San Pedro de Ycuamandyyú", "San Pedro del Ycuamandyyú", "Ycuamandiyú", "Ycuamandyyú",
             "Capiibary", "Guayaibí", "Santa Rosa del Aguaray", "Choré", "General Resquín", "Liberación",
             "Itacurubí del Rosario", "Villa del Rosario", "Yataity del Norte", "Yrybucuá", "Antequera",
             "Nueva Germania", "Tacuatí", "General Aquino", "25 de Diciembre", "San Vicente Pancholo"),
    "PY-3": ("Caacupé", "Eusebio Ayala", "Tobatí", "Piribebuy", "San Bernardino", "Arroyos y Esteros",
             "Atyrá", "Emboscada", "Itacurubí de la Cordillera", "Altos", "Caraguatay", "Isla Pucú",
             "Juan de Mena", "Loma Grande", "Mbocayaty del Yhaguy", "Nueva Colombia", "Primero de Marzo",
             "San José Obrero", "Santa Elena", "Valenzuela"),
    "PY-4": ("Villarrica", "Villarrica del Espíritu Santo", "Iturbe", "Mbocayaty", "Paso Yobái",
             "Colonia Independencia", "Tebicuary", "Borja", "Botrell", "Dr. Botrell", "Coronel Martínez",
             "Félix Pérez Cardozo", "General Eugenio A. Garay", "José Fassardi", "Mauricio José Troche",
             "Natalicio Talavera", "Ñumí", "Yataity del Guairá", "Capitán Mauricio José Troche"),
    "PY-5": ("Coronel Oviedo", "Juan Manuel Frutos", "Repatriación", "Yhú", "J. Eulogio Estigarribia",
             "JE Estigarribia", "Dr. JE Estigarribia", "Dr. Juan Eulogio Estigarribia",
             "Dr. J. Eulogio Estigarribia", "Juan Eulogio Estigarribia", "Dr. Juan Manuel Frutos", "Campo 9",
             "Vaquería", "San Joaquín", "Carayaó", "Cecilio Báez", "Dr. Cecilio Báez",
             "José Domingo Ocampos", "La Pastora", "Nueva Londres", "Raúl Arsenio Oviedo", "R.I. 3 Corrales",
             "San José de los Arroyos", "Santa Rosa del Mbutuy", "Simón Bolívar", "Tembiaporá",
             "Tres de Febrero", "Nueva Toledo"),
    "PY-6": ("San Juan Nepomuceno", "Yuty", "Abaí", "Tava'í", "Tavaí", "Buena Vista",
             "Doctor Moisés Bertoni", "Dr. Moisés S. Bertoni", "General Higinio Morínigo", "Yegros"),
    "PY-7": ("Encarnación", "Hohenau", "Cambyretá", "Coronel Bogado", "San Pedro del Paraná", "Natalio",
             "María Auxiliadora", "Tomás Romero Pereira", "Edelira", "Carmen del Paraná", "Trinidad",
             "Obligado", "Fram", "Capitán Meza", "Capitán Miranda", "General Artigas", "General Delgado",
             "Itapúa Poty", "Jesús de Tavarangüe", "José Leandro Oviedo", "Mayor Otaño", "Nueva Alborada",
             "Pirapó", "San Cosme y Damián", "San Juan del Paraná", "San Rafael del Paraná", "Yatytay",
             "Alto Verá"),
    "PY-8": ("San Juan Bautista", "San Juan Bautista de las Misiones", "Ayolas", "San Ignacio",
             "San Ignacio Guazú", "Santiago Misiones", "San Patricio", "Santa María de Fe", "Villa Florida",
             "Yabebyry", "San Miguel Misiones", "Santa Rosa Misiones"),
    "PY-9": ("Carapeguá", "Ybycuí", "Quiindy", "Yaguarón", "La Colmena", "Pirayú", "Acahay", "Caapucú",
             "General Bernardino Caballero", "Mbuyapey", "Quyquyhó", "San Roque González de Santa Cruz",
             "Sapucai", "Tebicuarymí", "Ybytymí", "María Antonia"),
    "PY-10": ("Ciudad del Este", "CDE", "Hernandarias", "Presidente Franco", "Minga Guazú", "Santa Rita",
              "San Alberto", "Itakyry", "Dr. Juan León Mallorquín", "Juan León Mallorquín",
              "Domingo Martínez de Irala", "Iruña", "Juan Emilio O'Leary", "Los Cedrales", "Mbaracayú",
              "Minga Porá", "Naranjal", "Ñacunday", "San Cristóbal", "Santa Fe del Paraná",
              "Santa Rosa del Monday", "Tavapy", "Yguazú", "Dr. Raúl Peña", "Raúl Peña"),
    "PY-11": ("San Lorenzo", "Luque", "Lambaré", "Fernando de la Mora", "Capiatá", "Ñemby", "Itauguá",
              "Limpio", "Mariano Roque Alonso", "Villa Elisa", "Ypané", "Areguá", "Villeta", "Guarambaré",
              "Ypacaraí", "Nueva Italia", "Julián Augusto Saldívar", "J. Augusto Saldívar"),
    "PY-12": ("Pilar", "Alberdi", "Humaitá", "Cerrito", "General Díaz", "Desmochados", "Guazú Cuá",
              "Isla Umbú", "Laureles", "Mayor Martínez", "Paso de Patria", "San Juan Bautista de Ñeembucú",
              "Tacuaras", "Villa Franca", "Villa Oliva", "Villalbín"),
    "PY-13": ("Pedro Juan Caballero", "PJC", "PJ Caballero", "Pedro J. Caballero", "Capitán Bado", "Zanja Pytá", "Karapaí", "Cerro Corá"),
    "PY-14": ("Salto del Guairá", "Saltos del Guairá", "Curuguaty", "Katueté", "La Paloma", "Ygatimí",
              "Villa Ygatimí", "Ypejhú", "Nueva Esperanza", "Corpus Christi", "Francisco Caballero Álvarez",
              "Itanará", "Maracaná", "Yasy Cañy", "Yby Pytá", "Ybyrarobaná", "Puerto Adela"),
    "PY-15": ("Villa Hayes", "Benjamín Aceval", "Pozo Colorado", "Nanawa", "Irala Fernández",
              "Teniente Irala Fernández", "Teniente 1° Manuel Irala Fernández", "José Falcón",
              "Puerto Falcón", "General José María Bruguez", "Teniente Esteban Martínez", "Campo Aceval"),
    "PY-16": ("Fuerte Olimpo", "Bahía Negra", "Carmelo Peralta", "Puerto Casado"),
    "PY-19": ("Filadelfia", "Loma Plata", "Mariscal Estigarribia", "Mariscal José Félix Estigarribia",
              "Neuland", "Pozo Hondo", "Chaco Central"),
}  # fmt: skip
