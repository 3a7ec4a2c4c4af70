"""256 Spanish words in which eight bytes are said over the telephone: one word a byte.

Rules that stay true, and are tested: plain letters only, and no two words sound alike or begin with the same four
letters. The list is never changed: a word at another place would say another fingerprint. Our own choice, made
for this.
"""

_WORDS = """
abeja abrigo aceite agua alambre aldea altura amigo ancla anillo antena arado arena armario arroz
atlas banco bandera barril basalto batata bebida billete bisonte bloque bolsa bosque botella brazo
brisa bronce bufanda burbuja caballo cactus cadena caja calle camino campana canasta canoa carpeta
carta cebolla cebra cedro cereza chacra chaleco cielo ciruela cisne ciudad clavel cobre cocina
collar cometa copa coral corcho cordero corona crema cristal cuadro cuchara cuerda dado danza dedal
diario dibujo disco doblez dorado ducha dulce durazno eclipse enero escoba escudo espejo espiga
espuma faro febrero feria fideo fiesta flauta flecha foca fogata frasco fresa fuego fuente gacela
galleta ganso garza gato gigante girasol globo gorra granito grillo guante hamaca helado hierro higo
hoja hormiga horno huerta hueso iglesia imagen isla jaguar jarra jinete joya jugo juguete julio kilo
koala labio lago lana laurel leche lente libro lirio llave lluvia loma loro lucero lupa madera
maestro maleta manta manzana mapa marco martes medalla mercado mesa metal miel mineral molino moneda
moto mueble muelle musgo naranja nido niebla nieve nogal nube nuez oasis oboe octubre oliva onda
orilla oruga pala paloma panal papel pared pasto patio pelota pera perfume piano piedra pincel
pintura pirata planeta plaza pluma pomelo pozo pulpo quinta radio rama raqueta reino reloj remo
resorte roble rosa rueda sabana salsa selva semana semilla silbato silla sirena surco tabla tambor
tapiz taxi taza teatro techo tejado templo tenedor termo tierra tigre timbre tomate torre tortuga
tractor trigo trineo urna vapor vecino vela venado ventana verano viento viernes yerba yogur yunque
zafiro zapato
"""
#: By the value of the byte.
WORDS: tuple[str, ...] = tuple(_WORDS.split())
